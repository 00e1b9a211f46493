import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PersonalRecord } from '../../src/adapters/vault/port.js';
import { streams } from '../../src/kernel/ids.js';
import { personDecider } from '../../src/person/person.decider.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import type { ImportReject } from '../../src/use-cases/applications/import-result.js';
import {
  applicationIdOf,
  personIdOf,
} from '../../src/use-cases/applications/imported-household.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { erase } from './again.js';
import { one, rowsOf } from './household-rows.js';
import { PROGRAMME } from './month.js';
import { as, job, newWorld, openProgramme, type World } from './world.js';

/** Households that an import meets under a reference that somebody had, or has elsewhere. */

let world: World;
let rows: HouseholdRow[];
const HERE = 'MA-06';
const ELSEWHERE = 'MA-09';
beforeAll(async () => {
  world = await newWorld();
  await openProgramme(world.engine);
  rows = (await rowsOf(12, 21)).map((row) => ({ ...row, region: HERE }));
});
afterAll(() => world.end());

/** What a run tells, after a dry run that told the same; `sealed` are the records it asked for. */
async function imported(batch: readonly HouseholdRow[], more: Partial<Deps> = {}, in_?: string[]) {
  const sealed: string[] = [];
  const opened: string[] = [];
  const { engine } = world;
  const vault = {
    ...engine.vault,
    keyedHash: engine.vault.keyedHash.bind(engine.vault),
    seal: (records: readonly PersonalRecord[]) => {
      sealed.push(...records.map(({ personId }) => personId));
      return engine.vault.seal(records);
    },
    open: (asked: Parameters<typeof engine.vault.open>[0]) => {
      opened.push(...asked.map(({ record }) => record));
      return engine.vault.open(asked);
    },
  };
  const context = job(engine, 'intake');
  const base = in_ ? { ...context, actor: { ...context.actor, regions: in_ } } : context;
  const run = async (dryRun: boolean) => {
    const rejects: Omit<ImportReject, 'reason'>[] = [];
    const summary = await importApplications(
      { ...engine, vault, ...more },
      {
        programmeId: PROGRAMME,
        rows: one(batch),
        dryRun,
        onRejects: (refused) => {
          rejects.push(...refused.map(({ reason: _, ...reject }) => reject));
        },
      },
      base,
    );
    return { summary, rejects: rejects.toSorted((a, b) => a.line - b.line) };
  };
  const rehearsed = await run(true);
  const told = await run(false);
  expect(told).toEqual(rehearsed);
  return { ...told, sealed, opened };
}
const idOf = ({ reference }: HouseholdRow) => personIdOf(PROGRAMME, reference);
const refused = ({ line, reference }: HouseholdRow, code: string) =>
  expect.objectContaining({ line, reference, code });

test('who was erased stops nobody else, and nothing is sealed for them', async () => {
  const [gone, also, fresh] = rows.slice(0, 3) as [HouseholdRow, HouseholdRow, HouseholdRow];
  await imported([gone, also]);
  for (const each of [gone, also]) await erase(world.engine, idOf(each));
  const changed = { ...also, account: { ...also.account, number: 'X1' } };
  const other = { ...gone, line: 99, nationalId: 'ZZ111111' };
  const { summary, rejects, sealed } = await imported([gone, changed, fresh, other]);
  expect(summary).toMatchObject({ read: 4, submitted: 1, alreadyThere: 1, rejected: 2 });
  expect(rejects).toEqual([
    refused(changed, 'PERSON_ERASED'),
    refused(other, 'REFERENCE_ALREADY_USED'),
  ]);
  expect(new Set(sealed)).toEqual(new Set([idOf(fresh)]));
});

