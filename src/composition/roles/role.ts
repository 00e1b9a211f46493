import type { JobQueue } from '../../adapters/job-queue/port.js';
import type { OwedCallback } from '../../adapters/payment-rail/govstack/port.js';
import type { ReadStore } from '../../adapters/read-store/port.js';
import type { RelayGround } from '../../adapters/relay-state/port.js';
import type { Config, Distributed } from '../config.js';
import type { Servers } from '../servers.js';
import type { Supervisor } from '../../runtime/supervision/supervisor.js';
import type { LogEnd } from '../../runtime/log-end.js';
import type { Log } from '../../runtime/log.js';
import type { Metrics } from '../../runtime/metrics.js';
import type { Standing } from '../../runtime/standing.js';
import type { ProjectionProgress } from '../../runtime/projection-progress.js';
import type { ListSetAside } from '../../write-side/set-aside.js';
import type { QueuedJob } from '../../use-cases/jobs/queued-jobs.js';

/** What a role needs besides the log and the vault; opened where it is first asked for. */
export interface Role {
  readonly config: Config;
  readonly distributed: Distributed;
  readonly servers: Servers;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly progress: ProjectionProgress;
  readonly supervisor: Supervisor;
  /** Whether the log has what read models and automations stand on. */
  readonly standing: Standing;
  /** What the relay's position stands on now. */
  readonly ground: () => Promise<RelayGround>;
  /** What the process with the role automation set aside, by now. */
  readonly setAside: ListSetAside;
  /** Where the log ended a moment ago. */
  readonly end: LogEnd;
  readonly queue: JobQueue<QueuedJob>;
  /** What callers who use Sanad as a payments block are owed. */
  readonly callbacks: JobQueue<OwedCallback>;
  readonly reads: ReadStore;
  /** The same, for whoever builds them. */
  readonly built: ReadStore;
}
