import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  approved,
  enrolled,
  expectStatus,
  HttpWorld,
  paid,
  setUp,
  submitted,
  type Caller,
} from './http-world.js';
import { eventually } from '../support/eventually.js';

describe('a correction over HTTP, from a late fact to a recovered debt', () => {
  let world: HttpWorld;
  let officer: Caller;
  let controller: Caller;
  let supervisor: Caller;
  let personId: string;
  beforeAll(async () => {
    world = await HttpWorld.open();
    await setUp(world);
    [officer, controller, supervisor] = await Promise.all([
      world.as('f.elfassi', 'finance-officer'),
      world.as('c.filali', 'finance-controller'),
      world.as('s.doukkali', 'supervisor'),
    ]);
    const application = await submitted(world, 1);
    ({ personId } = application);
    await approved(world, application.applicationId);
    await enrolled(world, personId);
  });
  afterAll(() => world.close());

  /** Abroad in October, as was heard in December; back since. */
  async function wasAbroad(): Promise<void> {
    await expectStatus(
      200,
      supervisor.post(`/enrolments/asd/${personId}/suspension`, {
        fromPeriod: '2025-10',
        reason: 'abroad',
      }),
    );
    for (const by of [supervisor, await world.as('s.second', 'supervisor')])
      await expectStatus(
        200,
        by.post(`/enrolments/asd/${personId}/reinstatement`, {
          fromPeriod: '2025-11',
          reason: 'back',
        }),
      );
  }

  /** Proposed once, for months that were paid. Returns the hash of what was found. */
  async function proposed(): Promise<string> {
    expect(
      (
        await officer.post('/corrections', {
          programmeId: 'asd',
          fromPeriod: '2025-12',
          reason: 'late',
        })
      ).body.code,
    ).toBe('PERIODS_OUT_OF_ORDER');
    const { jobId } = await expectStatus(
      202,
      officer.post('/corrections', {
        programmeId: 'asd',
        fromPeriod: '2025-10',
        reason: 'abroad in October',
      }),
    );
    expect(jobId).toMatch(/^correct-asd-[0-9a-f]{8}$/);
    const { state, result } = await officer.job(jobId);
    expect({ state, result }).toMatchObject({
      state: 'done',
      result: { correctionId: 'asd-0001', overpaidCount: 1, overpaidMinor: '50000' },
    });
    expect(
      (
        await officer.post('/corrections', {
          programmeId: 'asd',
          fromPeriod: '2025-11',
          reason: 'another',
        })
      ).body.code,
    ).toBe('CORRECTION_OPEN');
    return result.contentHash;
  }

  /** Whoever proposed it does not approve it, in another role either. */
  async function approvedByAnother(contentHash: string): Promise<void> {
    const own = await world.as('f.elfassi', 'finance-controller');
    expect((await own.post('/corrections/asd-0001/approve', { contentHash })).body.code).toBe(
      'SAME_PERSON',
    );
    const { position } = await expectStatus(
      200,
      controller.post('/corrections/asd-0001/approve', { contentHash }),
    );
    expect(
      await expectStatus(200, officer.get(`/corrections/asd-0001?after=${position}`)),
    ).toMatchObject({ overpaid: '500.00', arrears: '0.00', approvedBy: 'c.filali' });
  }

  /** Shown household by household, to those of its region only. */
  async function seenInItsRegion(): Promise<void> {
    const here = await world.as('f.here', 'finance-officer', ['MA-06']);
    const elsewhere = await world.as('f.elsewhere', 'finance-officer', ['MA-01']);
    expect((await expectStatus(200, here.get('/corrections'))).items).toMatchObject([
      { correctionId: 'asd-0001', overpaid: '500.00', overpaidCount: 1, households: null },
    ]);
    expect((await expectStatus(200, elsewhere.get('/corrections'))).items).toEqual([]);
    const { items } = await expectStatus(
      200,
      officer.get('/adjustments?correctionId=asd-0001&kind=overpayment'),
    );
    expect(items).toMatchObject([
      {
        personId,
        difference: '-500.00',
        periods: [{ period: '2025-10', causes: ['not-payable'], paid: '500.00', due: '0.00' }],
      },
    ]);
  }

  /** On the account of the household, which gives it back from its next payment. */
  async function plannedAndDeducted(): Promise<void> {
    // The process managers put it on the account.
    await eventually(
      'the recovery',
      async () => (await officer.get(`/recoveries/asd/${personId}`)).status === 200,
    );
    const plans = await expectStatus(
      202,
      officer.post('/recoveries/asd/plans', {
        sharePercent: 50,
        floor: '300.00',
        reason: 'agreed',
      }),
    );
    expect(await officer.job(plans.jobId)).toMatchObject({ state: 'done', result: { planned: 1 } });
    await paid(world, 'asd-2025-12');
  }

  /** Nothing is deducted while an appeal is open. */
  async function suspendedAndResumed(): Promise<void> {
    const suspended = await expectStatus(
      200,
      supervisor.post(`/recoveries/asd/${personId}/suspension`, { reason: 'the family appealed' }),
    );
    const story = await expectStatus(
      200,
      officer.get(`/recoveries/asd/${personId}?after=${suspended.position}`),
    );
    expect(story.recovery).toMatchObject({
      overpaid: '500.00',
      recovered: '200.00',
      balance: '300.00',
      sharePercent: 50,
      floor: '300.00',
      status: 'open',
    });
    expect(
      (
        await expectStatus(
          200,
          officer.get(`/recoveries?suspended=true&after=${suspended.position}`),
        )
      ).items,
    ).toMatchObject([{ personId }]);
    await expectStatus(
      200,
      supervisor.post(`/recoveries/asd/${personId}/resumption`, { reason: 'dismissed' }),
    );
  }

  /** Never more than is owed, by two people, in their region. */
  async function waivedByTwo(): Promise<void> {
    expect(
      (
        await controller.post(`/recoveries/asd/${personId}/waiver`, {
          amount: '300.01',
          reason: 'hardship',
        })
      ).body.code,
    ).toBe('WAIVER_EXCEEDS_BALANCE');
    expect(
      (
        await (
          await world.as('elsewhere', 'finance-controller', ['MA-01'])
        ).post(`/recoveries/asd/${personId}/waiver`, { amount: '1.00', reason: 'hardship' })
      ).body.code,
    ).toBe('REGION_NOT_ALLOWED');
    const waive = (caller: Caller) =>
      expectStatus(
        200,
        caller.post(`/recoveries/asd/${personId}/waiver`, { amount: '300.00', reason: 'hardship' }),
      );
    expect(await waive(officer)).toMatchObject({ status: 'proposed' });
    expect((await expectStatus(200, controller.get('/proposals?kind=waiver'))).items).toMatchObject(
      [{ programmeId: 'asd', personId, detail: { amountMinor: '30000' } }],
    );
    const waived = await waive(controller);
    expect(waived).toMatchObject({ status: 'waived' });
    expect((await expectStatus(200, controller.get('/proposals?kind=waiver'))).items).toEqual([]);
    expect(
      (await expectStatus(200, officer.get(`/recoveries/asd/${personId}?after=${waived.position}`)))
        .recovery,
    ).toMatchObject({ status: 'completed', balance: '0.00', waived: '300.00' });
    expect((await officer.get(`/recoveries?format=csv&after=${waived.position}`)).text).toContain(
      `asd-${personId}`,
    );
  }

  it('refuses to correct what was not paid', async () => {
    expect(
      (
        await officer.post('/corrections', {
          programmeId: 'asd',
          fromPeriod: '2025-10',
          reason: 'early',
        })
      ).body.code,
    ).toBe('NOTHING_PAID');
    expect((await officer.get('/jobs/correct-asd')).body.code).toBe('JOB_NOT_FOUND');
    expect(
      (
        await controller.post('/corrections', {
          programmeId: 'asd',
          fromPeriod: '2025-10',
          reason: 'early',
        })
      ).body.code,
    ).toBe('ROLE_NOT_ALLOWED');
  });

  it('is proposed, seen child by child, approved by another person, planned, deducted, suspended and waived', async () => {
    await paid(world, 'asd-2025-10');
    await paid(world, 'asd-2025-11');
    await wasAbroad();
    const contentHash = await proposed();
    await approvedByAnother(contentHash);
    await seenInItsRegion();
    await plannedAndDeducted();
    await suspendedAndResumed();
    await waivedByTwo();
  });

  it('that found nothing is settled', async () => {
    const { jobId } = await expectStatus(
      202,
      officer.post('/corrections', { programmeId: 'asd', fromPeriod: '2025-10', reason: 'again' }),
    );
    expect(await officer.job(jobId)).toMatchObject({
      result: { correctionId: 'asd-0002', arrearsCount: 0, overpaidCount: 0, status: 'settled' },
    });
  });
});
