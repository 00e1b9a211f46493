import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withEngine } from '../../src/cli/compose.js';
import { streams } from '../../src/kernel/ids.js';
import { enrolled, PROGRAMME } from '../use-cases/month.js';
import { newWorld, type World } from '../use-cases/world.js';

const PERIOD = '2025-12';
let world: World;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 6);
  await world.engine.close();
});
afterAll(() => rm(world.dir, { recursive: true, force: true }));

/** The `sanad` that people start, in a process of its own. */
const sanad = (...args: readonly string[]): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['bin/sanad.mjs', ...args, '--data', world.dir, '--json'],
      (error, out, err) =>
        error ? reject(new Error(`${args.join(' ')}: ${err}`)) : resolve(JSON.parse(out)),
    );
  });
const cycle = (step: string, as: string, ...more: readonly string[]) =>
  sanad('cycle', step, '--programme', PROGRAMME, '--period', PERIOD, '--as', as, ...more);

test('a cycle that is prepared, approved, returned, prepared and approved at the command line', async () => {
  for (const last of [false, true]) {
    const { contentHash } = await cycle('prepare', 'farid');
    await cycle('approve', 'kenza', '--hash', String(contentHash));
    if (!last) await cycle('return', 'rachid', '--reason', 'look again');
  }
  expect(await sanad('audit', 'check')).toMatchObject({ violations: [] });
  await withEngine(world.dir, async ({ store }) => {
    const events = await store.readStream(streams.cycle(`${PROGRAMME}-${PERIOD}`));
    const commands = events
      .filter(({ type }) => ['CyclePrepared', 'CycleApproved', 'CycleReturned'].includes(type))
      .map(({ type, meta }) => [type, meta.command]);
    expect(commands.map(([type]) => type)).toEqual([
      'CyclePrepared',
      'CycleApproved',
      'CycleReturned',
      'CyclePrepared',
      'CycleApproved',
    ]);
    expect(new Set(commands.map(([, command]) => command)).size).toBe(5);
    const budget = await store.readStream(streams.budget(PROGRAMME, 2025));
    expect(
      budget.map(({ type }) => type).filter((type) => type.startsWith('BudgetReserv')),
    ).toEqual(['BudgetReserved', 'BudgetReservationReleased', 'BudgetReserved']);
  });
});
