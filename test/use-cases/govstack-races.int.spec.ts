import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PersonalRecord } from '../../src/adapters/vault/port.js';
import { functionalIdOf } from '../../src/kernel/govstack.js';
import { streams } from '../../src/kernel/ids.js';
import { payeeOf } from '../../src/person/payee.rule.js';
import { personDecider } from '../../src/person/person.decider.js';
import { setAccounts } from '../../src/use-cases/govstack/beneficiaries.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { MemoryStore } from '../support/memory-store.js';
import { enrolled } from './month.js';
import { anotherAccount, changeAccount } from './payee-accounts.js';
import { another, justBefore, type Here } from './racing.js';
import { as, job, newWorld, type World } from './world.js';

let world: World;
let here: Here;
beforeAll(async () => {
  world = await newWorld();
  here = { ...world.engine, store: new MemoryStore(true) };
  await enrolled(here, 3);
});
afterAll(() => world.end());

test('an account that a clerk registers in the same moment is not replaced by a registration', async () => {
  const [first] = await here.store.readCategory('person-', { limit: 1 });
  const personId = first!.stream.slice('person-'.length);
  const accountNow = async () =>
    payeeOf(await here.store.readStream(streams.person(personId)))?.accountId;
  const close = {
    type: 'ClosePayeeAccount',
    personId,
    accountId: (await accountNow())!,
    reason: 'gone',
  } as const;
  await execute(
    here,
    [part(streams.person(personId), personDecider, close)],
    as(here, 'officer', 'close'),
  );
  justBefore(here, 'PayeeAccountRegistered', () => changeAccount(another(here), personId));
  const asked = [
    { payeeIdentity: functionalIdOf(personId), modality: '01' as const, address: '+212600000001' },
  ];
  expect(
    await setAccounts(another(here), 'register', 'Q1', asked, job(here, 'intake')),
  ).toMatchObject({ changed: 0, failed: [{ index: 0, code: 'ALREADY_REGISTERED' }] });
  const byClerk = (await anotherAccount(here, personId)).accountId;
  expect(await accountNow()).toBe(byClerk);
});

test('nothing is sealed of an account that is refused', async () => {
  const sealed: string[] = [];
  const vault = {
    ...here.vault,
    keyedHash: here.vault.keyedHash.bind(here.vault),
    seal: (records: readonly PersonalRecord[]) => {
      sealed.push(...records.map(({ record }) => record));
      return here.vault.seal(records);
    },
  };
  const [, second] = await here.store.readCategory('person-', { limit: 2 });
  const payeeIdentity = functionalIdOf(second!.stream.slice('person-'.length));
  const asked = [{ payeeIdentity, modality: '01' as const, address: '+212600000002' }];
  const setBy = (who: 'finance' | 'intake', how: 'register' | 'update', requestId: string) =>
    setAccounts({ ...here, vault }, how, requestId, asked, job(here, who));
  expect(await setBy('finance', 'update', 'Q2')).toMatchObject({
    changed: 0,
    failed: [{ code: 'ROLE_NOT_ALLOWED' }],
  });
  expect(await setBy('intake', 'register', 'Q3')).toMatchObject({
    changed: 0,
    failed: [{ code: 'ALREADY_REGISTERED' }],
  });
  expect(sealed).toEqual([]);
  expect(await setBy('intake', 'update', 'Q4')).toMatchObject({ changed: 1, failed: [] });
  expect(sealed).toHaveLength(1);
});
