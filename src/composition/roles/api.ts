import { PROJECTIONS } from '../../../projections/all.js';
import { checkReadModels } from '../../../projections/engine/read-anchor.js';
import { livePosition } from '../../../projections/engine/live-position.js';
import { openPostgresAccessLog } from '../../adapters/access-log/postgres.js';
import { callbackPost } from '../../adapters/payment-rail/govstack/callbacks.js';
import { deliverCallbacks } from '../../use-cases/govstack/deliver-callbacks.js';
import type { EventStore } from '../../adapters/event-store/port.js';
import type { ReadStore } from '../../adapters/read-store/port.js';
import { isCheckpointRefusal } from '../../kernel/anchor.js';
import type { ProjectionProgress } from '../../runtime/projection-progress.js';
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
  { config, distributed, servers, callbacks: queue, supervisor }: Role,
  signal: AbortSignal,
): Promise<void> {
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
    await deliverCallbacks({ ...servers, access }, { queue, post, onLost }, signal);
  } finally {
    await access.close();
  }
}

/**
 * Looks how far the read models are, for health and metrics; who waits for a position looks more
 * often by itself.
 */
async function look(
  { reads, servers: { store }, metrics, supervisor, progress }: Role,
  signal: AbortSignal,
): Promise<void> {
  for (let looks = 0; !signal.aborted; looks += 1) {
    const position = await livePosition(reads, PROJECTIONS).catch((error: unknown) => {
      // Its tables are made by the projector, which may come later.
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === '42P01')
        return -1;
      throw error;
    });
    if (looks % CHECK_EVERY === 0) await refuseAnother(reads, store, position, progress);
    progress.advance(READ_MODELS, position);
    metrics.followerPosition(READ_MODELS, position);
    supervisor.well('read positions');
    await pause(LOOK_EVERY_MS, signal);
  }
}

/**
 * Read models that show what the log does not say answer nobody who waits for a position.
 * @throws DomainError CHECKPOINT_NOT_IN_LOG
 */
async function refuseAnother(
  reads: ReadStore,
  store: EventStore,
  position: number,
  progress: ProjectionProgress,
): Promise<void> {
  try {
    await checkReadModels(reads, store, position);
  } catch (error) {
    if (isCheckpointRefusal(error)) progress.set(READ_MODELS, -1);
    throw error;
  }
}
