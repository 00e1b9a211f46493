import { randomUUID } from 'node:crypto';
import { PROJECTIONS, servedReadModels } from '../../projections/all.js';
import { livePosition, ReadPositions } from '../../projections/engine/read-positions.js';
import { SharedRunner } from '../../projections/engine/shared-runner.js';
import { openPostgresAccessLog } from '../adapters/access-log/postgres.js';
import type { AccessLog } from '../adapters/access-log/port.js';
import { createTopics, kafkaFeed, openKafkaWriter } from '../adapters/event-bus/kafka.js';
import { kafkaInbound } from '../adapters/event-bus/kafka-inbound.js';
import type { JobQueue } from '../adapters/job-queue/port.js';
import { openPostgresJobQueue } from '../adapters/job-queue/postgres.js';
import { postgresLease } from '../adapters/lease/postgres.js';
import { callbackSender } from '../adapters/payment-rail/govstack/callbacks.js';
import { bankFolderOf, govstackOutboxOf } from '../adapters/payment-rail/rail.js';
import { openPostgresReadStore } from '../adapters/read-store/postgres.js';
import type { ReadStore } from '../adapters/read-store/port.js';
import { postgresRelayState } from '../adapters/relay-state/postgres.js';
// First: it loads the framework before what extends it.
import { listen, type Listening, type RunningServer } from '../http/listen.js';
import { AppModule, verifierOf, WatchedModule, type Shell } from './app.module.js';
import { processManagers } from '../process-managers/all.js';
import { AutomationRunner } from '../process-managers/runner.js';
import { takeFrom } from '../use-cases/statements/take-from-folder.js';
import { OutcomesFromTopic } from '../use-cases/outcomes/take-outcomes-topic.js';
import type { Config, Distributed } from './config.js';
import { OUTCOMES_TOPIC } from '../messaging/topics.js';
import { RequestDrain } from '../http/request-drain.js';
import { JobRunner, unfinished } from '../use-cases/jobs/job-runner.js';
import { jobIdOf, READ_MODELS, type FromBackground } from '../write-side/jobs.js';
import { supervise } from '../runtime/supervise.js';
import type { Log } from '../runtime/log.js';
import { Metrics } from '../runtime/metrics.js';
import { AUTOMATION_LEASE, openServers, PROJECTOR_LEASE, type Servers } from './servers.js';
import { QueuedJobs, workOff, type QueuedJob } from '../use-cases/jobs/queued-jobs.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';
import { Relay } from '../runtime/relay.js';
import { Routes } from '../http/routes.js';
import type { HealthStatus } from '../runtime/health-status.js';
import { withLease } from '../runtime/with-lease.js';

const CONSUMER_GROUP = 'sanad-read-models';
const OUTCOMES_GROUP = 'sanad-outcomes';
/** How often an api looks how far the read models are while nobody waits for them. */
const LOOK_EVERY_MS = 1_000;
/**
 * A question to the read models; one that takes longer answers 503, so that it does not hold a
 * connection that others wait for.
 */
const QUERY_LIMIT_MS = 30_000;

/** What this process does beside answering, and how that goes. */
class Supervisor implements HealthStatus {
  readonly alive = true;
  readonly #troubles = new Map<string, string>();
  readonly #running: Promise<void>[] = [];
  readonly stop = new AbortController();

  constructor(private readonly log: Log) {}

  get trouble(): string | undefined {
    return this.#troubles.values().next().value;
  }

  readonly tell = (message: FromBackground): void => {
    if (message.kind === 'trouble') {
      this.#troubles.set(message.what, `${message.what}: ${message.detail}`);
      this.log.error({ what: message.what, detail: message.detail }, 'work failed; trying again');
    } else if (message.kind === 'note')
      this.log.info({ what: message.what, detail: message.detail }, 'background');
  };

  /** Something that goes on was seen of this duty. */
  well(what: string): void {
    this.#troubles.delete(what);
  }

  /** Does it until the process stops, again and again where it fails. */
  take(what: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.stop;
    this.#running.push(supervise(what, () => work(signal), this.tell, signal));
  }

  async end(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.#running);
  }
}

