import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventRegistry } from '../../events/registry.js';
import { openDataFolder } from '../../src/adapters/data-folder/file-system.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import { eventually } from '../support/eventually.js';
import { killed } from '../support/killed.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { Caller, expectStatus, person, writtenIn } from './http-world.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const YEARS_25_MS = 25 * 365 * 86_400_000;

/** Loaded before the program, in each of its threads: its clock is off by what the file says. */
const SHIFTED = `
import { readFileSync } from 'node:fs';
const Machine = Date;
const off = () => Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
globalThis.Date = class extends Machine {
  constructor(...given) { if (given.length === 0) super(Machine.now() + off()); else super(...given); }
  static now() { return Machine.now() + off(); }
};`;

const dir = temporaryFolder('clock');
const children: ChildProcess[] = [];
afterEach(() => killed(children.splice(0)));

const offBy = (ms: number): void => writeFileSync(join(dir, 'off'), String(ms));

function start(): { child: ChildProcess; out: () => string; err: () => string } {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'] ?? '',
      SANAD_PORT: '0',
      SANAD_DATA: join(dir, 'data'),
      CLOCK_FILE: join(dir, 'off'),
      NODE_OPTIONS: `--import=${join(dir, 'shifted.mjs')}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  return { child, out: () => said.out, err: () => said.err };
}

async function serving(): Promise<{ child: ChildProcess; url: string }> {
  const { child, out, err } = start();
  const line = (): string | undefined =>
    out()
      .split('\n')
      .find((one) => one.includes('"serving"'));
  await eventually('it serves', () => line() !== undefined || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(err());
  return { child, url: (JSON.parse(line()!) as { url: string }).url };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'close');
}

const intakeAt = async (url: string): Promise<Caller> =>
  new Caller(
    url,
    await (
      await localIssuer(join(dir, 'data', 'keys'))
    ).issue({ subject: 'i.berrada', role: 'intake' }),
    writtenIn(join(dir, 'data')),
  );

async function times(): Promise<readonly string[]> {
  const folder = await openDataFolder(join(dir, 'data'));
  const store = await openSqliteLog(folder.path, {
    reader: 'local',
    registry: new EventRegistry(),
  });
  const { events } = await store.readAll(-1, 5_000);
  await store.close();
  await folder.close();
  return events.map(({ time }) => time);
}

test('a clock that goes back writes nothing before what the log has', async () => {
  writeFileSync(join(dir, 'shifted.mjs'), SHIFTED);
  offBy(0);
  const first = await serving();
  const intake = await intakeAt(first.url);
  await expectStatus(201, intake.post('/persons', person(1)));

  offBy(-YEARS_25_MS);
  const refused = await intake.post('/persons', person(2));
  expect(refused).toMatchObject({ status: 503, body: { code: 'CLOCK_BEHIND_LOG' } });
  const health = await fetch(`${first.url}/health/ready`);
  expect([health.status, await health.text()]).toEqual([
    503,
    expect.stringContaining('CLOCK_BEHIND_LOG'),
  ]);

  // Tokens have run out by then, so the health is what says it.
  offBy(3 * YEARS_25_MS);
  expect(await (await fetch(`${first.url}/health/ready`)).text()).toContain('CLOCK_AHEAD_OF_LOG');
  offBy(0);
  await expectStatus(201, intake.post('/persons', person(3)));
  await stop(first.child);

  offBy(-YEARS_25_MS);
  const again = start();
  await once(again.child, 'close');
  expect([again.child.exitCode, again.err()]).toEqual([
    1,
    expect.stringContaining('CLOCK_BEHIND_LOG'),
  ]);

  offBy(3 * YEARS_25_MS);
  const ahead = start();
  await once(ahead.child, 'close');
  expect([ahead.child.exitCode, ahead.err()]).toEqual([
    1,
    expect.stringContaining('CLOCK_AHEAD_OF_LOG'),
  ]);

  offBy(-60_000);
  const late = await serving();
  await expectStatus(201, (await intakeAt(late.url)).post('/persons', person(4)));
  await stop(late.child);
  const written = await times();
  expect(written.length).toBeGreaterThanOrEqual(6);
  expect([...written].sort()).toEqual(written);
});
