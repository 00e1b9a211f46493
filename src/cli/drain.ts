import { setTimeout as wait } from 'node:timers/promises';
import { checkpointsIn } from '../adapters/data-folder/checkpoint.js';
import { leasePosition, leaseText } from '../adapters/lease/postgres.js';
import { processManagers } from '../process-managers/all.js';
import { ProcessManagerRunner } from '../process-managers/runner.js';
import { setAsideNote, stateKept } from '../runtime/set-aside.js';
import type { Distributed } from '../composition/config.js';
import { DomainError } from '../kernel/errors.js';
import { AUTOMATION_LEASE } from '../composition/servers.js';
import { destroyLeftKeys, leftKeysNote } from '../use-cases/persons/destroy-left-keys.js';
import type { Run } from './command.js';
import type { Engine } from './compose.js';

/** How long the automation may stand still before nobody waits for it any more. */
const PATIENCE_MS = 60_000;
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
  const progress = out.progress('log position of the automation');
  let known = -2;
  let movedMs = performance.now();
  for (;;) {
    const position = await leasePosition(databaseUrl, AUTOMATION_LEASE);
    progress(position);
    if (position >= (await store.lastPosition())) return checkAutomation(store, databaseUrl);
    if (position > known) {
      known = position;
      movedMs = performance.now();
    }
    if (performance.now() - movedMs > PATIENCE_MS)
      throw new DomainError(
        'AUTOMATION_STANDS_STILL',
        `The automation has stood at position ${position} for ${PATIENCE_MS / 1_000} s; is a process with the role automation at work?`,
        'unavailable',
      );
    await wait(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** @throws DomainError CHECKPOINT_NOT_IN_LOG */
async function checkAutomation(store: Engine['store'], databaseUrl: string): Promise<void> {
  const state = stateKept({
    load: () => leaseText(databaseUrl, AUTOMATION_LEASE),
    save: () => Promise.resolve(),
  });
  await new ProcessManagerRunner({ store }, [], {
    load: () => leasePosition(databaseUrl, AUTOMATION_LEASE),
    save: () => Promise.resolve(),
    loadState: () => state.loadState(),
  }).check();
}

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
  await new ProcessManagerRunner(
    engine,
    processManagers(engine),
    { ...checkpoints.acted, ...stateKept(checkpoints.each) },
    { onSetAside: (entry) => run.out.note(`${setAsideNote(entry)}; see sanad automation list`) },
  ).drain(({ done }) => progress(done), run.signal);
}
