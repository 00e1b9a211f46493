import { checkpointsIn } from '../adapters/data-folder/checkpoint.js';
import { leasePosition, leaseText } from '../adapters/lease/postgres.js';
import { automationsOver } from '../composition/automations.js';
import type { Distributed } from '../composition/config.js';
import { DomainError } from '../kernel/errors.js';
import { checkAutomation, type ActedPlace } from '../composition/standing.js';
import { AUTOMATION_LEASE } from '../composition/servers.js';
import { destroyLeftKeys, leftKeysNote } from '../use-cases/persons/destroy-left-keys.js';
import type { Run } from './command.js';
import type { Engine } from './compose.js';
import { untilReached } from './until-reached.js';

const LOOK_EVERY_MS = 200;

/**
 * At the distributed size the role `automation` does it: waits until it has acted on everything
 * recorded so far, and on what that recorded.
 */
async function waitForAutomation(
  { store }: Engine,
  { databaseUrl }: Distributed,
  { out, signal }: Pick<Run, 'out' | 'signal'>,
): Promise<void> {
  await untilReached({
    position: () => leasePosition(databaseUrl, AUTOMATION_LEASE),
    goal: () => store.lastPosition(),
    lookEveryMs: LOOK_EVERY_MS,
    standsStill: (stood) =>
      new DomainError(
        'AUTOMATION_STANDS_STILL',
        `The automation has ${stood}; is a process with the role automation at work?`,
        'unavailable',
      ),
    progress: out.progress('log position of the automation'),
    signal,
  });
  await checkAutomation(store, placeIn(databaseUrl));
}

const placeIn = (databaseUrl: string): ActedPlace => ({
  acted: { load: () => leasePosition(databaseUrl, AUTOMATION_LEASE) },
  each: { load: () => leaseText(databaseUrl, AUTOMATION_LEASE) },
});

/**
 * @throws DomainError CHECKPOINT_NOT_IN_LOG where the log is not the one that was acted on: it was
 *   restored from an older copy, say
 */
export const requireItsLog = (engine: Engine): Promise<void> =>
  checkAutomation(
    engine.store,
    engine.distributed ? placeIn(engine.distributed.databaseUrl) : checkpointsIn(engine.dir),
  );

/**
 * Before a command: what an earlier one left undone, because it was interrupted. At the distributed
 * size the role `automation` does that, and nobody waits for it yet.
 * @throws DomainError CHECKPOINT_NOT_IN_LOG
 */
export const finishEarlier = (engine: Engine, run: Pick<Run, 'out' | 'signal'>): Promise<void> =>
  engine.distributed ? requireItsLog(engine) : drainAutomations(engine, run);

/**
 * Runs the process managers until they have acted on everything recorded so far: enrolments,
 * instructions, spending, corrections.
 */
export async function drainAutomations(
  engine: Engine,
  run: Pick<Run, 'out' | 'signal'>,
): Promise<void> {
  if (engine.distributed) return waitForAutomation(engine, engine.distributed, run);
  const checkpoints = checkpointsIn(engine.dir);
  const left = await destroyLeftKeys(engine, checkpoints, run.signal);
  if (left > 0) run.out.note(leftKeysNote(left));
  const progress = run.out.progress('events followed');
  await automationsOver(engine, checkpoints, ({ kind, detail }) => {
    if (kind === 'alarm') run.out.note(`${detail}; see sanad automation list`);
  }).drain(({ done }) => progress(done), run.signal);
}
