import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import {
  decideApplications,
  type DecideSummary,
} from '../../src/use-cases/applications/decide-applications.js';
import { approveAlone } from './approved-alone.js';
import { appliesAtCounter, erase } from './again.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { PROGRAMME, released } from './month.js';
import { drain, job, newWorld, type World } from './world.js';

const DAYS = ['2025-11-05', '2025-11-20'] as const;

let world: World;
let desk: Desk;
let ida: string;
/** Ida's household is not enrolled any more, and two applications of it wait for approval. */
beforeEach(async () => {
  world = await newWorld();
  desk = new Desk(world);
  ({ ida } = await enrolFamilies(
    world.engine,
    { ida: [child('2020-05')], omar: [child('2021-05')] },
    asdVersions,
  ));
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'moved' });
  for (const day of DAYS) await appliesAtCounter(world.engine, ida, day);
  await assessApplications(world.engine, { programmeId: PROGRAMME }, job(world.engine, 'officer'));
  await decide('recommend');
});
afterEach(() => world.end());

const applicationOf = (day: string): string => uuidOf('application', ida, day);

const decide = async (
  action: 'recommend' | 'approve',
  applicationIds?: readonly string[],
): Promise<Pick<DecideSummary, 'done'> & { readonly codes: readonly string[] }> => {
  const codes: string[] = [];
  const { done } = await decideApplications(
    world.engine,
    {
      programmeId: PROGRAMME,
      action,
      ...(applicationIds ? { applicationIds } : {}),
      onRefused: (refusals) => codes.push(...refusals.map(({ code }) => code)),
    },
    job(world.engine, action === 'approve' ? 'supervisor' : 'officer'),
  );
  return { done, codes };
};

/** The applications that enrolments of the household began with, after the first. */
const begun = async (): Promise<readonly string[]> =>
  (await world.engine.store.readStream(streams.enrolment(PROGRAMME, ida)))
    .flatMap((event) => (event.type === 'EnrolmentStarted' ? [event.data.applicationId] : []))
    .slice(1);

test('of two applications of one person a run approves one', async () => {
  expect(await decide('approve')).toEqual({ done: 1, codes: ['ALREADY_ENROLLED'] });
  await drain(world.engine);
  expect(await begun()).toHaveLength(1);
  expect(await decide('approve')).toEqual({ done: 0, codes: ['ALREADY_ENROLLED'] });
});

test('nor do two that follow each other before automations act, or are given at once', async () => {
  const [first, second] = DAYS.map(applicationOf);
  expect(await decide('approve', [first!])).toEqual({ done: 1, codes: [] });
  expect(await decide('approve', [second!])).toEqual({ done: 0, codes: ['ALREADY_ENROLLED'] });
  await drain(world.engine);
  expect(await begun()).toEqual([first]);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'moved' });
  await appliesAtCounter(world.engine, ida, '2025-11-25');
  await assessApplications(world.engine, { programmeId: PROGRAMME }, job(world.engine, 'officer'));
  await decide('recommend');
  const third = applicationOf('2025-11-25');
  const both = await Promise.all([second!, third].map((one) => decide('approve', [one])));
  expect(both.map(({ done }) => done).sort()).toEqual([0, 1]);
  expect(both.flatMap(({ codes }) => codes)).toEqual(['ALREADY_ENROLLED']);
  await drain(world.engine);
  expect(await begun()).toHaveLength(2);
  expect((await desk.audit()).violations).toEqual([]);
});

test('an approval that came second begins nothing, also where the log is followed anew', async () => {
  for (const day of DAYS) await approveAlone(world.engine, applicationOf(day));
  await drain(world.engine);
  expect(await begun()).toEqual([applicationOf(DAYS[0])]);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'died' });
  await drain(world.engine);
  await drain(world.engine);
  expect(await begun()).toEqual([applicationOf(DAYS[0])]);
  await released(world.engine, '2025-12');
  const ordered = await desk.ordered('2025-12', ida);
  expect(new Set(ordered?.items.map(({ period }) => period))).toEqual(new Set(['2025-11']));
  expect((await desk.audit()).violations).toEqual([]);
});

test('what is said in bulk of applications of who was erased is refused, in every step', async () => {
  const asked = (only: readonly string[]) => ({ programmeId: PROGRAMME, applicationIds: only });
  const codes: string[] = [];
  const onRefused = (refusals: readonly { readonly code: string }[]) => {
    codes.push(...refusals.map(({ code }) => code));
  };
  await appliesAtCounter(world.engine, ida, '2025-11-25');
  await appliesAtCounter(world.engine, ida, '2025-11-26');
  const [submitted, determined] = ['2025-11-25', '2025-11-26'].map(applicationOf);
  const officer = job(world.engine, 'officer');
  await assessApplications(world.engine, asked([determined!]), officer);
  await erase(world.engine, ida);
  const { seen } = await assessApplications(
    world.engine,
    { ...asked([submitted!]), onRefused },
    officer,
  );
  expect({ seen, codes }).toEqual({ seen: 1, codes: ['PERSON_ERASED'] });
  expect(await decide('recommend')).toEqual({ done: 0, codes: ['PERSON_ERASED'] });
  const both = ['PERSON_ERASED', 'PERSON_ERASED'];
  expect(await decide('approve')).toEqual({ done: 0, codes: both });
});
