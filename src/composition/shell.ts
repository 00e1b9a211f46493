import type { AccessLog } from '../adapters/access-log/port.js';
import type { MessageArchive } from '../adapters/message-archive/port.js';
import type { GovstackCaller } from '../adapters/payment-rail/govstack/port.js';
import type { ReadStore } from '../adapters/read-store/port.js';
import type { RequestDrain } from '../http/request-drain.js';
import type { Routes } from '../http/routes.js';
import type { VerifyAuthorization } from '../http/tokens.js';
import type { HealthStatus } from '../runtime/health-status.js';
import type { Log } from '../runtime/log.js';
import type { Metrics } from '../runtime/metrics.js';
import type { Standing } from '../runtime/standing.js';
import type { ProjectionProgress } from '../runtime/projection-progress.js';
import type { Deps } from '../write-side/context.js';
import type { ListSetAside } from '../write-side/set-aside.js';
import type { Jobs } from '../write-side/jobs.js';

/** What the HTTP API stands on, whatever the size. */
export interface Served {
  readonly deps: Deps;
  readonly archive: MessageArchive;
  /** Where messages to payment systems are kept for good. */
  readonly filesDir: string;
  readonly reads: ReadStore;
  readonly access: AccessLog;
  readonly verify: VerifyAuthorization;
}

/** What the shell makes per server and the module hands out. */
export interface Shell {
  readonly log: Log;
  readonly requestDrain: RequestDrain;
  readonly metrics: Metrics;
  readonly routes: Routes;
  readonly progress: ProjectionProgress;
  readonly jobs: Jobs;
  readonly healthStatus: HealthStatus;
  readonly standing: Standing;
  readonly caller: GovstackCaller;
  readonly setAside: ListSetAside;
}
