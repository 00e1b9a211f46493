import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addDays, dayOfWeek } from '../../src/kernel/time.js';
import {
  approved,
  enrolled,
  expectStatus,
  facts,
  HttpWorld,
  person,
  setUp,
  submitted,
  type Json,
} from './http-world.js';

const nextSunday = (): string => {
  const today = new Date().toISOString().slice(0, 10);
  return addDays(today, 7 - dayOfWeek(today));
};

const HERE = 'MA-06';
const THERE = 'MA-01';

let world: HttpWorld;
beforeEach(async () => {
  world = await HttpWorld.open();
});
afterEach(() => world.close());

const codeOf = async (reply: Promise<{ status: number; body: Json }>): Promise<unknown> => {
  const { status, body } = await reply;
  return [status, body.code];
};

/** Prepares a month; what was prepared. */
async function prepared(cycleId: string): Promise<{ contentHash: string; count: number }> {
  const finance = await world.as('f.elfassi', 'finance-officer');
  const { jobId } = await expectStatus(202, finance.post(`/cycles/${cycleId}/prepare`));
  const { state, result } = await finance.job(jobId);
  expect(state).toBe('done');
  return result;
}

describe('a household that moves to another region', () => {
  it('is seen and decided on there, and no longer where it was', async () => {
    await setUp(world);
    const { personId, applicationId } = await submitted(world, 1, HERE);
    await approved(world, applicationId);
    await enrolled(world, personId);
    await prepared('asd-2025-10');
    const before = await world.as('s.here', 'supervisor', [HERE]);
    const after = await world.as('s.there', 'supervisor', [THERE]);
    const both = await world.as('s.both', 'supervisor', [HERE, THERE]);
    const move = { region: THERE, reason: 'new address' };
    for (const one of [before, after])
      expect(await codeOf(one.post(`/persons/${personId}/move`, move))).toEqual([
        403,
        'REGION_NOT_ALLOWED',
      ]);
    await expectStatus(200, both.post(`/persons/${personId}/move`, move));

    expect((await before.get(`/persons/${personId}`)).status).toBe(404);
    const seen = await expectStatus(200, after.get(`/persons/${personId}`));
    expect(seen).toMatchObject({
      enrolments: [{ region: THERE, status: 'active' }],
    });
    const stop = { fromPeriod: '2025-12', reason: 'not seen' };
    const path = `/enrolments/asd/${personId}/suspension`;
    expect(await codeOf(before.post(path, stop))).toEqual([403, 'REGION_NOT_ALLOWED']);
    await expectStatus(200, after.post(path, stop));

    // What was ordered before stays of the region of that time; counts follow the household.
    const controller = await world.as('c.filali', 'finance-controller');
    expect((await expectStatus(200, both.get(`/persons/${personId}`))).region).toBe(THERE);
    const { items } = await expectStatus(200, controller.get('/payments?cycleId=asd-2025-10'));
    expect(items.map(({ region }: Json) => region)).toEqual([HERE]);
    const counted = await expectStatus(200, both.get('/enrolments/counts'));
    expect(counted.items).toEqual([
      expect.objectContaining({ region: THERE, status: 'suspended', count: 1 }),
    ]);
  });

  it('is enrolled where it lives when its application is approved', async () => {
    await setUp(world);
    const { personId, applicationId } = await submitted(world, 2, HERE);
    const both = await world.as('s.both', 'supervisor');
    await expectStatus(
      200,
      both.post(`/persons/${personId}/move`, { region: THERE, reason: 'new address' }),
    );
    await approved(world, applicationId);
    const { enrolments } = await enrolled(world, personId);
    expect(enrolments).toEqual([expect.objectContaining({ region: THERE })]);
  });
});

