import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import type { RoleName } from '../../src/composition/config.js';
import type { Role } from '../../src/kernel/decider.js';
import { Caller, lastPosition, writtenIn } from '../e2e/http-world.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { startKafka, type TestKafka } from '../support/kafka.js';
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
  const lines =
    given.proxied === true
      ? {
          store: await startProxy(() => ports.store),
          kafka: await startProxy(() => ports.kafka),
          postgres: await startProxy(() => ports.postgres),
        }
      : undefined;
  const kafka = await startKafka(
    what,
    lines &&
      ((port) => {
        ports.kafka = port;
        return lines.kafka.port;
      }),
  );
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
  const through = (url: string, line: Proxy | undefined): string =>
    line ? url.replace(/:\d+(?=[/?])/, `:${line.port}`) : url;
  const env = {
    SANAD_DATA: dir,
    SANAD_PORT: '0',
    SANAD_LOG_LEVEL: 'info',
    EVENTSTORE_URL: given.eventStoreUrl ?? through(store.url, lines?.store),
    KAFKA_BROKERS: kafka.brokers.join(','),
    DATABASE_URL: through(postgres.url, lines?.postgres),
  };
  const processes = new Set<ChildProcess>();
  const start = (role: RoleName, more: Readonly<Record<string, string>> = {}) =>
    startRoleProcess(role, { ...env, ...more }, processes);
  const caller = async (api: RoleProcess, subject: string, role: Role): Promise<Caller> =>
    new Caller(
      api.url,
      await (await localIssuer(join(dir, 'keys'))).issue({ subject, role }),
      writtenIn(dir),
      () => lastPosition({ as: (other, itsRole) => caller(api, other, itsRole) }),
    );
  let turn = 0;
  return {
    store,
    kafka,
    postgres,
    dir,
    env,
    start,
    caller,
    ...(lines ? { lines } : {}),
    across: (apis) => ({
      as: (subject, role) => {
        turn += 1;
        return caller(apis()[turn % apis().length]!, subject, role);
      },
    }),
    async end() {
      await killed(processes);
      await store.stop();
      await kafka.stop();
      await postgres.stop();
      for (const line of Object.values(lines ?? {})) await line.stop();
      if (given.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}
