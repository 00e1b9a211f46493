import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { one, rowsOf } from '../use-cases/household-rows.js';
import { PROGRAMME } from '../use-cases/month.js';
import { job, newWorld, openProgramme, type World } from '../use-cases/world.js';

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await openProgramme(world.engine);
  const rows = (await rowsOf(3, 5)).map((row, i) => ({
    ...row,
    region: i === 0 ? 'MA-01' : 'MA-02',
  }));
  await importApplications(
    world.engine,
    { programmeId: PROGRAMME, rows: one(rows) },
    job(world.engine, 'intake'),
  );
  await world.engine.close();
});
afterAll(() => rm(world.dir, { recursive: true, force: true }));

const handled = async (step: string, regions: string): Promise<unknown> => {
  const who = ['--data', world.dir, '--as', 'o.berrada', '--regions', regions];
  const args = ['applications', step, '--programme', PROGRAMME, '--json', ...who];
  const { stdout } = await promisify(execFile)(process.execPath, ['bin/sanad.mjs', ...args]);
  return JSON.parse(stdout);
};

test('applications are assessed, and counted, in the regions of who asks', async () => {
  const nothing = { refused: 0, refusals: [] };
  expect(await handled('assess', 'MA-03')).toMatchObject({ seen: 0, determined: 0, ...nothing });
  expect(await handled('assess', 'MA-01')).toMatchObject({ seen: 1, determined: 1, ...nothing });
  expect(await handled('assess', 'MA-01,MA-02')).toMatchObject({ seen: 3, determined: 2 });
  expect(await handled('recommend', 'MA-01')).toMatchObject({ seen: 1, done: 1, ...nothing });
});
