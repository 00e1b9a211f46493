import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withEngine } from '../../src/cli/compose.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { child, enrolFamilies } from '../use-cases/families.js';
import { PROGRAMME } from '../use-cases/month.js';
import { as, newWorld, type World } from '../use-cases/world.js';

let world: World;
let ida: string;
let enrolled: string;
beforeAll(async () => {
  world = await newWorld();
  const families = { ida: [child('2020-05')], eva: [child('2020-06')] };
  ({ ida, eva: enrolled } = await enrolFamilies(world.engine, families, asdVersions.slice(0, 1)));
  const ended = { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'moved abroad' } as const;
  const enrolment = part(streams.enrolment(PROGRAMME, ida), enrolmentDecider, ended);
  await execute(world.engine, [enrolment], as(world.engine, 'supervisor', 'end'));
  await world.engine.close();
});
afterAll(() => rm(world.dir, { recursive: true, force: true }));

/** The `sanad` that people start, in a process of its own. */
const erase = (
  as: string,
  person: string,
  ...more: readonly string[]
): Promise<{ readonly code: unknown; readonly out: string; readonly err: string }> =>
  new Promise((resolve) => {
    const args = ['persons', 'erase', person, '--reason', 'asked for it', '--data', world.dir];
    execFile(process.execPath, ['bin/sanad.mjs', ...args, '--as', as, ...more], (error, out, err) =>
      resolve({ code: error ? error.code : 0, out: out.trim(), err }),
    );
  });

test('a person is erased at the command line by two administrators', async () => {
  expect((await erase('k.one', enrolled)).err).toContain('STILL_ENROLLED');
  // No cycle has paid October, for which the household was enrolled.
  expect((await erase('k.one', ida)).err).toContain('STILL_OWED');
  const forfeits = '--forfeit-arrears';
  expect((await erase('k.one', ida, forfeits)).out).toMatch(/^proposed.*another administrator/);
  expect((await erase('K.One', ida, forfeits)).out).toMatch(/^proposed/);
  expect((await erase('k.two', ida)).err).toContain('STILL_OWED');
  expect(JSON.parse((await erase('k.two', ida, forfeits, '--json')).out)).toMatchObject({
    personId: ida,
    status: 'erased',
  });
  expect((await erase('k.two', ida)).err).toContain('PERSON_ERASED');
  await withEngine(world.dir, async ({ store, vault }) => {
    const events = await store.readStream(streams.person(ida));
    expect(events.map(({ type }) => type).slice(-2)).toEqual([
      'PersonErasureProposed',
      'PersonErased',
    ]);
    const [registered] = events;
    if (registered?.type !== 'PersonRegistered') throw new Error('nobody was registered');
    expect(await vault.open([registered.data.sealed])).toEqual([undefined]);
  });
});

test('who is limited to a region is told the same of who is elsewhere and of nobody', async () => {
  const nobody = '5c0bb5b5-9d1e-5e0a-8b57-3f1c2f0a9a10';
  // One after the other: each holds the folder.
  const elsewhere = await erase('k.one', enrolled, '--regions', 'EH-99');
  expect(elsewhere).toMatchObject({ code: 1, err: expect.stringContaining('REGION_NOT_ALLOWED') });
  expect(await erase('k.one', nobody, '--regions', 'EH-99')).toEqual(elsewhere);
});
