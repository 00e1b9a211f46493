import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { applicationDecider } from '../../src/application/application.decider.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { streams } from '../../src/kernel/ids.js';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import type { DecideAction } from '../../src/use-cases/applications/decision.rule.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { foldApplication } from '../../src/use-cases/folds.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { MemoryStore } from '../support/memory-store.js';
import { child, enrolFamilies } from './families.js';
import { PROGRAMME } from './month.js';
import { another, justBefore, STORES } from './racing.js';
import { stricterVersion, v1 } from './stricter.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { as, households, job, newWorld, type World } from './world.js';

/** Published when it was paid already. */
const stricter = stricterVersion({
  announcedOn: '2025-11-20',
  effectiveFrom: '2025-11-01',
  firstPaidPeriod: '2025-11',
});

let world: World;
beforeEach(async () => {
  world = await newWorld();
  await enrolFamilies(world.engine, { ida: [child('2020-05')] }, [v1]);
});
afterEach(() => world.end());

/** Received in November, and determined under the version of that day. */
async function applied(): Promise<string> {
  async function* rows() {
    for await (const batch of households(1, 12, { errors: 0, duplicates: 0 }))
      yield batch.map((row) => ({
        ...row,
        receivedOn: '2025-11-05',
        facts: {
          scoreMicro: 5_000_000,
          coveredByOtherScheme: false,
          children: [child('2020-05')],
        },
      }));
  }
  await importApplications(
    world.engine,
    { programmeId: PROGRAMME, rows: rows(), determine: true },
    job(world.engine, 'intake'),
  );
  const all = await world.engine.store.readCategory('application-', { limit: 10 });
  return foldApplication(
    all.find(({ events }) => foldApplication(events).status === 'determined')!.events,
  ).applicationId;
}

async function decided(
  action: DecideAction,
  applicationId: string,
  deps: Deps = world.engine,
): Promise<string[]> {
  const codes: string[] = [];
  await decideApplications(
    deps,
    {
      programmeId: PROGRAMME,
      action,
      applicationIds: [applicationId],
      onRefused: (all) => codes.push(...all.map(({ code }) => code)),
    },
    job(deps, action === 'recommend' ? 'officer' : 'supervisor'),
  );
  return codes;
}

const publishStricter = (deps: Deps = world.engine) =>
  changeProgramme(deps, { type: 'PublishPolicy', ...stricter }, 'stricter');
const assess = () =>
  assessApplications(world.engine, { programmeId: PROGRAMME }, job(world.engine, 'officer'));

test('a version that dates back has what was determined before it determined again', async () => {
  const applicationId = await applied();
  await publishStricter();
  expect(await decided('recommend', applicationId)).toEqual(['NOT_DETERMINED']);
  expect(await assess()).toMatchObject({ determined: 1, ineligible: 1 });
  expect(await assess()).toMatchObject({ determined: 0 });
  expect(await decided('recommend', applicationId)).toEqual([]);
  expect(await decided('reject', applicationId)).toEqual([]);
});

test('what was recommended before it is not approved, and goes back', async () => {
  const applicationId = await applied();
  expect(await decided('recommend', applicationId)).toEqual([]);
  await publishStricter();
  expect(await decided('approve', applicationId)).toEqual(['NOT_DETERMINED']);
  const sendBack = { type: 'ReturnApplication', reason: 'a new version' } as const;
  const application = part(streams.application(applicationId), applicationDecider, sendBack);
  await execute(world.engine, [application], as(world.engine, 'officer', 'return'));
  await assessApplications(
    world.engine,
    { programmeId: PROGRAMME, applicationIds: [applicationId] },
    job(world.engine, 'officer'),
  );
  expect(await decided('recommend', applicationId)).toEqual([]);
  expect(await decided('reject', applicationId)).toEqual([]);
});

test.each(STORES)(
  'nor what is published just before it is approved, on a store %s',
  async (_, atomic) => {
    const applicationId = await applied();
    expect(await decided('recommend', applicationId)).toEqual([]);
    const { events } = await world.engine.store.readAll(-1, 10_000);
    const here = {
      ...world.engine,
      store: new MemoryStore(atomic, events),
      locks: new KeyedMutex(),
    };
    justBefore(here, 'ApplicationApproved', () => publishStricter(another(here)));
    expect(await decided('approve', applicationId, here)).toEqual(['NOT_DETERMINED']);
    const stream = await here.store.readStream(streams.application(applicationId));
    expect(foldApplication(stream).status).toBe('recommended');
  },
);
