import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { paymentId } from '../../src/kernel/ids.js';
import { activity, auditTrail, streamHistory } from '../../projections/audit/audit.queries.js';
import { findCycle, listCycles } from '../../projections/disbursement/cycle.queries.js';
import { listBudgets } from '../../projections/disbursement/budget.queries.js';
import { outstandingByAge, totalsByRegion } from '../../projections/disbursement/totals.queries.js';
import {
  listBreaks,
  listInstructions,
  listPayments,
  paymentStory,
} from '../../projections/disbursement/disbursement.queries.js';
import {
  countApplications,
  countEnrolments,
} from '../../projections/eligibility/counts.queries.js';
import {
  applicationStory,
  listProgrammes,
  personOverview,
} from '../../projections/eligibility/eligibility.queries.js';
import { listApplications, workQueue } from '../../projections/eligibility/queue.queries.js';
import { everyPage } from '../../projections/engine/paging.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { ArrayLog } from '../support/array-log.js';
import { applicationOf, isPaid, personOf } from '../support/history-people.js';
import { historyOf } from '../support/history.js';
import { startPostgres } from '../support/postgres.js';
import { all } from './all-pages.js';
import { engines, PROJECTIONS } from './stores.js';

const postgres = await startPostgres('the queries of the read models');
const HOUSEHOLDS = 120;
const EVENTS = historyOf({ households: HOUSEHOLDS });
const PAID = Array.from({ length: HOUSEHOLDS }, (_, index) => index).filter(isPaid);
const regionOf = (index: number) => `MA-${String((index % 12) + 1).padStart(2, '0')}`;

afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

const NOW = '2026-12-01T00:00:00.000Z';

