import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { unknownPersons } from '../../src/use-cases/persons/unknown-persons.js';
import { one, rowsOf } from './household-rows.js';
import { PROGRAMME } from './month.js';
import { job, newWorld, openProgramme, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await openProgramme(world.engine);
});
afterAll(() => world.end());

test('what a killed import sealed is found, forgotten, and taken in by the next run', async () => {
  const { engine } = world;
  const rows = await rowsOf(4, 7);
  const take = (batch: typeof rows, store = engine.store) =>
    importApplications(
      { ...engine, store },
      { programmeId: PROGRAMME, rows: one(batch) },
      job(engine, 'intake'),
    );
  await take(rows.slice(0, 2));
  const killed = new Proxy(engine.store, {
    get(store, name) {
      if (name === 'append' || name === 'appendAll')
        return () => Promise.reject(new Error('killed before it was recorded'));
      const value: unknown = Reflect.get(store, name);
      return typeof value === 'function' ? value.bind(store) : value;
    },
  });
  await expect(take(rows, killed)).rejects.toThrow('killed');

  const { kept, unknown } = await unknownPersons(engine);
  expect([kept, unknown.length]).toEqual([4, 2]);
  await engine.vault.forget(unknown);
  expect(await unknownPersons(engine)).toEqual({ kept: 2, unknown: [] });
  expect(await take(rows)).toMatchObject({ submitted: 2, alreadyThere: 2 });
  expect(await unknownPersons(engine)).toEqual({ kept: 4, unknown: [] });
});
