import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventData } from '../../events/generated.js';
import { bankSide } from '../../projections/disbursement/bank-side.queries.js';
import { disbursementProjection } from '../../projections/disbursement/disbursement.projection.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { fold, type Context, type Recorded, type Role } from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { paymentDecider, type PaymentCommand } from '../../src/payment/payment.decider.js';
import { type PaymentState } from '../../src/payment/payment.state.js';
import { ArrayLog } from '../support/array-log.js';
import { HistoryBuilder } from '../support/history-builder.js';
import { startPostgres } from '../support/postgres.js';
import { engines } from './stores.js';

const postgres = await startPostgres('what banks said against our books');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

const CYCLE = 'asd-2026-01';
const NOW = '2026-02-01T08:00:00.000Z';
const OUTCOMES = ['accepted', 'settled', 'rejected', 'returned', 'unknown'] as const;
const RESOLUTIONS = [
  'counted-as-settled',
  'counted-as-returned',
  'bank-error',
  'recovered',
  'no-effect',
] as const;
const idOf = (n: number): string => `${CYCLE}-${uuidOf('bank side', n)}`;

const orderOf = (n: number): EventData['PaymentOrdered'] => ({
  paymentId: idOf(n),
  programmeId: 'asd',
  period: '2026-01',
  personId: uuidOf('bank side', n),
  region: 'MA-06',
  round: 1,
  amountMinor: '50000',
  currency: 'MAD',
  policyVersion: 3,
  contentHash: 'a'.repeat(64),
  items: [{ code: 'flat-aid', period: '2026-01', amountMinor: '50000' }],
});

/** What may happen to a payment next: one step as three numbers, aimed well or badly. */
function commandOf(
  state: PaymentState,
  n: number,
  [kind, a, b]: readonly [number, number, number],
): readonly [PaymentCommand, Role] {
  const at = (attempt: number) => ({
    messageId: 'M1',
    endToEndId: `E${attempt}`,
    accountId: uuidOf('account', n),
    executionDate: '2026-01-31',
  });
  if (state.status === 'ordered') return [{ type: 'InstructPayment', ...at(1) }, 'automation'];
  if (kind === 0)
    return [{ type: 'ReinstructPayment', ...at(state.attempt + 1) }, 'finance-officer'];
  const open = state.openBreaks[a % Math.max(1, state.openBreaks.length)];
  if (kind === 1 && open)
    return [
      {
        type: 'ResolveBreak',
        breakId: open.breakId,
        resolution: RESOLUTIONS[b % 5]!,
        reason: 'found out',
      },
      'finance-officer',
    ];
  const outcome = OUTCOMES[a % 5]!;
  const attempt = Math.max(1, state.attempt - (b % 3 === 0 ? 1 : 0));
  return [
    {
      type: 'ReportOutcome',
      outcome,
      attempt,
      endToEndId: `E${attempt}`,
      source: 'camt.054',
      ...(outcome === 'rejected' || outcome === 'returned' ? { reason: 'AC04' } : {}),
      ...(outcome === 'settled' && b % 4 === 0 ? { amountMinor: String(49_000 + b) } : {}),
    },
    'payment-system',
  ];
}

/** Histories of payments as their decider makes them, one after the other in the log. */
function logOf(histories: readonly (readonly (readonly [number, number, number])[])[]): Recorded[] {
  const log: Recorded[] = [];
  histories.forEach((steps, n) => {
    const paymentId = idOf(n);
    const order = orderOf(n);
    let state = paymentDecider.initialState;
    let revision = 0;
    for (const step of [undefined, ...steps]) {
      const [command, role]: readonly [PaymentCommand, Role] = step
        ? commandOf(state, n, step)
        : [{ type: 'OrderPayment', ...order }, 'finance-officer'];
      const context: Context = {
        actor: { id: 'someone', role },
        now: NOW,
        commandId: uuidOf('command', n, revision),
        correlationId: uuidOf('command'),
      };
      try {
        for (const draft of paymentDecider.decide(state, command, context)) {
          const event = {
            ...draft,
            id: uuidOf('event', n, revision),
            stream: `payment-${paymentId}`,
            revision,
            position: log.length,
            v: 1,
            time: NOW,
            meta: {
              actor: 'someone',
              role,
              command: context.commandId,
              correlation: context.correlationId,
            },
          } as Recorded;
          log.push(event);
          revision += 1;
          state = fold(paymentDecider, [event], state);
        }
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
      }
    }
  });
  return log;
}

