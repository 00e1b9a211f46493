import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PersonalRecord } from '../../src/adapters/vault/port.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import type { ImportReject } from '../../src/use-cases/applications/import-result.js';
import { personIdOf } from '../../src/use-cases/applications/imported-household.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { PROGRAMME } from './month.js';
import { job, newWorld, openProgramme, type World } from './world.js';
import { rowsOf, one } from './household-rows.js';

describe('what an import refuses', () => {
  let world: World;
  let rows: HouseholdRow[];
  beforeAll(async () => {
    world = await newWorld();
    await openProgramme(world.engine);
    rows = await rowsOf(6, 7);
    await importApplications(
      world.engine,
      { programmeId: PROGRAMME, rows: one(rows.slice(0, 3)) },
      job(world.engine, 'intake'),
    );
  });
  afterAll(() => world.end());
  const rejectsOf = async (batch: readonly HouseholdRow[]): Promise<ImportReject[]> => {
    const rejects: ImportReject[] = [];
    await importApplications(
      world.engine,
      {
        programmeId: PROGRAMME,
        rows: one(batch),
        onRejects: (more) => {
          rejects.push(...more);
        },
      },
      job(world.engine, 'intake'),
    );
    return rejects;
  };

  test.each<[string, string, (first: HouseholdRow) => HouseholdRow]>([
    [
      'an identity under another reference',
      'IDENTITY_ALREADY_REGISTERED',
      (row) => ({ ...row, reference: 'OTHER' }),
    ],
    [
      'other facts under a known reference',
      'APPLICATION_DIFFERS',
      (row) => ({ ...row, facts: { ...row.facts, scoreMicro: 1 } }),
    ],
    [
      'another identity under a known reference',
      'REFERENCE_ALREADY_USED',
      (row) => ({ ...row, nationalId: 'ZZ999999' }),
    ],
    [
      'facts that the programme does not know',
      'FACTS_INVALID',
      (row) => ({
        ...row,
        reference: 'NEW',
        nationalId: 'ZZ999998',
        facts: { ...row.facts, scoreMicro: 'high' },
      }),
    ],
    [
      'a child born after the application',
      'FACTS_INVALID',
      (row) => ({
        ...row,
        reference: 'BORN',
        nationalId: 'ZZ999996',
        facts: {
          ...row.facts,
          children: [
            {
              birthMonth: '9999-03',
              inSchool: false,
              schoolLevel: 'none',
              disabled: false,
              fatherlessOrphan: false,
            },
          ],
        },
      }),
    ],
    [
      'a date before the first policy',
      'NO_POLICY_FOR_PERIOD',
      (row) => ({ ...row, reference: 'OLD', nationalId: 'ZZ999997', receivedOn: '2020-01-01' }),
    ],
  ])('%s', async (_, code, spoil) => {
    const before = await world.engine.store.lastPosition();
    expect((await rejectsOf([spoil(rows[0]!)])).map((reject) => reject.code)).toEqual([code]);
    expect(await world.engine.store.lastPosition()).toBe(before);
  });

  const ofRow = ({ reference, nationalId }: HouseholdRow) => ({ reference, nationalId });
  const CHANGES: readonly (readonly [string, (row: HouseholdRow) => Partial<HouseholdRow>])[] = [
    ['account.number', ({ account }) => ({ account: { ...account, number: 'X1' } })],
    [
      'account.kind',
      ({ account }) => ({
        account: { ...account, kind: account.kind === 'cash' ? 'wallet' : 'cash' },
      }),
    ],
    ['account.holder', ({ account }) => ({ account: { ...account, holder: 'Somebody Else' } })],
    ['region', ({ region }) => ({ region: region === 'MA-03' ? 'MA-04' : 'MA-03' })],
    ['name', () => ({ name: 'Another Name' })],
    ['nameArabic', () => ({ nameArabic: 'سند' })],
    ['phone', () => ({ phone: '0612999999' })],
    ['receivedOn', () => ({ receivedOn: '2025-09-15' })],
    ['facts.scoreMicro', ({ facts }) => ({ facts: { ...facts, scoreMicro: 1 } })],
  ];
  test.each(CHANGES)(
    'a known household with another %s is not there already',
    async (field, to) => {
      const before = await world.engine.store.lastPosition();
      const changed = { ...rows[0]!, ...to(rows[0]!) };
      expect(await rejectsOf([rows[0]!])).toEqual([]);
      expect(await rejectsOf([changed])).toMatchObject([{ code: 'APPLICATION_DIFFERS', field }]);
      expect(await world.engine.store.lastPosition()).toBe(before);
    },
  );
  test.each(CHANGES)('nor where both stand in one file: another %s', async (field, to) => {
    const rejects = await rejectsOf([
      rows[2]!,
      rows[2]!,
      { ...rows[2]!, ...to(rows[2]!), line: 99 },
    ]);
    expect(rejects).toMatchObject([{ line: 99, code: 'APPLICATION_DIFFERS', field }]);
  });

  test.each(CHANGES)('nor what says the same as a row that was refused: %s', async (field, to) => {
    const changed = { ...rows[0]!, ...to(rows[0]!) };
    const rejects = await rejectsOf([
      { ...changed, line: 98 },
      { ...changed, line: 99 },
    ]);
    const refused = { code: 'APPLICATION_DIFFERS', field };
    expect(rejects).toMatchObject([
      { ...refused, line: 98 },
      { ...refused, line: 99 },
    ]);
  });

  test('of several changes the account is named: where the money goes', async () => {
    const { account } = rows[0]!;
    const changed = {
      ...rows[0]!,
      name: 'Another Name',
      region: rows[0]!.region === 'MA-03' ? 'MA-04' : 'MA-03',
      account: { ...account, number: 'X1' },
    };
    expect(await rejectsOf([changed])).toMatchObject([{ field: 'account.number' }]);
    const both = [rows[2]!, { ...changed, ...ofRow(rows[2]!), line: 99 }];
    expect(await rejectsOf(both)).toMatchObject([{ line: 99, field: 'account.number' }]);
  });

  test('of two rows of one file with the same identity the first is taken', async () => {
    const rejects = await rejectsOf([
      rows[3]!,
      { ...rows[3]!, line: 99, reference: 'TWIN' },
      rows[4]!,
    ]);
    expect(rejects).toMatchObject([{ line: 99, code: 'IDENTITY_ALREADY_REGISTERED' }]);
  });

  test('a dry run counts and records nothing', async () => {
    const before = await world.engine.store.lastPosition();
    const summary = await importApplications(
      world.engine,
      { programmeId: PROGRAMME, rows: one([rows[5]!]), dryRun: true },
      job(world.engine, 'intake'),
    );
    expect(summary).toMatchObject({ submitted: 1, rejected: 0 });
    expect(await world.engine.store.lastPosition()).toBe(before);
  });

  test('nothing is sealed of a row that its sender may not take in', async () => {
    const sealed: string[] = [];
    const rejects: ImportReject[] = [];
    const { engine } = world;
    const vault = {
      ...engine.vault,
      seal: (records: readonly PersonalRecord[]) => {
        sealed.push(...records.map(({ record }) => record));
        return engine.vault.seal(records);
      },
    };
    const args = {
      programmeId: PROGRAMME,
      rows: one([{ ...rows[5]!, reference: 'THIRD', nationalId: 'ZZ999990' }]),
      onRejects: (more: readonly ImportReject[]) => {
        rejects.push(...more);
      },
    };
    await importApplications({ ...engine, vault }, args, job(engine, 'finance'));
    expect(rejects.map(({ code }) => code)).toEqual(['ROLE_NOT_ALLOWED']);
    expect(sealed).toEqual([]);
  });

  test('nothing stays sealed of a row whose identity somebody else takes meanwhile', async () => {
    const { engine } = world;
    const [first] = await rowsOf(1, 99);
    const late = { ...first!, reference: 'LATE', nationalId: 'ZZ999989' };
    const early = { ...late, reference: 'EARLY' };
    let meanwhile: Promise<unknown> | undefined;
    const vault = {
      ...engine.vault,
      keyedHash: engine.vault.keyedHash.bind(engine.vault),
      seal: async (records: readonly PersonalRecord[]) => {
        const sealed = await engine.vault.seal(records);
        await (meanwhile ??= rejectsOf([early]));
        return sealed;
      },
    };
    const rejects: ImportReject[] = [];
    const args = {
      programmeId: PROGRAMME,
      rows: one([late]),
      onRejects: (more: readonly ImportReject[]) => {
        rejects.push(...more);
      },
    };
    await importApplications({ ...engine, vault }, args, job(engine, 'intake'));
    expect(await meanwhile).toEqual([]);
    expect(rejects.map(({ code }) => code)).toEqual(['IDENTITY_ALREADY_REGISTERED']);
    const kept = await engine.vault.persons(undefined, 1_000);
    expect(kept).toContain(personIdOf(PROGRAMME, 'EARLY'));
    expect(kept).not.toContain(personIdOf(PROGRAMME, 'LATE'));
    expect(await rejectsOf([{ ...late, nationalId: 'ZZ999988' }])).toEqual([]);
    expect(await engine.vault.persons(undefined, 1_000)).toContain(personIdOf(PROGRAMME, 'LATE'));
  });
});
