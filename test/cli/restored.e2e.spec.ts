import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withEngine } from '../../src/cli/compose.js';
import type { Engine } from '../../src/cli/compose.js';
import { loadConfig } from '../../src/composition/config.js';
import { startServer } from '../../src/composition/server.js';
import { streams } from '../../src/kernel/ids.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { answers, enrolled, PROGRAMME, released } from '../use-cases/month.js';
import { as, drain, job, newWorld, type World } from '../use-cases/world.js';

/**
 * "Restoring" of docs/operations.md at the embedded size, command by command: from a copy that was
 * taken between the approval and the release of a cycle to the cycle's reconciliation.
 */
const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
const OF_CYCLE = ['--programme', PROGRAMME, '--period', PERIOD];
let world: World;
const copy = temporaryFolder('copy');

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
/** The `sanad` that people start, in a process of its own. */
const sanad = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['bin/sanad.mjs', ...args, '--data', world.dir, '--json'],
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
const ran = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, out, err } = await sanad(...args);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${err}`);
  return JSON.parse(out) as Record<string, unknown>;
};

interface Health {
  readonly status: number;
  readonly detail?: string;
}
/** What a server on the folder says of itself, once that is `as` it is asked to be. */
async function health(is: (health: Health) => boolean): Promise<Health> {
  const server = await startServer(
    loadConfig({ SANAD_DATA: world.dir, SANAD_PORT: '0', SANAD_LOG_LEVEL: 'fatal' }),
  );
  try {
    return await eventually('the health of the server', async () => {
      const reply = await fetch(`${server.url}/health/ready`);
      const said = { status: reply.status, ...((await reply.json()) as object) } as Health;
      const told = { ...said, status: reply.status };
      return is(told) && told;
    });
  } finally {
    await server.close();
  }
}

/** The bank answers: all is settled. */
async function settled(engine: Engine): Promise<void> {
  const said = answers(engine, CYCLE, () => ({ outcome: 'settled', settledOn: `${PERIOD}-29` }));
  await takeInOutcomes(engine, { source: 'file', outcomes: said }, job(engine, 'bank'));
  await drain(engine);
}

/** What a bank sees of the messages in a folder, but the moment at which each was made. */
const messagesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      readFileSync(join(folder, name), 'utf8').replace(/<CreDtTm>[^<]*</, '<CreDtTm><'),
    ]),
  );

beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 12);
  const { cycleId, contentHash } = await prepareCycle(
    world.engine,
    { programmeId: PROGRAMME, period: PERIOD },
    job(world.engine, 'finance'),
  );
  await approveCycle(
    world.engine,
    { cycleId, contentHash },
    as(world.engine, 'controller', 'approve', cycleId),
  );
  await world.engine.close();
});
afterAll(() => rmSync(world.dir, { recursive: true, force: true }));

/** The log of the copy, under everything else as it was. */
function restoreTheLog(): void {
  for (const file of ['log.db', 'log.db-wal', 'log.db-shm']) {
    rmSync(join(world.dir, file), { force: true });
    if (existsSync(join(copy, file))) cpSync(join(copy, file), join(world.dir, file));
  }
}

/** Nobody goes on from what was lost, and each says what to run; then all go on. */
async function goOnAfterSayingWhatToRun(): Promise<void> {
  const refused = await health(({ detail }) => /CHECKPOINT_NOT_IN_LOG/.test(detail ?? ''));
  expect(refused.status).toBe(503);
  const automation = await sanad('automation', 'retry', '--as', 'admin');
  expect([automation.code, automation.err]).toEqual([
    expect.any(Number),
    expect.stringMatching(
      /CHECKPOINT_NOT_IN_LOG.*The checkpoint of the automation stands behind.*lease reset/,
    ),
  ]);
  expect(automation.code).not.toBe(0);
  // Nor is anything recorded in it before: what was released would be released again.
  for (const act of [
    ['cycle', 'release', ...OF_CYCLE, '--as', 'rachid', '--execution-date', `${PERIOD}-28`],
    ['programmes', 'hold', '--programme', PROGRAMME, '--days', '9', '--as', 'pascal'],
  ])
    expect((await sanad(...act)).err).toContain('CHECKPOINT_NOT_IN_LOG');
  await ran('rebuild');
  const half = await health(({ detail }) => /lease reset/.test(detail ?? ''));
  expect(half.detail).not.toContain('sanad rebuild');
  await ran('lease', 'reset');
  expect(await health(({ status }) => status === 200)).toMatchObject({ status: 200 });
}

test('a log that was restored from an older copy is told, and the cycle is paid once and reconciled', async () => {
  // The backup; then the cycle is released and paid, and the disk of the log is lost.
  cpSync(world.dir, copy, { recursive: true });
  await withEngine(world.dir, async (engine) => {
    await released(engine, PERIOD);
    await settled(engine);
  });
  await ran('automation', 'retry', '--as', 'admin');
  await ran('rebuild');
  const files = join(world.dir, 'files');
  expect(readdirSync(files).length).toBeGreaterThan(0);

  restoreTheLog();
  await goOnAfterSayingWhatToRun();

  // What was lost: the release, the instructions and what the bank said. Released again, the cycle
  // does not go out in another form than the bank has.
  await withEngine(world.dir, async (engine) => {
    expect((await readCycle(engine.store, CYCLE)).status).toBe('approved');
    await released(engine, PERIOD);
  });
  expect((await sanad('automation', 'retry', '--as', 'admin')).code).not.toBe(0);
  expect((await sanad('automation', 'list')).out).toContain('MESSAGE_DIFFERS');

  // The bank has it: put away, and written again for the log alone.
  const atTheBank = join(copy, 'at-the-bank');
  renameSync(files, atTheBank);
  expect(await ran('automation', 'retry', '--as', 'admin')).toMatchObject({ left: 0 });
  // The same ids of messages and payments, to which the bank's answers belong.
  expect(messagesIn(files)).toEqual(messagesIn(atTheBank));
  await withEngine(world.dir, async (engine) => {
    await settled(engine);
    const context = as(engine, 'finance', 'reconcile', CYCLE);
    const { figures } = await reconcileCycle(engine, { cycleId: CYCLE }, context);
    expect(figures.settledCount).toBeGreaterThan(0);
    expect(figures).toMatchObject({
      settledCount: figures.orderedCount,
      settledMinor: figures.orderedMinor,
    });
    const cycle = await engine.store.readStream(streams.cycle(CYCLE));
    expect(cycle.at(-1)!.type).toBe('CycleReconciled');
  });
  expect(await ran('rebuild', '--verify')).toMatchObject({ identical: true });
  expect(await ran('audit', 'check')).toMatchObject({ violations: [] });
});
