import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import type { ImportSummary } from '../../src/use-cases/applications/import-result.js';
import { applicationIdOf } from '../../src/use-cases/applications/imported-household.js';
import type { Deps } from '../../src/write-side/context.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { execute } from '../../src/write-side/execute.js';
import { fresh, part, type Part } from '../../src/write-side/unit.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { everyStep } from './every-step.js';
import { budgetOf, closedMonth, shapes } from './closed-month.js';
import { enrolled, PROGRAMME } from './month.js';
import {
  erasedByTwo,
  as,
  by,
  households,
  job,
  newWorld,
  openProgramme,
  type World,
} from './world.js';

const HOUSEHOLDS = 60;
const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;

// Many months, each on a server of its own.
jest.setTimeout(600_000);

let server: TestEventStoreDb;
const ends: (() => Promise<unknown>)[] = [];
const storeOf = async (on: TestEventStoreDb, patienceMs = 60_000): Promise<EventStore> => {
  const store = await openEventStoreDb({ url: on.url, deadlineMs: 30_000, patienceMs });
  ends.push(() => store.close());
  return store;
};
/** Another process's engine: its own store and locks. */
const engineOn = async (
  world: World,
  on: TestEventStoreDb,
  patienceMs?: number,
): Promise<Deps> => ({
  ...world.engine,
  store: await storeOf(on, patienceMs),
  locks: new KeyedMutex(),
});

beforeAll(async () => {
  server = await startEventStoreDb();
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
  await server.stop();
});

describe('a month of direct aid on EventStoreDB', () => {
  it('ends like the same month on the embedded log', async () => {
    const embedded = await newWorld();
    const other = await newWorld();
    ends.push(
      () => embedded.end(),
      () => other.end(),
    );
    const distributed = await engineOn(other, server);
    const one = await closedMonth(embedded.engine, HOUSEHOLDS, PERIOD);
    const two = await closedMonth(distributed, HOUSEHOLDS, PERIOD);
    expect(two).toEqual(one);
    expect(await shapes(distributed)).toEqual(await shapes(embedded.engine));
    expect(await budgetOf(distributed, PERIOD)).toEqual(await budgetOf(embedded.engine, PERIOD));
    expect((await readCycle(distributed.store, CYCLE)).status).toBe('closed');
  });
});