/** A month of settled payments, the first of which the bank then booked a second time. */
function bookedTwice(amounts: readonly string[], reportedMinor?: string): readonly Recorded[] {
  const history = new HistoryBuilder();
  amounts.forEach((amountMinor, n) => {
    const stream = `payment-${idOf(n)}`;
    const said = { paymentId: idOf(n), attempt: 1, endToEndId: 'E1', source: 'camt.053' };
    history.record(stream, 'finance-officer', {
      type: 'PaymentOrdered',
      data: { ...orderOf(n), amountMinor, items: [{ ...orderOf(n).items[0]!, amountMinor }] },
    });
    history.record(stream, 'payment-system', {
      type: 'PaymentSettled',
      data: { ...said, amountMinor, currency: 'MAD', settledOn: '2026-01-31' },
    });
  });
  history.record(`payment-${idOf(0)}`, 'payment-system', {
    type: 'PaymentBreakRecorded',
    data: {
      paymentId: idOf(0),
      breakId: uuidOf('break'),
      attempt: 1,
      endToEndId: 'E1',
      kind: 'booked-twice',
      reported: 'settled',
      source: 'camt.053',
      ...(reportedMinor === undefined ? {} : { reportedMinor }),
    },
  });
  return history.events;
}

const STEP = fc.tuple(fc.nat(4), fc.nat(19), fc.nat(999));

describe.each(engines(postgres))('what banks said against our books, on $name', (engine) => {
  it('differs by named breaks only, to the centime, whatever banks say in whatever order', async () => {
    let differing = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(STEP, { minLength: 2, maxLength: 14 }), { minLength: 60, maxLength: 90 }),
        async (histories) => {
          const store = await engine.open();
          try {
            const log = logOf(histories);
            await new ProjectionRunner({
              store,
              projections: [disbursementProjection],
              log: new ArrayLog(log),
            }).catchUp();
            const side = await bankSide(store, CYCLE);
            const settled = log.filter(({ type }) => type === 'PaymentSettled').length;
            if (settled > 0) expect(side.bankMinor).toBeGreaterThan(0n);
            expect(side.differences.filter(({ breaks }) => breaks === 0)).toEqual([]);
            expect(
              side.differences.reduce(
                (sum, { bankMinor, oursMinor }) => sum + bankMinor - oursMinor,
                0n,
              ),
            ).toBe(side.differenceMinor);
            differing += side.differences.length;
          } finally {
            await store.close();
            engine.cleanUp();
          }
        },
      ),
      { numRuns: 8 },
    );
    expect(differing).toBeGreaterThan(0);
  });

  it.each([
    ['one payment of 750.00, of 500.00', ['75000'], '50000'],
    ['one of two payments, of 500.00 and 250.00, whole', ['50000', '25000'], undefined],
  ])('counts a second debit of %s on the bank side only', async (_of, amounts, reportedMinor) => {
    const store = await engine.open();
    try {
      await new ProjectionRunner({
        store,
        projections: [disbursementProjection],
        log: new ArrayLog(bookedTwice(amounts, reportedMinor)),
      }).catchUp();
      const oursMinor = BigInt(amounts[0]!);
      expect(await bankSide(store, CYCLE)).toEqual({
        bankMinor: 125_000n,
        settledMinor: 75_000n,
        differenceMinor: 50_000n,
        moreDifferences: false,
        differences: [
          {
            paymentId: idOf(0),
            status: 'settled',
            bankMinor: oursMinor + 50_000n,
            oursMinor,
            breaks: 1,
          },
        ],
      });
    } finally {
      await store.close();
      engine.cleanUp();
    }
  });
});
