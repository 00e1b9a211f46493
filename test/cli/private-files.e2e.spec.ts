import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import type { Role } from '../../src/kernel/decider.js';
import { approved, Caller, enrolled, expectStatus, setUp, submitted } from '../e2e/http-world.js';
import { eventually } from '../support/eventually.js';
import { killed } from '../support/killed.js';

const dir = mkdtempSync(join(tmpdir(), 'sanad-private-'));
const served = mkdtempSync(join(tmpdir(), 'sanad-private-served-'));
const servers: ChildProcess[] = [];
afterAll(async () => {
  await killed(servers);
  for (const each of [dir, served]) rmSync(each, { recursive: true, force: true });
});

const OPEN = ['-c', 'umask 000; exec "$@"', 'sh'] as const;

/** Runs the command line with a umask that takes nothing away. */
async function sanad(...args: readonly string[]): Promise<number> {
  const child = spawn('sh', [...OPEN, process.execPath, ...args], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return Number(code);
}

/** The bank's folder is not ours alone: its client, of the same group, fetches and brings files. */
const openToOthers = (folder: string): string[] =>
  ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].filter(
    (name) => !/^bank(\/|$)/.test(name) && (statSync(join(folder, name)).mode & 0o077) !== 0,
  );

test('after a month of aid nothing in the data folder is open to anybody but its owner', async () => {
  // As an earlier version, or somebody's own mkdir, left it.
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'files'), { mode: 0o755 });
  const demo = ['demo', '--data', dir, '--households', '60', '--seed', '7'];
  expect(await sanad(resolve('bin/sanad.mjs'), ...demo)).toBe(0);
  expect(readdirSync(dir)).toEqual(
    expect.arrayContaining(['log.db', 'vault.db', 'read.db', 'files', 'keys', 'archive']),
  );
  expect(openToOthers(dir)).toEqual([]);
});

/** Serves that folder, with a umask that takes nothing away. */
async function serving(): Promise<{ server: ChildProcess; url: string }> {
  const args = [resolve('bin/sanad.mjs'), 'serve', '--port', '0', '--data', served];
  const server = spawn('sh', [...OPEN, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(server);
  let out = '';
  server.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const url = await eventually('it serves', () => /http:\/\/[^\s"]+/.exec(out)?.[0]);
  return { server, url };
}

test('nor is anything that a server makes: who read what, what automations did, and jobs', async () => {
  const { server, url } = await serving();
  const issuer = await localIssuer(join(served, 'keys'));
  const as = async (subject: string, role: Role) =>
    new Caller(url, await issuer.issue({ subject, role }));
  const world = { as };
  await setUp(world);
  const { personId, applicationId } = await submitted(world, 1);
  await approved(world, applicationId);
  await enrolled(world, personId);
  const officer = await as('o.chraibi', 'case-officer');
  await expectStatus(200, officer.get(`/persons/${personId}/profile`));
  const finance = await as('f.elfassi', 'finance-officer');
  const { jobId } = await expectStatus(202, finance.post('/cycles/asd-2025-10/prepare'));
  expect(await finance.job(jobId)).toMatchObject({ state: 'done' });
  const made = ['access.ndjson', 'automation.json', 'set-aside.json', 'jobs.db', 'keys', 'read.db'];
  expect(readdirSync(served)).toEqual(expect.arrayContaining(made));
  expect(openToOthers(served)).toEqual([]);
  server.kill('SIGTERM');
  await once(server, 'exit');
  expect(openToOthers(served)).toEqual([]);
});
