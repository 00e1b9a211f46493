import type { EventStore } from '../../adapters/event-store/port.js';
import type { CycleState } from '../../cycle/cycle.state.js';
import { fold } from '../../kernel/decider.js';
import { idIn } from '../../kernel/ids.js';
import { programmeDecider } from '../../programme/programme.decider.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { cyclesOf } from '../../cycle/cycle-reader.js';

/** The programmes that there are. */
export async function programmesOf(store: EventStore): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const programmes of pagesOf(store, 'programme-'))
    names.push(...programmes.map(({ stream }) => idIn(stream)));
  return names;
}

/** A programme, and every cycle of it. */
export interface ProgrammeWithCycles {
  readonly programmeId: string;
  readonly isClosed: boolean;
  readonly cycles: readonly CycleState[];
}

export async function programmesWithCycles(
  store: EventStore,
): Promise<readonly ProgrammeWithCycles[]> {
  const all: ProgrammeWithCycles[] = [];
  for await (const programmes of pagesOf(store, 'programme-'))
    for (const { stream, events } of programmes) {
      const programmeId = idIn(stream);
      const isClosed = fold(programmeDecider, events).status === 'closed';
      all.push({ programmeId, isClosed, cycles: await cyclesOf(store, programmeId) });
    }
  return all;
}
