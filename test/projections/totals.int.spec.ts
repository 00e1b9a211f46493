import { afterAll, describe, expect, it } from '@jest/globals';
import { PROJECTIONS } from '../../projections/all.js';
import { bankSide } from '../../projections/disbursement/bank-side.queries.js';
import { listBudgets } from '../../projections/disbursement/budget.queries.js';
import { progressOf } from '../../projections/disbursement/cycle-progress.queries.js';
import { totalsByRegion } from '../../projections/disbursement/totals.queries.js';
import { listRecoveries } from '../../projections/correction/correction.queries.js';
import { countEnrolments } from '../../projections/eligibility/counts.queries.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { paymentId as paymentIdOf, recoveryId, streams, uuidOf } from '../../src/kernel/ids.js';
import { MOST_MINOR } from '../../src/kernel/money.js';
import { ArrayLog } from '../support/array-log.js';
import { HistoryBuilder } from '../support/history-builder.js';
import { startPostgres } from '../support/postgres.js';
import { engines } from './stores.js';

const postgres = await startPostgres('totals beyond 64 bits');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

const PROGRAMME = 'asd';
const PERIOD = '2026-01';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
/** So many of the largest amount that an event has are more than 64 bits hold. */
const MANY = 20;
const amountMinor = String(MOST_MINOR);
const SUM = BigInt(MANY) * MOST_MINOR;
const HASH = 'a'.repeat(64);

/** The largest amounts, said again and again: by a policy, a bank, a correction and a budget. */
function largest(): HistoryBuilder {
  const history = new HistoryBuilder();
  const region = 'MA-06';
  history.record(streams.cycle(CYCLE), 'finance-officer', {
    type: 'CycleOpened',
    data: {
      cycleId: CYCLE,
      programmeId: PROGRAMME,
      period: PERIOD,
      policyVersion: 1,
      currency: 'MAD',
    },
  });
  for (let n = 0; n < MANY; n += 1) {
    const personId = uuidOf('person', n);
    const of = { programmeId: PROGRAMME, personId, region };
    const entitlement = { period: PERIOD, policyVersion: 1, amountMinor, items: [] };
    history.record(streams.enrolment(PROGRAMME, personId), 'automation', {
      type: 'EnrolmentStarted',
      data: {
        ...of,
        applicationId: uuidOf('application', n),
        startPeriod: PERIOD,
        facts: {},
        contentHash: HASH,
        entitlement,
      },
    });
    const paymentId = paymentIdOf(PROGRAMME, PERIOD, personId);
    history.record(streams.payment(paymentId), 'finance-officer', {
      type: 'PaymentOrdered',
      data: {
        paymentId,
        ...of,
        period: PERIOD,
        round: 1,
        amountMinor,
        currency: 'MAD',
        policyVersion: 1,
        contentHash: HASH,
        items: [],
      },
    });
    history.record(streams.payment(paymentId), 'payment-system', {
      type: 'PaymentRejected',
      data: { paymentId, attempt: 1, endToEndId: 'E1', reason: 'AC04', source: 'http' },
    });
    const first = paymentIdOf(PROGRAMME, PERIOD, uuidOf('person', 0));
    history.record(streams.payment(first), 'payment-system', {
      type: 'PaymentBreakRecorded',
      data: {
        paymentId: first,
        breakId: uuidOf('break', n),
        attempt: 1,
        endToEndId: 'E1',
        kind: 'amount-differs',
        reported: 'settled',
        reportedMinor: amountMinor,
        source: 'http',
      },
    });
    const debtor = uuidOf('person', 0);
    const owed = recoveryId(PROGRAMME, debtor);
    history.record(streams.recovery(owed), 'automation', {
      type: 'OverpaymentEstablished',
      data: {
        recoveryId: owed,
        programmeId: PROGRAMME,
        personId: debtor,
        region,
        correctionId: `${PROGRAMME}-${String(n).padStart(4, '0')}`,
        amountMinor,
        currency: 'MAD',
      },
    });
    history.record(streams.budget(PROGRAMME, 2026), 'automation', {
      type: 'BudgetReserved',
      data: { programmeId: PROGRAMME, fiscalYear: 2026, cycleId: CYCLE, amountMinor },
    });
  }
  return history;
}

describe.each(engines(postgres))('what amounts come to, on $name', (engine) => {
  it('is exact beyond 64 bits, and stops no read model', async () => {
    const store = await engine.open();
    try {
      const log = new ArrayLog(largest().events);
      const pageSize = 7;
      const runner = new ProjectionRunner({ store, projections: PROJECTIONS, log, pageSize });
      await runner.catchUp();
      const progress = (await progressOf(store, [CYCLE], undefined))(CYCLE);
      expect(progress.ordered).toEqual({ count: MANY, amountMinor: SUM });
      expect(progress.answers['rejected']).toEqual({ count: MANY, amountMinor: SUM });
      expect(await totalsByRegion(store)).toMatchObject([{ count: MANY, amountMinor: SUM }]);
      expect(await bankSide(store, CYCLE)).toMatchObject({
        bankMinor: SUM,
        differences: [{ bankMinor: SUM, breaks: MANY }],
      });
      expect(await countEnrolments(store)).toMatchObject([{ count: MANY, amountMinor: SUM }]);
      expect(await listBudgets(store)).toMatchObject([
        { reservedMinor: SUM, cycles: [{ reservedMinor: SUM }] },
      ]);
      const { items } = await listRecoveries(store, {}, { limit: 10 });
      expect(items).toMatchObject([{ overpaidMinor: SUM }]);
      const { differences, tables } = await runner.rebuild({ verify: true });
      expect(differences).toEqual([]);
      expect(tables.every(({ live, rebuilt }) => live.hash === rebuilt.hash)).toBe(true);
    } finally {
      await store.close();
      engine.cleanUp();
    }
  });
});
