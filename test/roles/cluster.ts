import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import type { RoleName } from '../../src/composition/config.js';
import type { Role } from '../../src/kernel/decider.js';
import { Caller, lastPosition, writtenIn } from '../e2e/http-world.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { startKafka, type Advertised, type TestKafka } from '../support/kafka.js';
import { startRoleProcess, type RoleProcess } from './role-process.js';
import { startProxy, type Proxy } from '../support/proxy.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { killed } from '../support/killed.js';

export interface Cluster {
  readonly store: TestEventStoreDb;
  readonly kafka: TestKafka & { readonly running: true };
  readonly postgres: TestPostgres & { readonly running: true };
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Between our processes and each server, where asked for. */
  readonly lines?: { readonly store: Proxy; readonly kafka: Proxy; readonly postgres: Proxy };
  start(role: RoleName, env?: Readonly<Record<string, string>>): Promise<RoleProcess>;
  /** A caller of one api process. */
  caller(api: RoleProcess, subject: string, role: Role): Promise<Caller>;
  /** Everybody who calls is sent to the next api in turn. */
  across(apis: () => readonly RoleProcess[]): { as(subject: string, role: Role): Promise<Caller> };
  end(): Promise<void>;
}

type Lines = NonNullable<Cluster['lines']>;
type Servers = Pick<Cluster, 'store' | 'kafka' | 'postgres'>;

/**
 * The three servers, each real where this machine can have it, and our roles as processes of their
 * own. Why not, where not.
 * @param given proxied: a line with weather to each server; dir: kept when the cluster ends;
 *   absent: a temporary folder
 */
export async function startCluster(
  what: string,
  given: {
    readonly dir?: string;
    readonly eventStoreUrl?: string;
    readonly proxied?: boolean;
  } = {},
): Promise<Cluster | { readonly reason: string }> {
  const ports = { store: 0, kafka: 0, postgres: 0 };
  const lines = given.proxied === true ? await linesTo(ports) : undefined;
  const kafka = await startKafka(what, lines && behind(lines, ports));
  if (!kafka.running) return { reason: kafka.reason };
  const postgres = await startPostgres(what);
  if (!postgres.running) {
    await kafka.stop();
    return { reason: postgres.reason };
  }
  const dir = given.dir ?? mkdtempSync(join(tmpdir(), 'sanad-cluster-'));
  const store = await startEventStoreDb(join(dir, 'log.ndjson'));
  ports.store = Number(new URL(store.url).port);
  ports.postgres = Number(new URL(postgres.url).port);
  const servers = { store, kafka, postgres };
  const env = {
    SANAD_DATA: dir,
    SANAD_PORT: '0',
    SANAD_LOG_LEVEL: 'info',
    ...urlsOf(servers, lines),
    ...(given.eventStoreUrl === undefined ? {} : { EVENTSTORE_URL: given.eventStoreUrl }),
  };
  const processes = new Set<ChildProcess>();
  const caller = callersIn(dir);
  return {
    ...servers,
    dir,
    env,
    start: (role, more = {}) => startRoleProcess(role, { ...env, ...more }, processes),
    caller,
    ...(lines ? { lines } : {}),
    across: inTurn(caller),
    async end() {
      await killed(processes);
      for (const server of Object.values(servers)) await server.stop();
      for (const line of Object.values(lines ?? {})) await line.stop();
      if (given.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A line to each server, wherever it will be. */
const linesTo = async (ports: Readonly<Record<keyof Lines, number>>): Promise<Lines> => ({
  store: await startProxy(() => ports.store),
  kafka: await startProxy(() => ports.kafka),
  postgres: await startProxy(() => ports.postgres),
});

/** Kafka sends its clients to its line, which is told where Kafka is. */
const behind =
  (lines: Lines, ports: { kafka: number }): Advertised =>
  (port) => {
    ports.kafka = port;
    return lines.kafka.port;
  };

/** Where our processes find the servers: by their lines, where there are some. */
function urlsOf({ store, kafka, postgres }: Servers, lines: Lines | undefined) {
  const through = (url: string, line: Proxy | undefined): string =>
    line ? url.replace(/:\d+(?=[/?])/, `:${line.port}`) : url;
  return {
    EVENTSTORE_URL: through(store.url, lines?.store),
    KAFKA_BROKERS: kafka.brokers.join(','),
    DATABASE_URL: through(postgres.url, lines?.postgres),
  };
}

/** Callers with a token of the issuer in a folder. */
function callersIn(dir: string): Cluster['caller'] {
  const caller: Cluster['caller'] = async (api, subject, role) =>
    new Caller(
      api.url,
      await (await localIssuer(join(dir, 'keys'))).issue({ subject, role }),
      writtenIn(dir),
      () => lastPosition({ as: (other, itsRole) => caller(api, other, itsRole) }),
    );
  return caller;
}

function inTurn(caller: Cluster['caller']): Cluster['across'] {
  let turn = 0;
  return (apis) => ({
    as: (subject, role) => {
      turn += 1;
      return caller(apis()[turn % apis().length]!, subject, role);
    },
  });
}
