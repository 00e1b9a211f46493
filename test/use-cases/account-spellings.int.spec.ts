import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ibanOfRib } from '../../src/kernel/accounts.js';
import { hashesOfAccount, hashOfAccount } from '../../src/person/account-hash.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { ribNumber } from '../support/applicant.js';
import { one, rowsOf } from './household-rows.js';
import { PROGRAMME } from './month.js';
import { job, newWorld, openProgramme, type World } from './world.js';

const RIB = ribNumber(7);
/** Each account in the spellings that people and programs give. */
const SPELLINGS: readonly (readonly HouseholdRow['account'][])[] = [
  [
    { kind: 'rib', number: RIB },
    { kind: 'iban', number: ibanOfRib(RIB) },
  ],
  [
    { kind: 'wallet', number: '+212612000003' },
    { kind: 'wallet', number: '0612000003' },
  ],
];

describe('one account in two spellings', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await openProgramme(world.engine);
  });
  afterAll(() => world.end());

  const importing = async (rows: readonly HouseholdRow[]) =>
    importApplications(
      world.engine,
      { programmeId: PROGRAMME, rows: one(rows) },
      job(world.engine, 'intake'),
    );

  test('is one account for every check, and two accounts are two', async () => {
    const accounts = SPELLINGS.flat();
    const rows = await rowsOf(accounts.length, 7);
    await importing(rows.map((row, i) => ({ ...row, account: accounts[i]! })));
    const { events } = await world.engine.store.readAll(-1, 1_000);
    const hashes = events.flatMap((event) =>
      event.type === 'PayeeAccountRegistered' ? [event.data.accountHash] : [],
    );
    expect(hashes).toHaveLength(accounts.length);
    expect(new Set(hashes).size).toBe(SPELLINGS.length);
  });

  test('is found under the hash that an earlier version kept of what was written', () => {
    const { vault } = world.engine;
    const raw = (number: string): string => vault.keyedHash('account', number);
    for (const spellings of SPELLINGS)
      for (const { number } of spellings) {
        const hashes = hashesOfAccount(vault, number);
        expect([...hashes][0]).toBe(hashOfAccount(vault, number));
        for (const other of spellings) expect(hashes).toContain(raw(other.number));
      }
    for (const written of ['00212612000003', '212 612 000003', '+212 (0)6-12-00-00-03'])
      expect(hashOfAccount(vault, written)).toBe(raw('+212612000003'));
    expect(hashesOfAccount(vault, '0033612000003')).toContain(raw('+33612000003'));
    expect([...hashesOfAccount(vault, 'ab 12')]).toEqual([raw('AB12'), raw('ab 12')]);
  });
});
