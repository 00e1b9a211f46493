import { afterAll, describe, expect, it } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
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

const REGION = 'MA-06';
const opened: EventData['CycleOpened'] = {
  cycleId: CYCLE,
  programmeId: PROGRAMME,
  period: PERIOD,
  policyVersion: 1,
  currency: 'MAD',
};
const enrolled = (n: number): EventData['EnrolmentStarted'] => ({
  programmeId: PROGRAMME,
  personId: uuidOf('person', n),
  region: REGION,
  applicationId: uuidOf('application', n),
  startPeriod: PERIOD,
  facts: {},
  contentHash: HASH,
  entitlement: { period: PERIOD, policyVersion: 1, amountMinor, items: [] },
});
const paymentOf = (n: number): string => paymentIdOf(PROGRAMME, PERIOD, uuidOf('person', n));
const ordered = (n: number): EventData['PaymentOrdered'] => ({
  paymentId: paymentOf(n),
  programmeId: PROGRAMME,
  personId: uuidOf('person', n),
  region: REGION,
  period: PERIOD,
  round: 1,
  amountMinor,
  currency: 'MAD',
  policyVersion: 1,
  contentHash: HASH,
  items: [],
});
const rejected = (n: number): EventData['PaymentRejected'] => ({
  paymentId: paymentOf(n),
  attempt: 1,
  endToEndId: 'E1',
  reason: 'AC04',
  source: 'http',
});
/** All breaks are of the first payment, and all that was overpaid is of its payee. */
const broken = (n: number): EventData['PaymentBreakRecorded'] => ({
  paymentId: paymentOf(0),
  breakId: uuidOf('break', n),
  attempt: 1,
  endToEndId: 'E1',
  kind: 'amount-differs',
  reported: 'settled',
  reportedMinor: amountMinor,
  source: 'http',
});
const DEBTOR = uuidOf('person', 0);
const owed = (n: number): EventData['OverpaymentEstablished'] => ({
  recoveryId: recoveryId(PROGRAMME, DEBTOR),
  programmeId: PROGRAMME,
  personId: DEBTOR,
  region: REGION,
  correctionId: `${PROGRAMME}-${String(n).padStart(4, '0')}`,
  amountMinor,
  currency: 'MAD',
});
const reserved: EventData['BudgetReserved'] = {
  programmeId: PROGRAMME,
  fiscalYear: 2026,
  cycleId: CYCLE,
  amountMinor,
};

/** The largest amounts, said again and again: by a policy, a bank, a correction and a budget. */
function largest(): HistoryBuilder {
  const history = new HistoryBuilder();
  const cycle = streams.cycle(CYCLE);
  history.record(cycle, 'finance-officer', { type: 'CycleOpened', data: opened });
  for (let n = 0; n < MANY; n += 1) {
    const enrolment = streams.enrolment(PROGRAMME, uuidOf('person', n));
    history.record(enrolment, 'automation', { type: 'EnrolmentStarted', data: enrolled(n) });
    const payment = streams.payment(paymentOf(n));
    history.record(payment, 'finance-officer', { type: 'PaymentOrdered', data: ordered(n) });
    history.record(payment, 'payment-system', { type: 'PaymentRejected', data: rejected(n) });
    const first = streams.payment(paymentOf(0));
    history.record(first, 'payment-system', { type: 'PaymentBreakRecorded', data: broken(n) });
    const recovery = streams.recovery(recoveryId(PROGRAMME, DEBTOR));
    history.record(recovery, 'automation', { type: 'OverpaymentEstablished', data: owed(n) });
    const budget = streams.budget(PROGRAMME, 2026);
    history.record(budget, 'automation', { type: 'BudgetReserved', data: reserved });
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