test('who is erased while the file is read is refused alone', async () => {
  const [gone, fresh] = rows.slice(3, 5) as [HouseholdRow, HouseholdRow];
  await imported([gone]);
  await erase(world.engine, idOf(gone));
  const { store } = world.engine;
  const { reference } = gone;
  const written = [
    streams.person(idOf(gone)),
    streams.application(applicationIdOf(PROGRAMME, reference)),
  ];
  /** As it was read before they were registered; the vault knows by now that they were erased. */
  const before = new Proxy(store, {
    get(target, name) {
      if (name === 'readStreams')
        return async (asked: readonly string[]) =>
          (await store.readStreams(asked)).map((read) =>
            written.includes(read.stream) ? { ...read, events: [] } : read,
          );
      const found: unknown = Reflect.get(target, name);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
  const rejects: ImportReject[] = [];
  const summary = await importApplications(
    { ...world.engine, store: before },
    {
      programmeId: PROGRAMME,
      rows: one([gone, fresh]),
      onRejects: (more) => {
        rejects.push(...more);
      },
    },
    job(world.engine, 'intake'),
  );
  expect(summary).toMatchObject({ submitted: 1, rejected: 1 });
  expect(rejects).toEqual([refused(gone, 'PERSON_ERASED')]);
});

test('another household under a known reference is not sealed under the first one’s key', async () => {
  const [first] = rows.slice(5, 6) as [HouseholdRow];
  await imported([first]);
  const other = { ...first, nationalId: 'ZZ222222', name: 'Another Name' };
  const { rejects, sealed } = await imported([other]);
  expect(rejects).toEqual([refused(other, 'REFERENCE_ALREADY_USED')]);
  expect(sealed).toEqual([]);
});

test('whoever is limited to regions learns nothing of a household in another', async () => {
  const [there, moved] = rows.slice(6, 8) as [HouseholdRow, HouseholdRow];
  const elsewhere = { ...there, region: ELSEWHERE };
  await imported([elsewhere, moved]);
  const personId = idOf(moved);
  await execute(
    world.engine,
    [
      part(streams.person(personId), personDecider, {
        type: 'MovePerson',
        personId,
        region: ELSEWHERE,
        reason: 'moved',
      }),
    ],
    as(world.engine, 'supervisor', 'move', personId),
  );
  const tried = [
    elsewhere,
    there,
    { ...there, name: 'Another Name', line: 91 },
    { ...there, nationalId: 'ZZ333333', line: 92 },
    { ...elsewhere, receivedOn: '2020-01-01', line: 93 },
    moved,
    { ...moved, facts: { ...moved.facts, scoreMicro: 1 }, line: 94 },
  ];
  const { rejects, opened, sealed } = await imported(tried, {}, [HERE]);
  expect(rejects).toHaveLength(tried.length);
  for (const { code, field } of rejects)
    expect({ code, field }).toEqual({ code: 'REGION_NOT_ALLOWED', field: undefined });
  expect([opened, sealed]).toEqual([[], []]);
});

test.each(['named', 'all'])('nor of applications that are handled together: %s', async (which) => {
  const [here, there] = which === 'named' ? rows.slice(8, 10) : rows.slice(10, 12);
  await imported([here!, { ...there!, region: ELSEWHERE }]);
  const ids = [here!, there!].map(({ reference }) => applicationIdOf(PROGRAMME, reference));
  const lists: unknown[] = [];
  const args = {
    programmeId: PROGRAMME,
    regions: [HERE],
    ...(which === 'named' ? { applicationIds: ids } : {}),
    onRefused: (more: readonly unknown[]) => {
      lists.push(...more);
    },
  };
  const context = job(world.engine, 'officer');
  const base = { ...context, actor: { ...context.actor, regions: [HERE] } };
  const applications = (await world.engine.store.readCategory('application-', { limit: 100 })).map(
    ({ events }) => events[0]!.data as { readonly region: string },
  );
  const seen = which === 'named' ? 1 : applications.filter(({ region }) => region === HERE).length;
  expect(seen).toBeLessThan(which === 'named' ? 2 : applications.length);
  // Those that wait though their persons were erased, by the tests before.
  const erased = which === 'named' ? 0 : 3;
  const assessed = await assessApplications(world.engine, args, base);
  expect(assessed).toMatchObject({ seen, refused: erased });
  const left = Array.from({ length: erased }, () => ({ code: 'PERSON_ERASED' }));
  expect(lists).toMatchObject(left);
  expect(
    await decideApplications(world.engine, { ...args, action: 'recommend' }, base),
  ).toMatchObject({ seen, refused: 0 });
  expect(lists).toHaveLength(erased);
});
