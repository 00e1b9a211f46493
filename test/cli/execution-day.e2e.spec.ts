import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { enrolled, PROGRAMME, released } from '../use-cases/month.js';
import { as, newWorld, type World } from '../use-cases/world.js';

const PERIOD = '2025-12';
const HOLIDAY = '2098-12-31';
let world: World;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 2);
  await released(world.engine, PERIOD);
  await execute(
    world.engine,
    [
      part(streams.programme(PROGRAMME), programmeDecider, {
        type: 'SetCalendar',
        programmeId: PROGRAMME,
        weekend: ['saturday', 'sunday'],
        holidays: [HOLIDAY],
      }),
    ],
    as(world.engine, 'manager', 'calendar'),
  );
  await world.engine.close();
});
afterAll(() => rm(world.dir, { recursive: true, force: true }));

/** The `sanad` that people start, in a process of its own. */
const reinstruct = (
  day: string,
  ...more: readonly string[]
): Promise<{ out: string; err: string }> =>
  new Promise((resolve) => {
    const of = ['--programme', PROGRAMME, '--period', PERIOD, '--execution-date', day];
    const who = ['--data', world.dir, '--as', 'farid'];
    execFile(
      process.execPath,
      ['bin/sanad.mjs', 'payments', 'reinstruct', ...of, ...who, ...more],
      (_, out, err) => resolve({ out, err }),
    );
  });

test('payments are not instructed again for a day that nobody meant, and it is told where somebody did', async () => {
  expect((await reinstruct(HOLIDAY)).err).toContain('EXECUTION_DATE_ODD');
  const { out } = await reinstruct(HOLIDAY, '--any-day', '--json');
  expect(JSON.parse(out).warnings.map(({ code }: { code: string }) => code)).toEqual([
    'EXECUTION_DATE_FAR',
    'EXECUTION_DATE_CLOSED',
  ]);
});
