import { PROJECTIONS } from '../../projections/all.js';
import { livePosition } from '../../projections/engine/live-position.js';
import { tableIsMissing } from '../../projections/engine/live.js';
import { checkReadModels } from '../../projections/engine/read-anchor.js';
import type { EventStore } from '../adapters/event-store/port.js';
import type { ReadStore } from '../adapters/read-store/port.js';
import { ProcessManagerRunner } from '../process-managers/runner.js';
import type { Checkpoint } from '../runtime/checkpoint.js';
import { stateKept, type KeptState } from '../runtime/set-aside.js';
import { Standing } from '../runtime/standing.js';

/** Where the automations left how far they acted, for whoever looks at it and does not act. */
export interface ActedPlace {
  readonly acted: Pick<Checkpoint, 'load'>;
  readonly each: Pick<KeptState, 'load' | 'setAside'>;
}

const savesNothing = (): Promise<void> => Promise.resolve();

/** @throws DomainError CHECKPOINT_NOT_IN_LOG where the log is not the one that was acted on */
export const checkAutomation = (store: EventStore, { acted, each }: ActedPlace): Promise<void> =>
  new ProcessManagerRunner({ store }, [], {
    load: () => acted.load(),
    save: savesNothing,
    loadState: () => stateKept({ ...each, save: savesNothing }).loadState(),
  }).check();

/** Where the read models are; -1 while their tables are not made yet. */
export const readModelsAt = (reads: ReadStore): Promise<number> =>
  livePosition(reads, PROJECTIONS).catch((error: unknown) => {
    if (tableIsMissing(error)) return -1;
    throw error;
  });

/** What a process of either size has to find in the log before it takes anything in. */
export const standingOf = (store: EventStore, reads: ReadStore, place: ActedPlace): Standing =>
  new Standing([
    async () => checkReadModels(reads, store, await readModelsAt(reads)),
    () => checkAutomation(store, place),
  ]);
