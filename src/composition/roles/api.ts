import { openPostgresAccessLog } from '../../adapters/access-log/postgres.js';
import { callbackPost } from '../../adapters/payment-rail/govstack/callbacks.js';
import { deliverCallbacks } from '../../use-cases/govstack/deliver-callbacks.js';
import { isCheckpointRefusal } from '../../kernel/anchor.js';
import { checkedWork } from '../../kernel/concurrency/checked-work.js';
import { readModelsAt } from '../standing.js';
import type { Role } from './role.js';
import { pause } from '../../kernel/concurrency/pause.js';
import { READ_MODELS } from '../../write-side/jobs.js';

/** How often an api looks how far the read models are while nobody waits for them. */
const LOOK_EVERY_MS = 1_000;
/** Of so many looks one is at what they stand on. */
const CHECK_EVERY = 10;

/** Follows how far the read models are; the API itself is served by whoever starts the roles. */
export function startApi(role: Role): void {
  role.supervisor.take('read positions', (signal) => look(role, signal));
  role.supervisor.take('callbacks', (signal) => callBack(role, signal));
  role.metrics.callbacks(() => role.callbacks.counts());
}

/** Every api takes its share of the callbacks that are owed. */
async function callBack(
  { config, distributed, servers, callbacks: queue, standing, supervisor }: Role,
  signal: AbortSignal,
): Promise<void> {
  const check = (): Promise<void> => standing.look();
  await check();
  await queue.counts();
  supervisor.well('callbacks');
  const onLost = (what: string, detail: string): void =>
    supervisor.tell({
      kind: 'alarm',
      what: 'a caller was not called back',
      detail: `${what}: ${detail}`,
    });
  const post = callbackPost(config.callbacks);
  const access = await openPostgresAccessLog(distributed.databaseUrl);
  try {
    await checkedWork(
      check,
      (until) => deliverCallbacks({ ...servers, access }, { queue, post, onLost }, until),
      signal,
    );
  } finally {
    await access.close();
  }
}

/**
 * Looks how far the read models are, for health and metrics; who waits for a position looks more
 * often by itself.
 */
async function look(
  { reads, standing, metrics, supervisor, progress }: Role,
  signal: AbortSignal,
): Promise<void> {
  for (let looks = 0; !signal.aborted; looks += 1) {
    // Its tables are made by the projector, which may come later.
    const position = await readModelsAt(reads);
    if (looks % CHECK_EVERY === 0) await refuseAnother({ standing, progress });
    progress.advance(READ_MODELS, position);
    metrics.followerPosition(READ_MODELS, position);
    supervisor.well('read positions');
    await pause(LOOK_EVERY_MS, signal);
  }
}

/**
 * Read models that show what the log does not say answer nobody who waits for a position.
 * @throws DomainError CHECKPOINT_NOT_IN_LOG; what the log fails with
 */
async function refuseAnother({
  standing,
  progress,
}: Pick<Role, 'standing' | 'progress'>): Promise<void> {
  try {
    await standing.look();
  } catch (error) {
    if (isCheckpointRefusal(error)) progress.set(READ_MODELS, -1);
    throw error;
  }
}
