import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addDays, dayOfWeek } from '../../src/kernel/time.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { enrolled, PROGRAMME, released } from '../use-cases/month.js';
import { as, job, newWorld, type World } from '../use-cases/world.js';

const PERIOD = '2025-12';
const HOLIDAY = '2098-12-31';
let world: World;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 2);
  await released(world.engine, PERIOD);
  const next = { programmeId: PROGRAMME, period: '2026-01' };
  const { cycleId, contentHash } = await prepareCycle(
    world.engine,
    next,
    job(world.engine, 'finance'),
  );
  const approval = as(world.engine, 'controller', 'approve', cycleId);
  await approveCycle(world.engine, { cycleId, contentHash }, approval);
  await world.engine.close();
});
afterAll(() => rm(world.dir, { recursive: true, force: true }));

/** The `sanad` that people start, in a process of its own. */
const sanad = (...args: readonly string[]): Promise<{ out: string; err: string }> =>
  new Promise((resolve) => {
    const of = ['--programme', PROGRAMME, '--data', world.dir];
    execFile(process.execPath, ['bin/sanad.mjs', ...args, ...of], (_, out, err) =>
      resolve({ out, err }),
    );
  });
const on = (day: string, ...more: readonly string[]) => ['--execution-date', day, ...more];
const reinstruct = (day: string, ...more: readonly string[]) =>
  sanad('payments', 'reinstruct', '--period', PERIOD, '--as', 'farid', ...on(day, ...more));
const release = (day: string, ...more: readonly string[]) =>
  sanad('cycle', 'release', '--period', '2026-01', '--as', 'rachida', ...on(day, ...more));
const nextSunday = (): string => {
  const today = new Date().toISOString().slice(0, 10);
  return addDays(today, 7 - dayOfWeek(today));
};

test('a cycle is not released for a day that nobody meant, though nobody set a calendar', async () => {
  for (const day of ['2026-01-30', '2098-12-31', nextSunday()])
    expect((await release(day)).err).toContain('EXECUTION_DATE_ODD');
  const { out } = await release(nextSunday(), '--any-day', '--json');
  expect(JSON.parse(out).warnings.map(({ code }: { code: string }) => code)).toContain(
    'EXECUTION_DATE_CLOSED',
  );
});

test('payments are not instructed again for a day that nobody meant, and it is told where somebody did', async () => {
  expect((await reinstruct(nextSunday())).err).toContain('EXECUTION_DATE_ODD');
  const calendar = ['--weekend', 'saturday,sunday', '--holidays', HOLIDAY];
  await sanad('programmes', 'calendar', ...calendar, '--as', 'm.berrada');
  expect((await reinstruct(HOLIDAY)).err).toContain('EXECUTION_DATE_ODD');
  const { out } = await reinstruct(HOLIDAY, '--any-day', '--json');
  expect(JSON.parse(out).warnings.map(({ code }: { code: string }) => code)).toEqual([
    'ACCOUNTS_NOT_COMPARED',
    'EXECUTION_DATE_FAR',
    'EXECUTION_DATE_CLOSED',
  ]);
});
