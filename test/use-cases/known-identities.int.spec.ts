import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DomainError } from '../../src/kernel/errors.js';
import { recoveryId as recoveryIdOf, streams } from '../../src/kernel/ids.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { verifyAccounts } from '../../src/use-cases/persons/verify-accounts.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { AUTOMATION, type JobContext } from '../../src/write-side/context.js';
import { recordOne } from '../../src/write-side/bulk.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { enrolled, PROGRAMME } from './month.js';
import { unverifiedIn } from './unverified.js';
import { as, households, job, newWorld, type World } from './world.js';

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
  // Some of them wait for their rejection.
  const rows = households(30, 2);
  const imported = { programmeId: PROGRAMME, rows, determine: true };
  await importApplications(world.engine, imported, job(world.engine, 'intake'));
  const waiting = { programmeId: PROGRAMME, action: 'recommend' } as const;
  await decideApplications(world.engine, waiting, job(world.engine, 'officer'));
  await owes();
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

/** The person's household owes the programme something. */
async function owes(): Promise<void> {
  const recoveryId = recoveryIdOf(PROGRAMME, personId);
  const established = {
    type: 'EstablishOverpayment',
    recoveryId,
    programmeId: PROGRAMME,
    personId,
    region: 'MA-06',
    correctionId: 'asd-0001',
    currency: 'MAD',
    amountMinor: '50000',
  } as const;
  await execute(world.engine, [part(streams.recovery(recoveryId), recoveryDecider, established)], {
    ...as(world.engine, 'finance', 'owes'),
    actor: AUTOMATION,
  });
}

const rejecting = (reason: string, base: JobContext, applicationIds?: readonly string[]) =>
  decideApplications(
    world.engine,
    {
      programmeId: PROGRAMME,
      action: 'reject',
      reason,
      ...(applicationIds ? { applicationIds } : {}),
    },
    base,
  );
async function verifying(method: string, base: JobContext, howMany?: number) {
  const accounts = (await unverifiedIn(world.engine)).slice(0, howMany);
  async function* once() {
    yield accounts;
  }
  return verifyAccounts(world.engine, { accounts: once(), method }, base);
}
const planning = (reason: string, base: JobContext) =>
  planRecoveries(
    world.engine,
    { programmeId: PROGRAMME, sharePercent: 10, floorMinor: '1000', reason },
    base,
  );

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
    (reason) => rejecting(reason, job(world.engine, 'supervisor')),
  ],
  [
    'accounts that are verified together',
    (method) => verifying(method, job(world.engine, 'supervisor')),
  ],
  [
    'accounts that a payment system verifies',
    (method) => verifying(method, job(world.engine, 'bank')),
  ],
  [
    'recoveries that are planned together',
    (reason) => planning(reason, job(world.engine, 'finance')),
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

const limited = (who: 'supervisor' | 'finance'): JobContext => {
  const { actor, ...rest } = job(world.engine, who);
  return { ...rest, actor: { ...actor, regions: ['MA-99'] } };
};
const OTHER = '153200457';

test.each<[string, (text: string) => Promise<unknown>]>([
  ['names no application', (text) => rejecting(text, limited('supervisor'), [])],
  ['may reject nothing here', (text) => rejecting(text, limited('supervisor'))],
  ['names no account', (text) => verifying(text, limited('supervisor'), 0)],
  ['may verify nothing here', (text) => verifying(text, limited('supervisor'))],
  ['may plan nothing here', (text) => planning(text, limited('finance'))],
])('who %s is not told either whether an identity is known', async (_, say) => {
  const before = await positionOf();
  expect(await say(NUMBER)).toEqual(await say(OTHER));
  expect(await positionOf()).toBe(before);
});
