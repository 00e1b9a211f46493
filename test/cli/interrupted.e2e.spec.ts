import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withEngine } from '../../src/cli/compose.js';
import { streams } from '../../src/kernel/ids.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { enrolled, PROGRAMME } from '../use-cases/month.js';
import { by, newWorld, type World } from '../use-cases/world.js';

const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
const DAY = '2026-01-05';
let world: World;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 6);
  await world.engine.close();
});
afterAll(() => rm(world.dir, { recursive: true, force: true }));

/** The `sanad` that people start, in a process of its own. */
const step = (name: string, as: string, ...more: readonly string[]) =>
  new Promise<{ readonly said: Record<string, unknown>; readonly err: string }>((resolve) => {
    const cycle = ['cycle', name, '--programme', PROGRAMME, '--period', PERIOD];
    execFile(
      process.execPath,
      ['bin/sanad.mjs', ...cycle, '--as', as, ...more, '--data', world.dir, '--json'],
      (error, out, err) => resolve({ said: error ? {} : JSON.parse(out), err }),
    );
  });
const release = (as: string, day = DAY) =>
  step('release', as, '--execution-date', day, '--any-day');
const statusNow = () =>
  withEngine(world.dir, async ({ store }) => (await readCycle(store, CYCLE)).status);
const decisions = () =>
  withEngine(world.dir, async ({ store }) =>
    (await store.readStream(streams.cycle(CYCLE)))
      .map(({ type }) => type)
      .filter((type) => /Approved|Released|Instructed|Closed/.test(type)),
  );

test('a command that was killed once it was recorded is finished by the same command', async () => {
  const { said } = await step('prepare', 'farid');
  const contentHash = String(said['contentHash']);
  // Killed between the record and what the automation does: nothing follows it in this process.
  await withEngine(world.dir, async (engine) => {
    const approver = by(engine, 'kenza', 'finance-controller', 'approve', CYCLE);
    await approveCycle(engine, { cycleId: CYCLE, contentHash }, approver);
  });
  expect((await step('approve', 'kenza', '--hash', contentHash)).said).toMatchObject({
    cycleId: CYCLE,
    events: 0,
  });
  expect((await step('approve', 'rachid', '--hash', contentHash)).err).toContain(
    'CYCLE_ALREADY_APPROVED',
  );

  await withEngine(world.dir, async (engine) => {
    const releaser = by(engine, 'rachid', 'finance-controller', 'release', CYCLE);
    const args = { cycleId: CYCLE, contentHash, executionDate: DAY };
    await releaseCycle(engine, args, releaser);
  });
  expect(await statusNow()).toBe('released');
  expect((await release('rachid')).said).toMatchObject({ cycleId: CYCLE, events: 0 });
  expect(await statusNow()).toBe('instructed');
  expect(readdirSync(join(world.dir, 'files')).filter((name) => /xml$/.test(name))).toHaveLength(1);
});

test('and is refused where it says something else, or somebody else says it', async () => {
  expect((await release('Rachid')).said).toMatchObject({ events: 0 });
  expect((await release('rachid', '2026-01-06')).err).toContain('CYCLE_ALREADY_RELEASED');
  expect((await release('samia')).err).toContain('CYCLE_ALREADY_RELEASED');
  expect(await decisions()).toEqual(['CycleApproved', 'CycleReleased', 'CycleInstructed']);
});
