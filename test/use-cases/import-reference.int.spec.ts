import { afterAll, describe, expect, it } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { streams } from '../../src/kernel/ids.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import type { ImportReject } from '../../src/use-cases/applications/import-result.js';
import { personIdOf } from '../../src/use-cases/applications/imported-household.js';
import { PaidToIdentity } from '../../src/use-cases/households/paid-to-identity.js';
import type { Deps } from '../../src/write-side/context.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { one, rowsOf } from './household-rows.js';
import { PROGRAMME } from './month.js';
import { job, newWorld, openProgramme } from './world.js';

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

/** An engine on a log of its own, and another process's on the same log. */
async function embedded(): Promise<readonly [Deps, Deps]> {
  const world = await newWorld();
  ends.push(() => world.end());
  return [world.engine, world.engine];
}
async function distributed(): Promise<readonly [Deps, Deps]> {
  return (await onServer()).processes;
}
async function onServer(): Promise<{
  readonly server: TestEventStoreDb;
  readonly processes: readonly [Deps, Deps];
}> {
  const server = await startEventStoreDb();
  ends.push(() => server.stop());
  const world = await newWorld();
  ends.push(() => world.end());
  const process = async (): Promise<Deps> => {
    const store = await openEventStoreDb({ url: server.url, patienceMs: 300 });
    ends.push(() => store.close());
    return { ...world.engine, store, locks: new KeyedMutex() };
  };
  return { server, processes: [await process(), await process()] };
}

async function codesOf(deps: Deps, rows: readonly HouseholdRow[]): Promise<string[]> {
  const rejects: ImportReject[] = [];
  const { submitted, rejected, duplicates } = await importApplications(
    deps,
    {
      programmeId: PROGRAMME,
      rows: one(rows),
      determine: true,
      onRejects: (more) => {
        rejects.push(...more);
      },
    },
    job(deps, 'intake'),
  );
  expect(submitted + rejected + duplicates).toBe(rows.length);
  return rejects.map(({ code }) => code);
}

describe.each([
  ['embedded', embedded],
  ['on EventStoreDB', distributed],
])('a reference that was taken in, with a corrected identity: %s', (_, start) => {
  it('is refused, and leaves the identity to its real holder', async () => {
    const [deps, another] = await start();
    await openProgramme(deps);
    const rows = (await rowsOf(4, 11)).slice(0, 3);
    expect(await codesOf(deps, rows)).toEqual([]);
    const before = await deps.store.lastPosition();
    const corrected = { ...rows[0]!, nationalId: 'ZZ111111' };
    for (const process of [another, deps])
      expect(await codesOf(process, [corrected])).toEqual(['REFERENCE_ALREADY_USED']);
    expect(await another.store.lastPosition()).toBe(before);
    const claim = streams.identity(deps.vault.keyedHash('identity', 'ZZ111111'));
    expect(await deps.store.readStream(claim)).toEqual([]);
    const holder = { ...rows[1]!, reference: 'HOLDER', nationalId: 'ZZ111111' };
    expect(await codesOf(another, [holder])).toEqual([]);
    expect(await deps.store.readStream(claim)).toHaveLength(1);
  });

  it('is refused in one file with the other, and by two processes at once leaves one person', async () => {
    const [deps, another] = await start();
    await openProgramme(deps);
    const [row, next] = await rowsOf(4, 12);
    const corrected = { ...row!, nationalId: 'ZZ222222', line: 99 };
    expect(await codesOf(deps, [row!, corrected])).toEqual(['REFERENCE_ALREADY_USED']);
    const both = await Promise.all([
      codesOf(deps, [next!]),
      codesOf(another, [{ ...next!, nationalId: 'ZZ333333' }]),
    ]);
    expect(both.flat()).toEqual(['REFERENCE_ALREADY_USED']);
  });
});

describe('an import that was cut off between the claim of an identity and its person', () => {
  it('leaves the identity to its real holder once the row was corrected', async () => {
    const {
      server,
      processes: [dying, deps],
    } = await onServer();
    await openProgramme(deps);
    const [mistyped, other] = await rowsOf(4, 13);
    // The claim is written, its person is not.
    await server.fault({ on: 'append', fault: 'unavailable', skip: 1, times: -1 });
    await expect(codesOf(dying, [mistyped!])).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await server.heal();
    const identity = streams.identity(deps.vault.keyedHash('identity', mistyped!.nationalId));
    expect((await deps.store.readStream(identity)).map(({ type }) => type)).toEqual([
      'IdentityClaimed',
    ]);
    const holder = { ...other!, reference: 'HOLDER', nationalId: mistyped!.nationalId };
    // Its first reference may still be on its way to it.
    expect(await codesOf(deps, [holder])).toEqual(['IDENTITY_ALREADY_REGISTERED']);
    expect(await codesOf(deps, [{ ...mistyped!, nationalId: 'ZZ444444' }])).toEqual([]);
    expect(await codesOf(deps, [holder])).toEqual([]);
    expect(await codesOf(deps, [mistyped!])).toEqual(['IDENTITY_ALREADY_REGISTERED']);
    expect((await deps.store.readStream(identity)).map(({ type }) => type)).toEqual([
      'IdentityClaimed',
      'IdentityReleased',
      'IdentityClaimed',
    ]);
    const holders = [mistyped!, holder].map(({ reference }) => personIdOf(PROGRAMME, reference));
    // Nobody else was ever paid under that identity.
    expect(await new PaidToIdentity(deps.store, PROGRAMME).of(holders)).toEqual(new Map());
    const check = createAuditCheck({ positionGaps: true });
    for (const event of (await deps.store.readAll(-1, 1_000)).events) check.add(event);
    expect(check.finish().violations).toEqual([]);
  });
});