describe('what spans several streams, interrupted at every append', () => {
  const worldOn = async (on: TestEventStoreDb): Promise<World> => {
    const world = await newWorld();
    ends.push(() => world.end());
    await openProgramme(await engineOn(world, on));
    return world;
  };

  it('registers a person once, with their identity', async () => {
    const world = await worldOn(server);
    let n = 0;
    const steps = await everyStep(engineOn, async () => {
      n += 1;
      const personId = uuidOf('spec-person', n);
      const identityHash = uuidOf('spec-identity', n).replaceAll('-', '').padEnd(64, '0');
      const sealed = { record: `person/${personId}/profile`, sha256: 'ab'.repeat(32) };
      const parts: readonly Part[] = [
        fresh(streams.identity(identityHash), identityDecider, {
          type: 'ClaimIdentity',
          identityHash,
          personId,
        }),
        fresh(streams.person(personId), personDecider, {
          type: 'RegisterPerson',
          personId,
          identityHash,
          region: 'MA-06',
          sealed,
        }),
      ];
      const key = `register ${n}`;
      return {
        on: server,
        world,
        run: (deps) =>
          execute(deps, parts, by(deps, 'ines', 'intake', key), () => ({
            key,
            fingerprint: 'f',
            status: 201,
            body: '{}',
          })),
        async check({ store }) {
          expect(
            (
              await store.readStreams([streams.identity(identityHash), streams.person(personId)])
            ).map(({ events }) => events.map(({ type }) => type)),
          ).toEqual([['IdentityClaimed'], ['PersonRegistered']]);
          expect(await store.receipt(key)).toMatchObject({ status: 201 });
        },
      };
    });
    // Reservation, identity, person, answer.
    expect(steps).toBe(4);
  });

  it('takes a file of households in once, whole', async () => {
    const on = await startEventStoreDb();
    ends.push(() => on.stop());
    const world = await worldOn(on);
    const rows: HouseholdRow[] = [];
    for await (const batch of households(20, 100, { duplicates: 0, errors: 0 }))
      rows.push(...batch);
    let n = -1;
    const steps = await everyStep(engineOn, async () => {
      n += 1;
      const household = rows[n]!;
      const take = (deps: Deps): Promise<ImportSummary> =>
        importApplications(
          deps,
          {
            programmeId: PROGRAMME,
            rows: (async function* () {
              yield [household];
            })(),
            determine: true,
          },
          job(deps, 'intake'),
        );
      return {
        on,
        world,
        run: take,
        async check(deps) {
          expect(await take(deps)).toMatchObject({ read: 1, alreadyThere: 1 });
          const [application] = await deps.store.readStreams([
            streams.application(applicationIdOf(PROGRAMME, household.reference)),
          ]);
          expect(application!.events.map(({ type }) => type)).toEqual([
            'ApplicationSubmitted',
            'EligibilityDetermined',
          ]);
        },
      };
    });
    // Identity, person, application.
    expect(steps).toBe(3);
  });

  it.each(['the same approval again', 'a return by another'])(
    'never approves a cycle without its money: %s',
    async (ending) => {
      const steps = await everyStep(engineOn, async () => {
        const on = await startEventStoreDb();
        ends.push(() => on.stop());
        const world = await worldOn(on);
        const setUp = await engineOn(world, on);
        await enrolled(setUp, 6);
        const { cycleId, contentHash, totalMinor } = await prepareCycle(
          setUp,
          { programmeId: PROGRAMME, period: PERIOD },
          job(setUp, 'finance'),
        );
        const returns = ending === 'a return by another';
        return {
          on,
          world,
          async run(deps) {
            if (returns && (await readCycle(deps.store, cycleId)).status === 'returned') return;
            await approveCycle(
              deps,
              { cycleId, contentHash },
              as(deps, 'controller', 'approve', cycleId),
            );
          },
          async between(deps) {
            const { status } = await readCycle(deps.store, cycleId);
            if (status === 'approved')
              expect((await budgetOf(deps, PERIOD)).reservedMinor).toBe(BigInt(totalMinor));
            if (returns)
              await returnCycle(
                deps,
                { cycleId, reason: 'look again' },
                as(deps, 'releaser', 'return', cycleId),
              );
          },
          async check(deps) {
            expect((await readCycle(deps.store, cycleId)).status).toBe(
              returns ? 'returned' : 'approved',
            );
            expect((await budgetOf(deps, PERIOD)).reservedMinor).toBe(
              returns ? 0n : BigInt(totalMinor),
            );
          },
        };
      });
      expect(steps).toBe(2);
    },
  );

  async function approvedCycle(deps: Deps, name: string | number) {
    const { cycleId, contentHash } = await prepareCycle(
      deps,
      { programmeId: PROGRAMME, period: PERIOD },
      job(deps, 'finance'),
    );
    await approveCycle(
      deps,
      { cycleId, contentHash },
      as(deps, 'controller', 'approve', cycleId, name),
    );
    return { cycleId, contentHash };
  }

  it('releases a cycle once, and returns what was reserved with a cycle', async () => {
    const on = await startEventStoreDb();
    ends.push(() => on.stop());
    const world = await worldOn(on);
    const deps = await engineOn(world, on);
    await enrolled(deps, 6);
    let round = 0;
    const steps = await everyStep(engineOn, async () => {
      round += 1;
      const command = round;
      const { cycleId } = await approvedCycle(deps, round);
      return {
        on,
        world,
        run: (engine) =>
          returnCycle(
            engine,
            { cycleId, reason: 'look again' },
            as(engine, 'releaser', 'return', cycleId, command),
          ),
        async check(engine) {
          expect((await readCycle(engine.store, cycleId)).status).toBe('returned');
          expect((await budgetOf(engine, PERIOD)).reservedMinor).toBe(0n);
        },
      };
    });
    expect(steps).toBe(2);
    const { cycleId, contentHash } = await approvedCycle(deps, 'last');
    await on.fault({ on: 'append', fault: 'reset-after', times: 1 });
    const release = (engine: Deps) =>
      releaseCycle(
        engine,
        { cycleId, contentHash, executionDate: `${PERIOD}-28` },
        as(engine, 'releaser', 'release', cycleId),
      );
    await release(deps);
    await release(await engineOn(world, on));
    expect(
      (await deps.store.readStream(streams.cycle(cycleId))).filter(
        ({ type }) => type === 'CycleReleased',
      ),
    ).toHaveLength(1);
  });

  it('erases a person and frees their identity', async () => {
    const world = await worldOn(server);
    let n = 0;
    const steps = await everyStep(engineOn, async () => {
      n += 1;
      const personId = uuidOf('spec-erased', n);
      const identityHash = uuidOf('spec-freed', n).replaceAll('-', '').padEnd(64, '0');
      const setUp = await engineOn(world, server);
      await execute(
        setUp,
        [
          fresh(streams.identity(identityHash), identityDecider, {
            type: 'ClaimIdentity',
            identityHash,
            personId,
          }),
          fresh(streams.person(personId), personDecider, {
            type: 'RegisterPerson',
            personId,
            identityHash,
            region: 'MA-06',
            sealed: { record: `person/${personId}/profile`, sha256: 'ab'.repeat(32) },
          }),
        ],
        by(setUp, 'ines', 'intake', 'erased', n),
      );
      const release = { type: 'ReleaseIdentity', personId, reason: 'asked' } as const;
      const parts = [
        part(streams.person(personId), personDecider, ...erasedByTwo(personId)),
        part(streams.identity(identityHash), identityDecider, release),
      ];
      const command = n;
      return {
        on: server,
        world,
        run: (deps) => execute(deps, parts, by(deps, 'adil', 'administrator', 'erase', command)),
        async check({ store }) {
          expect(
            (
              await store.readStreams([streams.identity(identityHash), streams.person(personId)])
            ).map(({ events }) => events.map(({ type }) => type)),
          ).toEqual([
            ['IdentityClaimed', 'IdentityReleased'],
            ['PersonRegistered', 'PersonErasureProposed', 'PersonErased'],
          ]);
        },
      };
    });
    expect(steps).toBe(2);
  });
});

describe('walking the log', () => {
  it('gives every stream of a category once', async () => {
    const store = await storeOf(server);
    const names: string[] = [];
    for await (const page of pagesOf(store, 'identity-'))
      names.push(...page.map(({ stream }) => stream));
    expect(names).toEqual([...new Set(names)].sort());
    expect(names.length).toBeGreaterThan(0);
  });
});