describe.each(engines(postgres))('read models on $name', (engine) => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await engine.open();
    await new ProjectionRunner({
      store,
      projections: PROJECTIONS,
      log: new ArrayLog(EVENTS),
    }).catchUp();
  });
  afterAll(async () => {
    await store.close();
    engine.cleanUp();
  });

  it('queues what waits for somebody, the longest waiting first, page by page', async () => {
    const queue = await all((page) => workQueue(store, {}, page), 5);
    expect(new Set(queue.map(({ status }) => status))).toEqual(
      new Set(['determined', 'returned', 'appealed']),
    );
    expect(queue.length).toBe(12 + 12 + 6);
    expect(new Set(queue.map(({ applicationId }) => applicationId)).size).toBe(queue.length);
    expect(
      await all(
        (page) => workQueue(store, { statuses: ['determined'], regions: ['MA-09', 'MA-07'] }, page),
        2,
      ),
    ).toEqual(
      queue.filter(
        ({ status, region }) => status === 'determined' && ['MA-07', 'MA-09'].includes(region),
      ),
    );
    expect((await workQueue(store, { regions: [] })).items).toEqual([]);
  });

  it('tells what the checks before approval found, and who answers for it', async () => {
    const checked = await findCycle(store, 'asd-2026-02');
    expect(checked).toMatchObject({
      blocking: 0,
      findings: [
        {
          findingId: 'shared-account-0123456789ab',
          level: 'block',
          count: 1,
          overridden: { by: 'automation', reason: 'an orphanage' },
        },
        { findingId: 'over-forecast-0123456789ab', level: 'warn' },
      ],
    });
    expect(checked!.findings![1]).not.toHaveProperty('overridden');
    expect(await findCycle(store, 'asd-2026-01')).toMatchObject({ blocking: null, findings: null });
    expect((await listCycles(store, {})).items.map(({ blocking }) => blocking)).toEqual([null, 0]);
  });

  it('tells what is overdue, mine, and not mine to decide', async () => {
    const open = await all((page) => workQueue(store, {}, page), 50);
    const overdue = await all((page) => workQueue(store, { overdueOn: '2026-02-20' }, page), 3);
    expect(overdue).toEqual(open.filter(({ dueOn }) => dueOn !== null && dueOn < '2026-02-20'));
    expect(overdue.length).toBeGreaterThan(0);
    expect(
      (await workQueue(store, { officer: 'chief-1' })).items.every(
        ({ status }) => status === 'returned',
      ),
    ).toBe(true);
    expect((await workQueue(store, { officer: 'chief-1' })).items.length).toBe(12);
    expect(
      (await workQueue(store, { notHandledBy: 'officer-1', statuses: ['appealed'] })).items,
    ).toEqual([]);
    expect(
      (await workQueue(store, { eligible: false })).items.every(
        ({ eligible }) => eligible === false,
      ),
    ).toBe(true);
  });

  it('tells an application’s whole story, findings in the policy’s words', async () => {
    const story = await applicationStory(store, applicationOf(9), { language: 'fr' });
    expect(story?.application).toMatchObject({
      status: 'appealed',
      eligible: false,
      failedCriterion: 'covered-by-other-scheme',
      recommendedBy: 'officer-1',
      decidedBy: 'chief-1',
      appeals: 1,
      currency: 'MAD',
    });
    expect(story?.determinations[0]?.findings[1]).toMatchObject({
      verdict: 'Motif d’exclusion retenu',
      text: 'La famille perçoit des allocations familiales d’un autre régime.',
      satisfied: false,
      inputs: { coveredByOtherScheme: true },
    });
    expect(story?.history.map(({ type, actor }) => [type, actor])).toEqual([
      ['ApplicationSubmitted', 'clerk-1'],
      ['EligibilityDetermined', 'automation'],
      ['ApplicationRecommended', 'officer-1'],
      ['ApplicationRejected', 'chief-1'],
      ['AppealLodged', 'clerk-1'],
    ]);
    const eligible = await applicationStory(store, applicationOf(0), { language: 'ar' });
    expect(eligible?.determinations[0]?.items).toEqual([
      {
        code: 'flat-aid',
        period: '2026-01',
        member: null,
        amountMinor: 50_000n,
        text: 'الإعانة الجزافية لأسرة بدون أطفال',
      },
    ]);
    expect(
      await applicationStory(store, applicationOf(9), { language: 'fr', regions: ['MA-01'] }),
    ).toBeUndefined();
  });

  it('shows a person’s programmes and payments, and nobody else’s region', async () => {
    const person = await personOverview(store, personOf(4));
    expect(person).toMatchObject({
      region: 'MA-05',
      status: 'registered',
      account: { kind: 'rib', verified: false },
    });
    expect(person?.enrolments).toEqual([
      expect.objectContaining({ programmeId: 'asd', status: 'active', amountMinor: 50_000n }),
    ]);
    expect(
      person?.payments.map(({ cycleId, status, attempt }) => [cycleId, status, attempt]),
    ).toEqual([
      ['asd-2026-01', 'settled', 2],
      ['asd-2026-02', 'settled', 2],
    ]);
    expect(await personOverview(store, personOf(4), ['MA-06'])).toBeUndefined();
  });

  it('counts applications and enrolments', async () => {
    expect(await countApplications(store, ['status'])).toEqual([
      { key: { status: 'approved' }, count: 84, share: 0.7 },
      { key: { status: 'determined' }, count: 12, share: 0.1 },
      { key: { status: 'returned' }, count: 12, share: 0.1 },
      { key: { status: 'appealed' }, count: 6, share: 0.05 },
      { key: { status: 'rejected' }, count: 6, share: 0.05 },
    ]);
    expect(
      await countApplications(store, ['failedCriterion'], {
        statuses: ['rejected'],
        regions: [regionOf(19)],
      }),
    ).toEqual([{ key: { failedCriterion: 'covered-by-other-scheme' }, count: 2, share: 1 }]);
    expect(
      (await countApplications(store, [], { fromMonth: '2026-01', toMonth: '2026-01' }))[0]?.count,
    ).toBe(HOUSEHOLDS);
    expect(await countApplications(store, [], { fromMonth: '2026-02' })).toEqual([]);
    const enrolled = await countEnrolments(store, { programmeId: 'asd' });
    expect(enrolled.reduce((sum, { count }) => sum + count, 0)).toBe(84);
    expect(enrolled.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(84n * 50_000n);
    expect((await listProgrammes(store))[0]).toMatchObject({
      programmeId: 'asd',
      status: 'open',
      decisionDays: 30,
      policies: [{ version: 1 }, { version: 2 }, { version: 3 }],
    });
    expect(
      (await listApplications(store, { failedCriterion: 'covered-by-other-scheme' })).items.length,
    ).toBe(12);
  });

  it('shows cycles with their progress, in count and money', async () => {
    const [first, second] = (await listCycles(store, { programmeId: 'asd' })).items;
    expect([first?.cycleId, second?.cycleId]).toEqual(['asd-2026-01', 'asd-2026-02']);
    expect(first).toMatchObject({
      status: 'instructed',
      preparedBy: 'finance-1',
      approvedBy: 'control-1',
      count: 84,
      totalMinor: 84n * 50_000n,
      files: [{ count: 84 }],
    });
    expect(first?.progress).toEqual({
      ordered: { count: 84, amountMinor: 4_200_000n },
      outstanding: { count: 3, amountMinor: 150_000n },
      byStatus: {
        instructed: { count: 3, amountMinor: 150_000n },
        settled: { count: 81, amountMinor: 4_050_000n },
      },
      byReason: [],
      answers: {
        reinstructed: { count: 3, amountMinor: 150_000n },
        rejected: { count: 3, amountMinor: 150_000n },
      },
      openBreaks: 1,
    });
    const mine = await findCycle(store, 'asd-2026-01', [regionOf(4)]);
    expect(mine?.progress.ordered.count).toBe(
      PAID.filter((index) => regionOf(index) === regionOf(4)).length,
    );
    expect(await findCycle(store, 'asd-2031-01')).toBeUndefined();
  });

  it('lists payments by status and reason, in order, page by page', async () => {
    const paid = await all((page) => listPayments(store, { cycleId: 'asd-2026-02' }, page), 10);
    expect(paid.map(({ paymentId: id }) => id)).toEqual(
      PAID.map((index) => paymentId('asd', '2026-02', personOf(index))).sort(),
    );
    expect((await listPayments(store, { status: 'instructed' })).items.length).toBe(6);
    expect((await listPayments(store, { reason: 'AC04' })).items).toEqual([]);
    expect(
      (await listPayments(store, { regions: [regionOf(4)], cycleId: 'asd-2026-02' })).items.every(
        ({ region }) => region === regionOf(4),
      ),
    ).toBe(true);
    const exported: number[] = [];
    for await (const page of everyPage((request) => listPayments(store, {}, request)))
      exported.push(page.length);
    expect(exported).toEqual([168]);
  });

  it('tells one payment’s story, with its items and breaks', async () => {
    const id = paymentId('asd', '2026-01', personOf(5));
    const story = await paymentStory(store, id, NOW);
    expect(story?.history.map(({ type }) => type)).toEqual([
      'PaymentOrdered',
      'PaymentInstructed',
      'PaymentSettled',
      'PaymentBreakRecorded',
      'PaymentBreakResolved',
    ]);
    expect(story?.history[0]?.detail).toMatchObject({
      amountMinor: '50000',
      items: [{ code: 'flat-aid', amountMinor: '50000' }],
    });
    expect(story?.breaks).toEqual([
      expect.objectContaining({
        kind: 'rejected-after-settled',
        open: false,
        resolution: 'bank-error',
        resolvedBy: 'finance-1',
      }),
    ]);
    expect(
      (await listBreaks(store, { open: true, cycleId: 'asd-2026-01' }, NOW)).items.length,
    ).toBe(1);
    expect(
      (await listBreaks(store, { regions: [regionOf(5)] }, NOW)).items.every(
        ({ paymentId: of }) =>
          of.includes(personOf(5)) || of.includes(personOf(85)) || of.includes(personOf(45)),
      ),
    ).toBe(true);
  });

  it('feeds instructions in the order of the log, the repeated ones last', async () => {
    let cursor: string | null = null;
    const fed: string[] = [];
    for (;;) {
      const page = await listInstructions(store, 'asd-2026-01', {
        limit: 7,
        ...(cursor === null ? {} : { cursor }),
      });
      for (const { paymentId: id, attempt } of page.items) fed.push(`${id} ${attempt}`);
      cursor = page.cursor;
      if (page.end) break;
    }
    const again = PAID.filter((index) => index % 40 === 4);
    const ids = (indexes: readonly number[]) =>
      indexes.map((index) => paymentId('asd', '2026-01', personOf(index))).sort();
    expect(fed).toEqual([
      ...ids(PAID.filter((index) => !again.includes(index))).map((id) => `${id} 1`),
      ...ids(again).map((id) => `${id} 2`),
    ]);
    expect(await listInstructions(store, 'asd-2026-01', { cursor: cursor ?? '' })).toEqual({
      items: [],
      cursor,
      end: true,
    });
  });

  it('shows budgets, what is outstanding by age, and totals by region and month', async () => {
    expect(await listBudgets(store, { fiscalYear: 2026 })).toEqual([
      expect.objectContaining({
        allottedMinor: 899_999_995_000n,
        reservedMinor: 8_300_000n,
        spentMinor: 100_000n,
        freeMinor: 899_991_595_000n,
        cycles: [
          { cycleId: 'asd-2026-01', reservedMinor: 4_150_000n, spentMinor: 50_000n },
          { cycleId: 'asd-2026-02', reservedMinor: 4_150_000n, spentMinor: 50_000n },
        ],
      }),
    ]);
    expect(await outstandingByAge(store)).toEqual(
      ['2026-01', '2026-02'].map((period) => ({
        cycleId: `asd-${period}`,
        executionDate: `${period}-25`,
        status: 'instructed',
        count: 3,
        amountMinor: 150_000n,
      })),
    );
    const totals = await totalsByRegion(store, {
      programmeId: 'asd',
      fromPeriod: '2026-02',
      toPeriod: '2026-02',
    });
    expect(totals.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(84n * 50_000n);
    expect(
      (await totalsByRegion(store, { regions: ['MA-01'] })).every(
        ({ region }) => region === 'MA-01',
      ),
    ).toBe(true);
  });

  it('tells who did what, when, by stream, person, type and time', async () => {
    const approvals = await all(
      (page) => auditTrail(store, { actor: 'chief-1', types: ['ApplicationApproved'] }, page),
      9,
    );
    expect(approvals.length).toBe(84);
    expect(approvals.map(({ position }) => position)).toEqual(
      approvals.map(({ position }) => position).sort((a, b) => b - a),
    );
    const from = EVENTS[100]!.time;
    const to = EVENTS[140]!.time;
    const between = await all((page) => auditTrail(store, { from, to, order: 'oldest' }, page), 15);
    expect(between.map(({ position }) => position)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 100),
    );
    expect((await streamHistory(store, 'programme-asd')).items.map(({ type }) => type)).toEqual([
      'ProgrammeDefined',
      'PolicyPublished',
      'PolicyPublished',
      'PolicyPublished',
      'ProgrammeOpened',
    ]);
    expect(
      (await activity(store, { actor: 'control-1' })).map(({ type, count }) => [type, count]),
    ).toEqual([
      ['BudgetReserved', 2],
      ['CycleApproved', 2],
    ]);
    expect((await auditTrail(store, { from: '2031-01-01T00:00:00.000Z' })).items).toEqual([]);
  });

  it('refuses a cursor of another list and a limit out of bounds', async () => {
    const { next } = await listPayments(store, {}, { limit: 1 });
    await expect(listCycles(store, {}, { cursor: next ?? '' })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
      field: 'cursor',
    });
    await expect(listPayments(store, {}, { cursor: 'x' })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
    for (const limit of [0, 1_001, 1.5])
      await expect(listPayments(store, {}, { limit })).rejects.toMatchObject({
        code: 'INVALID_LIMIT',
        field: 'limit',
      });
  });
});