describe('before a month is released', () => {
  /** January with one household, prepared, checked and approved; what each step warned of. */
  async function approvedJanuary() {
    await setUp(world, '1000000.00', '2026');
    const { personId, applicationId } = await submitted(world, 3, HERE, '2026-01-05');
    await approved(world, applicationId);
    await enrolled(world, personId);
    const finance = await world.as('f.elfassi', 'finance-officer');
    const preparing = await expectStatus(202, finance.post('/cycles/asd-2026-01/prepare'));
    const { contentHash } = (await finance.job(preparing.jobId)).result;
    const checking = await expectStatus(202, finance.post('/cycles/asd-2026-01/check'));
    await finance.job(checking.jobId);
    const approver = await world.as('c.filali', 'finance-controller');
    const approval = await expectStatus(
      200,
      approver.post('/cycles/asd-2026-01/approve', { contentHash }),
    );
    const warnings: Json[] = [preparing, checking, approval].map((step) => step.warnings);
    return { personId, contentHash, warnings };
  }
  const codesOf = ({ warnings }: Json): string[] => warnings.map(({ code }: Json) => code);

  it('an unverified policy is named before the month is opened at all, and at every step', async () => {
    const { warnings } = await approvedJanuary();
    const told = ['POLICY_UNVERIFIED', 'ACCOUNTS_NOT_COMPARED'].map((code): unknown =>
      expect.objectContaining({ code }),
    );
    expect(warnings).toEqual([told, told, told]);
  });

  it('an odd day has to be meant', async () => {
    const { personId, contentHash } = await approvedJanuary();
    const releaser = await world.as('c.guessous', 'finance-controller');
    const release = (executionDate: string, more: Json = {}) =>
      releaser.post('/cycles/asd-2026-01/release', { contentHash, executionDate, ...more });
    // Nobody set a calendar: a past day, one that is far away, the next Sunday.
    for (const date of ['2026-01-30', '2098-12-31', nextSunday()])
      expect(await codeOf(release(date))).toEqual([422, 'EXECUTION_DATE_ODD']);

    const manager = await world.as('m.alaoui', 'programme-manager');
    const calendar = { weekend: ['saturday', 'sunday'], holidays: ['2098-12-31'] };
    await expectStatus(200, manager.post('/programmes/asd/calendar', calendar));
    // A past day, a Sunday, a holiday.
    for (const date of ['2026-01-30', '2099-01-04', '2098-12-31'])
      expect(await codeOf(release(date))).toEqual([422, 'EXECUTION_DATE_ODD']);
    const released = await expectStatus(202, release('2026-02-01', { anyDay: true }));
    expect(codesOf(released)).toEqual([
      'POLICY_UNVERIFIED',
      'ACCOUNTS_NOT_COMPARED',
      'EXECUTION_DATE_PAST',
      'EXECUTION_DATE_CLOSED',
    ]);
    await releaser.job(released.jobId);

    // The whole month, and one payment of it.
    const finance = await world.as('f.elfassi', 'finance-officer');
    const warnings: Json[] = [];
    for (const path of [
      '/cycles/asd-2026-01/reinstructions',
      `/payments/asd-2026-01-${personId}/reinstruction`,
    ]) {
      const executionDate = '2098-12-31';
      expect(await codeOf(finance.post(path, { executionDate }))).toEqual([
        422,
        'EXECUTION_DATE_ODD',
      ]);
      const again = await expectStatus(202, finance.post(path, { executionDate, anyDay: true }));
      expect(codesOf(again)).toEqual([
        'POLICY_UNVERIFIED',
        'ACCOUNTS_NOT_COMPARED',
        'EXECUTION_DATE_FAR',
        'EXECUTION_DATE_CLOSED',
      ]);
      warnings.push(again.warnings);
      await finance.job(again.jobId);
    }
    expect(warnings[1]).toEqual(warnings[0]);
  });
});

describe('how far back an application is dated', () => {
  it('is the programme’s to say', async () => {
    await setUp(world);
    const { applicationId, personId } = await submitted(world, 4, HERE, '2025-10-05');
    await approved(world, applicationId);
    await enrolled(world, personId);
    await prepared('asd-2025-12');
    const manager = await world.as('m.alaoui', 'programme-manager');
    await expectStatus(200, manager.post('/programmes/asd/backdating-limit', { months: 1 }));
    const intake = await world.as('i.berrada', 'intake');
    const { personId: other } = await expectStatus(201, intake.post('/persons', person(5, HERE)));
    const apply = (receivedOn: string) =>
      intake.post('/applications', {
        programmeId: 'asd',
        personId: other,
        receivedOn,
        channel: 'counter',
        facts,
      });
    expect(await codeOf(apply('2025-10-31'))).toEqual([422, 'BACKDATED_TOO_FAR']);
    await expectStatus(201, apply('2025-11-01'));
  });
});
