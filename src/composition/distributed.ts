import { listen, type Listening, type RunningServer } from '../http/listen.js';
import { PROJECTIONS, servedReadModels } from '../../projections/all.js';
import { livePosition, unbuilt } from '../../projections/engine/live-position.js';
import { openPostgresAccessLog } from '../adapters/access-log/postgres.js';
import { openPostgresJobQueue } from '../adapters/job-queue/postgres/job-queue.js';
import { CALLBACK_QUEUE, callbackOutbox } from '../adapters/payment-rail/govstack/callbacks.js';
import type { OwedCallback } from '../adapters/payment-rail/govstack/port.js';
import type { KafkaConnection } from '../adapters/event-bus/port.js';
import { leasePosition, openLeaseText } from '../adapters/lease/postgres.js';
import { openPostgres } from '../adapters/postgres/pool.js';
import { openPostgresReadStore } from '../adapters/read-store/postgres.js';
import { openRelayGround } from '../adapters/relay-state/postgres.js';
import { AppModule } from './app.module.js';
import type { Config, Distributed } from './config.js';
import { does, startRoles } from './roles/all.js';
import { OpenedParts } from './opened-parts.js';
import type { Role } from './roles/role.js';
import { standingOf } from './standing.js';
import { AUTOMATION_LEASE, openServers } from './servers.js';
import type { Shell } from './shell.js';
import { Supervisor } from '../runtime/supervision/supervisor.js';
import { verifierOf } from './verifier.js';
import { WatchedModule } from './watched.module.js';
import { RequestDrain } from '../http/request-drain.js';
import { Routes } from '../http/routes.js';
import { withClock } from '../runtime/health-status.js';
import type { Log } from '../runtime/log.js';
import { LogEnd } from '../runtime/log-end.js';
import { Metrics } from '../runtime/metrics.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';
import { inTime } from '../kernel/concurrency/in-time.js';
import { pause } from '../kernel/concurrency/pause.js';
import { QueuedJobs, type QueuedJob } from '../use-cases/jobs/queued-jobs.js';
import { stateKept } from '../runtime/set-aside.js';
import type { ListSetAside } from '../write-side/set-aside.js';
import { READ_MODELS } from '../write-side/jobs.js';

/**
 * A question to the read models; one that takes longer answers 503, so that it does not hold a
 * connection that others wait for.
 */
const QUERY_LIMIT_MS = 30_000;
const LOG_END = 'the end of the log';
const LOOK_EVERY_MS = 1_000;
/** For what other roles keep in PostgreSQL, which is looked at every ten seconds and less often. */
const LOOKS = { name: 'sanad-looks', max: 2, idleMs: 60_000 };
/** Who asks whether a process is ready waits for five seconds (docker-compose.yml). */
const READY_WITHIN_MS = 3_000;

/**
 * Does one role of the distributed size, or all of them, and serves its API or its health over
 * HTTP.
 * @throws StoreError, VaultError, PostgresError, or the error of a port that is taken
 */