/** The read models are built by another process: how far they are is in their store. */
class FollowedElsewhere extends ProjectionProgress {
  constructor(
    private readonly positions: ReadPositions,
    private readonly limitMs: number,
  ) {
    super([READ_MODELS], limitMs);
  }

  override get position(): number {
    return this.positions.known;
  }
  override reached(position: number): Promise<void> {
    return this.positions.waitFor(position, this.limitMs);
  }
}

/** What a role needs besides the log and the vault; opened where it is first asked for. */
interface Role {
  readonly config: Config;
  readonly distributed: Distributed;
  readonly servers: Servers;
  readonly meters: Metrics;
  readonly followed: ProjectionProgress;
  readonly duties: Supervisor;
  readonly queue: JobQueue<QueuedJob>;
  readonly reads: ReadStore;
  /** The same, for whoever builds them. */ readonly built: ReadStore;
}

/**
 * Does one role of the distributed size, or all of them, and serves its API or its health over
 * HTTP.
 * @throws StoreError, VaultError, PostgresError, or the error of a port that is taken
 */
export async function startRole(
  config: Config,
  distributed: Distributed,
  log: Log,
): Promise<RunningServer> {
  const { role } = config;
  const does = (name: typeof role): boolean => role === 'all' || role === name;
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.unshift(one);
    return one;
  };
  const meters = new Metrics();
  const duties = new Supervisor(log);
  let listening: Listening | undefined;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await listening?.close(config.stopTimeoutMs / 2);
    await duties.end();
    for (const each of opened) await each.close();
  };
  try {
    const servers = keep(
      await openServers(
        { ...config, rail: { ...config.rail, deferred: true } },
        distributed,
        (reason) => log.warn({ reason }, 'the subscription to the log dropped and is begun again'),
      ),
    );
    const reads = keep(
      await openPostgresReadStore(distributed.databaseUrl, { statementTimeoutMs: QUERY_LIMIT_MS }),
    );
    // Building them has no such limit: what is rebuilt is as long as it is.
    const built = does('projector')
      ? keep(await openPostgresReadStore(distributed.databaseUrl))
      : reads;
    const queue = keep(await openPostgresJobQueue<QueuedJob>(distributed.databaseUrl));
    const positions = new ReadPositions(reads, PROJECTIONS);
    const followed = new FollowedElsewhere(positions, config.readWaitMs);
    const at: Role = {
      config,
      distributed,
      servers,
      meters,
      followed,
      duties,
      queue,
      reads,
      built,
    };
    if (does('relay')) relay(at);
    if (does('projector')) projector(at);
    if (does('automation')) automation(at);
    if (does('api')) duties.take('read positions', (signal) => look(at, positions, signal));
    const caller = keep(
      callbackSender(config.callbacks, (what, detail) =>
        log.warn({ what, detail }, 'a caller was not called back'),
      ),
    );
    const shell: Shell = {
      log,
      traffic: new RequestDrain(),
      meters,
      caller,
      followed,
      routes: new Routes(),
      jobs: new QueuedJobs(queue),
      vitals: duties,
    };
    if (does('api')) {
      const access: AccessLog = keep(await openPostgresAccessLog(distributed.databaseUrl));
      const verify = await verifierOf(config, servers.keysDir);
      listening = await listen(
        AppModule.of(
          config,
          {
            deps: servers,
            archive: servers.archive,
            filesDir: servers.filesDir,
            reads,
            access,
            verify,
          },
          shell,
          await servedReadModels(),
        ),
        config,
        shell,
      );
    } else
      listening = await listen(WatchedModule.of({ deps: servers }, shell), config, shell, {
        described: false,
      });
    const { url } = listening;
    log.info({ url, role, mode: config.mode }, 'serving');
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

/** Publishes the log; of many relays one is at work. */
function relay({
  distributed: { kafka, databaseUrl },
  servers: { store },
  meters,
  duties,
}: Role): void {
  const carrier = new Relay(
    store,
    postgresRelayState(databaseUrl),
    () => openKafkaWriter(kafka),
    () => duties.well('relay'),
  );
  meters.relay(
    () => carrier.figures,
    () => store.lastPosition(),
  );
  duties.take('relay', async (signal) => {
    await createTopics(kafka);
    await carrier.run(signal);
  });
}

/**
 * Builds the read models from Kafka, together with the other projectors; what is made from the log
 * one makes for all.
 */
function projector({
  distributed: { kafka, databaseUrl },
  servers: { store, registry },
  built,
  meters,
  duties,
}: Role): void {
  const lease = postgresLease(databaseUrl, PROJECTOR_LEASE);
  let [folded, deadLettered] = [0, 0];
  meters.projector(() => ({ folded, deadLettered }));
  duties.take('read models', async (signal) => {
    await createTopics(kafka);
    const runner = new SharedRunner({
      store: built,
      projections: PROJECTIONS,
      log: store,
      member: randomUUID(),
      feed: kafkaFeed({
        ...kafka,
        groupId: CONSUMER_GROUP,
        registry,
        onSetAside: () => {
          deadLettered += 1;
        },
      }),
      inTurn: (work, until) => withLease(lease, (_, held) => work(held), until),
      onCommitted: (position, events = 0) => {
        folded += events;
        duties.well('read models');
        meters.followed(READ_MODELS, position);
      },
      onNote: (note) => duties.tell({ kind: 'note', ...note }),
    });
    await runner.run(signal);
  });
}

/** Process managers, jobs that an api was asked for, and files of banks; of many one is at work. */
function automation({
  config,
  distributed: { kafka, databaseUrl },
  servers,
  queue,
  meters,
  duties,
}: Role): void {
  // Every process takes its share of the topic: the payments themselves say what is known.
  const outcomes = new OutcomesFromTopic(
    servers,
    kafkaInbound({ ...kafka, topic: OUTCOMES_TOPIC, groupId: OUTCOMES_GROUP }),
    () => duties.well('outcomes'),
  );
  meters.outcomes(() => outcomes.figures);
  duties.take('outcomes', async (signal) => {
    await createTopics(kafka);
    await outcomes.run(signal);
  });
  const lease = postgresLease(databaseUrl, AUTOMATION_LEASE);
  duties.take('automation', (signal) =>
    withLease(
      lease,
      async (hold, held) => {
        for (const { job, by } of await unfinished(servers))
          await queue.submit(jobIdOf(job), { job, by });
        const automations = new AutomationRunner(servers, processManagers(servers), {
          load: () => hold.load(),
          save: async (position) => {
            await hold.save(position);
            duties.well('automation');
            meters.followed('automation', position);
          },
        });
        // What fails ends the others, so that all begin again together under the lease.
        const failed = new AbortController();
        const until = AbortSignal.any([held, failed.signal]);
        const together = [
          automations.run(until),
          workOff(
            queue,
            new JobRunner(servers, duties.tell, until),
            `automation-${process.pid}-${randomUUID()}`,
            until,
          ),
          bankFolderOf(servers.filesDir, config.rail)?.watch(takeFrom(servers), until, {
            onTrouble: (what, error) =>
              duties.tell({
                kind: 'trouble',
                what: `bank folder: ${what}`,
                detail: error instanceof Error ? error.message : String(error),
              }),
          }) ?? Promise.resolve(),
          govstackOutboxOf(servers.filesDir, config.rail)?.watch(until, {
            onTrouble: (what, error) =>
              duties.tell({
                kind: 'trouble',
                what: `payments block: ${what}`,
                detail: error instanceof Error ? error.message : String(error),
              }),
          }) ?? Promise.resolve(),
        ].map((work) =>
          work.catch((error: unknown) => {
            failed.abort();
            throw error;
          }),
        );
        const broken = (await Promise.allSettled(together)).find(
          (end) => end.status === 'rejected',
        );
        if (broken) throw broken.reason;
      },
      signal,
    ),
  );
}

/**
 * Looks how far the read models are, for health and metrics; who waits for a position looks more
 * often by itself.
 */
async function look(
  { reads, servers: { store }, meters, duties }: Role,
  positions: ReadPositions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const position = await livePosition(reads, PROJECTIONS).catch((error: unknown) => {
      // Its tables are made by the projector, which may come later.
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === '42P01')
        return -1;
      throw error;
    });
    positions.notify(position);
    meters.followed(READ_MODELS, position);
    meters.position(await store.lastPosition());
    duties.well('read positions');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
