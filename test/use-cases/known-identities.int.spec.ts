import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DomainError } from '../../src/kernel/errors.js';
import { streams } from '../../src/kernel/ids.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { verifyAccounts } from '../../src/use-cases/persons/verify-accounts.js';
import { recordOne } from '../../src/write-side/bulk.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { enrolled, PROGRAMME } from './month.js';
import { as, job, newWorld, type World } from './world.js';

/** As no Moroccan card has it. */
const NUMBER = '153200456';
const TYPED = 'said by 15-320-0456 herself';

let world: World;
let personId: string;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 8);
  const { events } = (await world.engine.store.readCategory('person-', { limit: 1 }))[0]!;
  personId = events[0]!.stream.slice('person-'.length);
  const identityHash = world.engine.vault.keyedHash('identity', NUMBER);
  await execute(
    world.engine,
    [
      part(streams.identity(identityHash), identityDecider, {
        type: 'ClaimIdentity',
        identityHash,
        personId,
      }),
    ],
    as(world.engine, 'intake', 'claim'),
  );
});
afterAll(() => world.end());

const refusal = { code: 'PERSONAL_DATA_IN_TEXT', kind: 'invalid' };
const positionOf = (): Promise<number> => world.engine.store.lastPosition();
const moving = (reason: string) =>
  part(streams.person(personId), personDecider, {
    type: 'MovePerson',
    personId,
    region: 'MA-09',
    reason,
  });

async function* noAccounts() {
  yield [];
}

test.each<[string, (text: string) => Promise<unknown>]>([
  [
    'one command',
    (text) => execute(world.engine, [moving(text)], as(world.engine, 'supervisor', 'move')),
  ],
  [
    'a step of a job',
    (text) =>
      recordOne(
        world.engine,
        { verb: 'move', key: personId, parts: [moving(text)] },
        job(world.engine, 'supervisor'),
      ),
  ],
  [
    'applications that are decided together',
    (reason) =>
      decideApplications(
        world.engine,
        { programmeId: PROGRAMME, action: 'reject', reason },
        job(world.engine, 'supervisor'),
      ),
  ],
  [
    'accounts that are verified together',
    (method) =>
      verifyAccounts(
        world.engine,
        { accounts: noAccounts(), method },
        job(world.engine, 'supervisor'),
      ),
  ],
  [
    'recoveries that are planned together',
    (reason) =>
      planRecoveries(
        world.engine,
        { programmeId: PROGRAMME, sharePercent: 10, floorMinor: '0', reason },
        job(world.engine, 'finance'),
      ),
  ],
])('a known identity is not written in the words of %s', async (_, say) => {
  const before = await positionOf();
  const error = await say(TYPED).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject(refusal);
  expect((error as DomainError).detail).not.toContain('320');
  expect(await positionOf()).toBe(before);
});

test('what looks like one and is nobody’s is words', async () => {
  const said = await execute(
    world.engine,
    [moving('says file 15-320-0457')],
    as(world.engine, 'supervisor', 'move'),
  );
  expect(said.events).toBe(1);
});