export async function startRole(
  config: Config,
  given: Distributed,
  log: Log,
): Promise<RunningServer> {
  const distributed = { ...given, kafka: { ...given.kafka, onWarning: brokerLog(log) } };
  const opened = new OpenedParts();
  const supervisor = new Supervisor(log);
  let listening: Listening | undefined;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await listening?.close(config.stopTimeoutMs / 2);
    await supervisor.end();
    await opened.close();
  };
  try {
    const role = await openRole({ config, distributed, log, supervisor }, opened);
    startRoles(config.role, role);
    supervisor.take(LOG_END, (signal) => followEnd(role, signal));
    const shell = shellOf(role);
    listening = does(config.role, 'api')
      ? await serveApi(role, shell, opened)
      : await listen(WatchedModule.of(config, { deps: role.servers }, shell), config, shell, {
          hasApi: false,
        });
    const { url } = listening;
    log.info({ url, role: config.role, mode: config.mode }, 'serving');
    return {
      url,
      routes: shell.routes.all,
      failed: new Promise(() => undefined),
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** Connects to the servers that the roles of this process need. */
async function openRole(
  given: Pick<Role, 'config' | 'distributed' | 'log' | 'supervisor'>,
  opened: OpenedParts,
): Promise<Role> {
  const { config, distributed, log } = given;
  const { databaseUrl } = distributed;
  const servers = opened.keep(
    await openServers(
      { ...config, rail: { ...config.rail, deferred: true } },
      distributed,
      (reason) => log.warn({ reason }, 'the subscription to the log dropped and is begun again'),
    ),
  );
  const reads = opened.keep(
    await openPostgresReadStore(databaseUrl, { statementTimeoutMs: QUERY_LIMIT_MS }),
  );
  // Building them has no such limit: what is rebuilt is as long as it is.
  const built = does(config.role, 'projector')
    ? opened.keep(await openPostgresReadStore(databaseUrl))
    : reads;
  const queue = opened.keep(await openPostgresJobQueue<QueuedJob>(databaseUrl));
  const { table, patience } = CALLBACK_QUEUE;
  const callbacks = opened.keep(
    await openPostgresJobQueue<OwedCallback>(databaseUrl, { table, ...patience }),
  );
  const progress = new ProjectionProgress([READ_MODELS], config.readWaitMs, {
    position: () => livePosition(reads, PROJECTIONS),
  });
  const looks = opened.keep(openPostgres(databaseUrl, LOOKS));
  const ground = await openRelayGround(looks);
  const leftText = await openLeaseText(looks, AUTOMATION_LEASE);
  const setAside = setAsideElsewhere(leftText);
  const standing = standingOf(servers.store, reads, {
    acted: { load: () => leasePosition(databaseUrl, AUTOMATION_LEASE) },
    each: { load: leftText },
  });
  return {
    ...given,
    ...{ servers, metrics: new Metrics(), end: new LogEnd(), progress },
    ...{ queue, callbacks, reads, built, ground, setAside, standing },
  };
}

/** What Kafka's client says goes where all else goes. */
const brokerLog =
  (log: Log): NonNullable<KafkaConnection['onWarning']> =>
  (level, message, about) =>
    log[level](about, `Kafka's client: ${message}`);

/** Looks where the log ends, against which it is told how far behind each follower here is. */
async function followEnd(
  { servers: { store }, metrics, supervisor, end, standing }: Role,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const last = await store.lastPosition().catch((error: unknown) => {
      standing.doubt();
      throw error;
    });
    if (last < (end.position ?? -1)) standing.doubt();
    end.keep(last);
    metrics.position(last);
    supervisor.followers.look(last);
    supervisor.followers.tell((name, position) => metrics.followerPosition(name, position));
    supervisor.well(LOG_END);
    await pause(LOOK_EVERY_MS, signal);
  }
}

function shellOf({
  config,
  log,
  supervisor,
  metrics,
  progress,
  queue,
  callbacks,
  servers,
  reads,
  setAside,
  end,
  standing,
}: Role): Shell {
  const asked = does(config.role, 'api')
    ? () => inTime(unbuilt(reads, PROJECTIONS), READY_WITHIN_MS)
    : undefined;
  return {
    log,
    requestDrain: new RequestDrain(),
    metrics,
    caller: callbackOutbox(config.callbacks.allowed, callbacks),
    setAside,
    progress,
    routes: new Routes(),
    jobs: new QueuedJobs(queue),
    standing,
    healthStatus: withClock(supervisor, servers.clock, asked, end),
  };
}

/** What the process with the role automation set aside. */
const setAsideElsewhere =
  (load: () => Promise<string | undefined>): ListSetAside =>
  async () => {
    const kept = stateKept({ load, save: () => Promise.resolve() });
    return (await kept.loadState())?.setAside ?? [];
  };

async function serveApi(
  { config, distributed, servers, reads }: Role,
  shell: Shell,
  opened: OpenedParts,
): Promise<Listening> {
  const { archive, filesDir, keysDir } = servers;
  const access = opened.keep(await openPostgresAccessLog(distributed.databaseUrl));
  const verify = await verifierOf(config, keysDir);
  const served = { deps: servers, archive, filesDir, reads, access, verify };
  const module = AppModule.of(config, served, shell, await servedReadModels());
  return listen(module, config, shell);
}
