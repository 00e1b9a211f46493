import type { EventData } from '../../events/generated.js';
import type { EventStore } from '../adapters/event-store/port.js';
import { cycleDecider } from './cycle.decider.js';
import { type CycleState } from './cycle.state.js';
import type { Recorded } from '../kernel/decider.js';
import { fold } from '../kernel/decider.js';
import { partsOfCycle, streams } from '../kernel/ids.js';
import { pagesOf } from '../write-side/stream-pages.js';

/** A cycle's present state; status 'none' where it was never opened. */
export const readCycle = async (store: EventStore, cycleId: string): Promise<CycleState> =>
  foldCycle(await store.readStream(streams.cycle(cycleId)));

export const foldCycle = (events: readonly Recorded[]): CycleState => fold(cycleDecider, events);

type Files = EventData['CycleInstructed']['files'];

/** Every file of a cycle, of its own instruction and of those again, in the order of the log. */
export const filesOfCycle = (history: readonly Recorded[]): Files =>
  history.flatMap((event) =>
    event.type === 'CycleInstructed' || event.type === 'CycleReinstructed' ? event.data.files : [],
  );

/**
 * The files of a cycle's own instruction, without those of the payments that were instructed again:
 * one command recorded them, in several events where they are many, of which only the first is
 * named CycleInstructed. Undefined before that.
 */
export function filesInstructed(history: readonly Recorded[]): Files | undefined {
  const first = history.findLast((event) => event.type === 'CycleInstructed');
  return (
    first && filesOfCycle(history.filter((event) => event.meta.command === first.meta.command))
  );
}

/**
 * Every cycle of a programme that was ever opened, in order; now, or as of a position of the log.
 */
export async function cyclesOf(
  store: EventStore,
  programmeId: string,
  asOf?: number,
): Promise<readonly CycleState[]> {
  const cycles: CycleState[] = [];
  const until = asOf === undefined ? {} : { asOf };
  for await (const page of pagesOf(store, `cycle-${programmeId}-`, until))
    for (const { events } of page) cycles.push(foldCycle(events));
  return cycles;
}

/** The budget year that pays a cycle: the year of its period. */
export const fiscalYearOf = (cycleId: string): number =>
  Number(partsOfCycle(cycleId).period.slice(0, 4));
export const budgetStreamOf = (cycleId: string): string =>
  streams.budget(partsOfCycle(cycleId).programmeId, fiscalYearOf(cycleId));

/** The newest period that the programme pays by a cycle; one that was abandoned pays nothing. */
export async function newestCycle(
  store: EventStore,
  programmeId: string,
): Promise<string | undefined> {
  const cycles = await cyclesOf(store, programmeId);
  return cycles.findLast(({ status }) => status !== 'abandoned')?.period;
}
