import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import {
  paymentDecider,
  PAYMENT_REFUSALS,
  type OutcomeReport,
  type PaymentCommand,
} from '../../src/payment/payment.decider.js';
import { by, HASH, scenarios, uuid, was } from './given.js';

const { given } = scenarios(paymentDecider, PAYMENT_REFUSALS, {
  OrderPayment: true,
  InstructPayment: true,
  ReportOutcome: true,
  ReinstructPayment: true,
  CancelPayment: true,
  RequestCancellation: true,
  SetBreakOwner: true,
  ResolveBreak: true,
});
const officer = by('farid', 'finance-officer');
const automation = by('automation', 'automation');
const bank = by('bank', 'payment-system');
const personId = uuid(2);
const paymentId = `asd-2026-01-${personId}`;
const order = {
  paymentId,
  programmeId: 'asd',
  period: '2026-01',
  personId,
  region: 'MA-06',
  round: 1,
  amountMinor: '50000',
  currency: 'MAD',
  policyVersion: 3,
  contentHash: HASH,
  items: [
    { code: 'child', period: '2026-01', member: 1, amountMinor: '30000' },
    { code: 'floor', period: '2026-01', amountMinor: '20000' },
  ],
};
const instruct = (n: number) => ({
  messageId: `M${n}`,
  endToEndId: `E${n}`,
  accountId: uuid(10 + n),
  executionDate: '2026-01-31',
});
const said = (n: number) => ({
  paymentId,
  attempt: n,
  endToEndId: `E${n}`,
  source: 'http' as const,
});
const outcome = (
  kind: OutcomeReport['outcome'],
  attempt = 1,
  more: Partial<OutcomeReport> = {},
): OutcomeReport => ({
  type: 'ReportOutcome',
  outcome: kind,
  attempt,
  endToEndId: `E${attempt}`,
  source: 'http',
  ...(kind === 'rejected' || kind === 'returned' ? { reason: 'AC04' } : {}),
  ...more,
});

const ordered = was('PaymentOrdered', order);
const instructed = was('PaymentInstructed', {
  paymentId,
  attempt: 1,
  ...instruct(1),
  amountMinor: '50000',
  currency: 'MAD',
});
const again = was('PaymentReinstructed', {
  paymentId,
  attempt: 2,
  ...instruct(2),
  amountMinor: '50000',
  currency: 'MAD',
});
const accepted = was('PaymentAccepted', said(1));
const settled = (n = 1) =>
  was('PaymentSettled', {
    ...said(n),
    amountMinor: '50000',
    currency: 'MAD',
    settledOn: '2026-02-01',
  });
const rejected = (n = 1) => was('PaymentRejected', { ...said(n), reason: 'AC04' });
const returned = (n = 1) => was('PaymentReturned', { ...said(n), reason: 'AC04' });
const cancelled = was('PaymentCancelled', { paymentId, reason: 'prepared again' });
const breakIdOf = (attempt: number, reported: string, reason = '', amount = ''): string =>
  uuidOf('break', paymentId, attempt, reported, reason, amount);
const broken = (
  kind: EventData['PaymentBreakRecorded']['kind'],
  reported: 'settled' | 'rejected' | 'returned',
  attempt = 1,
) =>
  was('PaymentBreakRecorded', {
    ...said(attempt),
    breakId: breakIdOf(attempt, reported, reported === 'settled' ? '' : 'AC04'),
    kind,
    reported,
    ...(reported === 'settled' ? {} : { reason: 'AC04' }),
  });
const resolve = (
  past: Foldable<'PaymentBreakRecorded'>,
  resolution: EventData['PaymentBreakResolved']['resolution'],
): PaymentCommand => ({
  type: 'ResolveBreak',
  breakId: past.data.breakId,
  resolution,
  reason: 'the bank says so',
});
const resolved = (
  past: Foldable<'PaymentBreakRecorded'>,
  resolution: EventData['PaymentBreakResolved']['resolution'],
) =>
  was('PaymentBreakResolved', {
    paymentId,
    breakId: past.data.breakId,
    resolution,
    reason: 'the bank says so',
  });

describe('ordering', () => {
  test('happens once an enrolment and period', () => {
    given()
      .when({ type: 'OrderPayment', ...order }, officer)
      .then({ type: 'PaymentOrdered', data: order });
    given(ordered)
      .when({ type: 'OrderPayment', ...order }, officer)
      .then();
    given(ordered)
      .when({ type: 'OrderPayment', ...order, round: 2 }, officer)
      .thenRefused('PAYMENT_ALREADY_ORDERED', 'paymentId');
    given(ordered, instructed, rejected())
      .when({ type: 'OrderPayment', ...order, round: 2 }, officer)
      .thenRefused('PAYMENT_ALREADY_ORDERED');
    given()
      .when({ type: 'OrderPayment', ...order }, bank)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('is of more than nothing, and of what its items sum to', () => {
    given()
      .when({ type: 'OrderPayment', ...order, amountMinor: '0', items: [] }, officer)
      .thenRefused('AMOUNT_NOT_POSITIVE', 'amountMinor');
    expect(() =>
      paymentDecider.decide(
        paymentDecider.initialState,
        { type: 'OrderPayment', ...order, amountMinor: '50001' },
        officer,
      ),
    ).toThrow('the items sum to the amount');
  });
  test('a cancelled one is ordered again by a later round only', () => {
    given(ordered)
      .when({ type: 'CancelPayment', reason: 'prepared again' }, officer)
      .then({ type: 'PaymentCancelled', data: cancelled.data });
    given(ordered, cancelled)
      .when({ type: 'CancelPayment', reason: 'prepared again' }, officer)
      .then();
    given(ordered, cancelled)
      .when({ type: 'OrderPayment', ...order }, officer)
      .thenRefused('PAYMENT_ALREADY_ORDERED');
    given(ordered, cancelled)
      .when({ type: 'OrderPayment', ...order, round: 2 }, officer)
      .thenOne('PaymentOrdered', { round: 2 });
    given(ordered, instructed)
      .when({ type: 'CancelPayment', reason: 'too late' }, officer)
      .thenRefused('PAYMENT_STATUS');
  });
});

describe('asking a payment back', () => {
  const asked = was('PaymentCancellationRequested', {
    paymentId,
    attempt: 1,
    reason: 'left the country',
  });
  const ask = { type: 'RequestCancellation', reason: 'left the country' } as const;
  test('is recorded while it is with the bank, once an attempt, and moves nothing', () => {
    for (const history of [
      [ordered, instructed],
      [ordered, instructed, accepted],
    ])
      given(...history)
        .when(ask, officer)
        .then({ type: 'PaymentCancellationRequested', data: asked.data });
    given(ordered, instructed, asked).when(ask, officer).then();
    given(ordered, instructed, asked).when(outcome('settled'), bank).thenOne('PaymentSettled', {});
    given(ordered, instructed, asked, rejected(), again)
      .when(ask, officer)
      .thenOne('PaymentCancellationRequested', { attempt: 2 });
    given(ordered, instructed, asked)
      .when({ type: 'ReinstructPayment', ...instruct(2) }, officer)
      .thenRefused('OUTCOME_NOT_DEFINITE');
  });
  test('is refused before, where it can be cancelled, and after, where it is decided', () => {
    for (const history of [
      [ordered],
      [ordered, cancelled],
      [ordered, instructed, settled()],
      [ordered, instructed, rejected()],
      [ordered, instructed, settled(), returned()],
    ])
      given(...history)
        .when(ask, officer)
        .thenRefused('PAYMENT_STATUS');
    given(ordered, instructed).when(ask, bank).thenRefused('ROLE_NOT_ALLOWED');
    given(ordered, instructed)
      .when({ type: 'CancelPayment', reason: 'x' }, officer)
      .thenRefused('PAYMENT_STATUS');
  });
});

describe('instructing', () => {
  test('happens once, and again after a definite refusal only', () => {
    given(ordered)
      .when({ type: 'InstructPayment', ...instruct(1) }, automation)
      .then({ type: 'PaymentInstructed', data: instructed.data });
    given(ordered, instructed)
      .when({ type: 'InstructPayment', ...instruct(1) }, automation)
      .thenRefused('ALREADY_INSTRUCTED');
    given(ordered, cancelled)
      .when({ type: 'InstructPayment', ...instruct(1) }, automation)
      .thenRefused('PAYMENT_STATUS');
    given(ordered)
      .when({ type: 'InstructPayment', ...instruct(1), executionDate: '2026-04-31' }, automation)
      .thenRefused('INVALID_DATE', 'executionDate');
    for (const definite of [rejected(), returned()])
      given(ordered, instructed, definite)
        .when({ type: 'ReinstructPayment', ...instruct(2) }, officer)
        .then({ type: 'PaymentReinstructed', data: again.data });
    for (const history of [
      [ordered],
      [ordered, instructed],
      [ordered, instructed, accepted],
      [ordered, instructed, settled()],
      [ordered, instructed, rejected(), again],
    ]) {
      given(...history)
        .when({ type: 'ReinstructPayment', ...instruct(2) }, officer)
        .thenRefused('OUTCOME_NOT_DEFINITE');
    }
    given(ordered, instructed, was('PaymentOutcomeUnknown', said(1)))
      .when({ type: 'ReinstructPayment', ...instruct(2) }, officer)
      .thenRefused('OUTCOME_NOT_DEFINITE');
  });
  test('waits until a break is resolved', () => {
    const open = broken('settled-after-rejected', 'settled');
    given(ordered, instructed, rejected(), open)
      .when({ type: 'ReinstructPayment', ...instruct(2) }, officer)
      .thenRefused('BREAKS_OPEN');
    given(ordered, instructed, rejected(), open, resolved(open, 'bank-error'))
      .when({ type: 'ReinstructPayment', ...instruct(2) }, officer)
      .thenOne('PaymentReinstructed', { attempt: 2 });
    given(ordered, instructed, rejected(), open, resolved(open, 'counted-as-settled'))
      .when({ type: 'ReinstructPayment', ...instruct(2) }, officer)
      .thenRefused('OUTCOME_NOT_DEFINITE');
  });
});

describe('outcomes', () => {
  const live = [ordered, instructed] as const;
  test('move the payment on', () => {
    given(...live)
      .when(outcome('accepted'), bank)
      .then({ type: 'PaymentAccepted', data: accepted.data });
    given(...live, accepted)
      .when(outcome('settled', 1, { settledOn: '2026-02-01' }), bank)
      .then({ type: 'PaymentSettled', data: settled().data });
    given(...live)
      .when(outcome('settled', 1, { amountMinor: '50000', currency: 'MAD', reference: 'R1' }), bank)
      .thenOne('PaymentSettled', { settledOn: '2026-02-10', reference: 'R1' });
    given(...live, accepted)
      .when(outcome('rejected'), bank)
      .then({ type: 'PaymentRejected', data: rejected().data });
    given(...live, settled())
      .when(outcome('returned'), bank)
      .then({ type: 'PaymentReturned', data: returned().data });
    given(...live, rejected(), again)
      .when(outcome('settled', 2), bank)
      .thenOne('PaymentSettled', { attempt: 2 });
    given(...live)
      .when(outcome('unknown'), bank)
      .then({ type: 'PaymentOutcomeUnknown', data: said(1) });
    given(...live, accepted)
      .when(outcome('unknown'), bank)
      .then();
  });
  test('the same again, or a late acceptance, changes nothing', () => {
    given(...live, accepted)
      .when(outcome('accepted'), bank)
      .then();
    given(...live, settled())
      .when(outcome('settled'), bank)
      .then();
    given(...live, rejected())
      .when(outcome('rejected', 1, { reason: 'AM04' }), bank)
      .then();
    given(...live, settled(), returned())
      .when(outcome('settled'), bank)
      .then();
    given(...live, settled(), returned())
      .when(outcome('returned'), bank)
      .then();
    for (const past of [settled(), rejected(), returned()])
      given(...live, past)
        .when(outcome('accepted'), bank)
        .then();
    given(...live, rejected(), again)
      .when(outcome('rejected'), bank)
      .then();
  });
  test('for what was never instructed are refused', () => {
    given().when(outcome('settled'), bank).thenRefused('PAYMENT_UNKNOWN', 'paymentId');
    given(ordered).when(outcome('settled'), bank).thenRefused('ATTEMPT_UNKNOWN', 'attempt');
    given(...live)
      .when(outcome('settled', 2), bank)
      .thenRefused('ATTEMPT_UNKNOWN', 'attempt');
    given(...live)
      .when(outcome('settled', 1, { endToEndId: 'E9' }), bank)
      .thenRefused('END_TO_END_ID_UNKNOWN', 'endToEndId');
    given(...live)
      .when(outcome('settled', 0), bank)
      .thenRefused('END_TO_END_ID_UNKNOWN');
    given(...live)
      .when(outcome('settled', 1, { currency: 'EUR' }), bank)
      .thenRefused('CURRENCY_DIFFERS', 'currency');
    given(...live)
      .when(outcome('settled', 1, { amountMinor: '-1' }), bank)
      .thenRefused('AMOUNT_NOT_POSITIVE', 'amount');
    given(...live)
      .when(
        {
          type: 'ReportOutcome',
          outcome: 'rejected',
          attempt: 1,
          endToEndId: 'E1',
          source: 'http',
        },
        bank,
      )
      .thenRefused('REASON_MISSING', 'reason');
    given(...live)
      .when(outcome('settled', 1, { settledOn: '2026-02-30' }), bank)
      .thenRefused('INVALID_DATE', 'settledOn');
    given(...live)
      .when(outcome('settled'), by('farid', 'finance-officer', 'MA-01'))
      .thenRefused('REGION_NOT_ALLOWED');
    given(...live)
      .when(outcome('settled'), automation)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
});

describe('contradictions', () => {
  const live = [ordered, instructed] as const;
  test.each([
    ['settled-after-rejected', [rejected()], outcome('settled')],
    ['settled-after-returned', [returned()], outcome('settled')],
    ['returned-after-rejected', [rejected()], outcome('returned')],
    ['rejected-after-settled', [settled()], outcome('rejected')],
    ['other-contradiction', [settled(), returned()], outcome('rejected')],
    ['amount-differs', [], outcome('settled', 1, { amountMinor: '49999' })],
    ['settled-after-rejected', [rejected(), again], outcome('settled')],
    ['other-contradiction', [settled(), returned(), again], outcome('rejected')],
  ] as const)('%s is recorded as a break, once', (kind, history, report) => {
    given(...live, ...history)
      .when(report, bank)
      .thenOne('PaymentBreakRecorded', { kind, attempt: 1 });
    const [draft] = paymentDecider.decide(
      fold(paymentDecider, [...live, ...history]),
      report,
      bank,
    );
    given(
      ...live,
      ...history,
      was('PaymentBreakRecorded', draft!.data as EventData['PaymentBreakRecorded']),
    )
      .when(report, bank)
      .then();
  });
  test('on an attempt that a newer one replaced before anything was said about it are breaks too', () => {
    // Only a person's verdict can leave an attempt behind without an outcome of its own.
    const odd = was('PaymentBreakRecorded', {
      ...said(1),
      breakId: breakIdOf(1, 'settled', '', '49999'),
      kind: 'amount-differs',
      reported: 'settled',
      reportedMinor: '49999',
    });
    const back = resolved(odd, 'counted-as-returned');
    given(...live, odd, back, again)
      .when(outcome('settled'), bank)
      .thenOne('PaymentBreakRecorded', { kind: 'settled-after-returned' });
  });
  test('are resolved by a person, once', () => {
    const open = broken('settled-after-rejected', 'settled');
    given(...live, rejected(), open)
      .when(resolve(open, 'counted-as-settled'), officer)
      .then({ type: 'PaymentBreakResolved', data: resolved(open, 'counted-as-settled').data });
    given(...live, rejected(), open, resolved(open, 'counted-as-settled'))
      .when(resolve(open, 'bank-error'), officer)
      .then();
    given(...live, rejected())
      .when(resolve(open, 'bank-error'), officer)
      .thenRefused('BREAK_NOT_FOUND', 'breakId');
    given(...live, rejected(), open)
      .when(resolve(open, 'bank-error'), bank)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('have an owner while they are open', () => {
    const open = broken('settled-after-rejected', 'settled');
    const { paymentId, breakId } = open.data;
    const owned = (owner: string) => was('PaymentBreakOwnerSet', { paymentId, breakId, owner });
    const own = (owner: string): PaymentCommand => ({ type: 'SetBreakOwner', breakId, owner });
    given(...live, rejected(), open)
      .when(own('hind'), officer)
      .then({ type: 'PaymentBreakOwnerSet', data: { paymentId, breakId, owner: 'hind' } });
    given(...live, rejected(), open, owned('hind'))
      .when(own('hind'), officer)
      .then();
    given(...live, rejected(), open, owned('hind'))
      .when(own('omar'), officer)
      .thenOne('PaymentBreakOwnerSet', { owner: 'omar' });
    given(...live, rejected(), open, owned('hind'), resolved(open, 'bank-error'))
      .when(own('omar'), officer)
      .thenRefused('BREAK_RESOLVED', 'breakId');
    given(...live, rejected())
      .when(own('hind'), officer)
      .thenRefused('BREAK_NOT_FOUND', 'breakId');
    given(...live, rejected(), open)
      .when(own('hind'), bank)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('a verdict on an attempt while another is with the bank would pay twice', () => {
    const open = broken('settled-after-rejected', 'settled');
    given(...live, rejected(), again, open)
      .when(resolve(open, 'counted-as-settled'), officer)
      .thenRefused('RESOLUTION_DOES_NOT_FIT', 'resolution');
    given(...live, rejected(), again, open)
      .when(resolve(open, 'recovered'), officer)
      .thenOne('PaymentBreakResolved');
  });
  test('a verdict that money came back does not undo another attempt’s settlement', () => {
    const open = broken('settled-after-returned', 'settled');
    given(...live, returned(), again, open, settled(2))
      .when(resolve(open, 'counted-as-returned'), officer)
      .thenRefused('RESOLUTION_DOES_NOT_FIT', 'resolution');
    given(...live, returned(), again, open, settled(2))
      .when(resolve(open, 'counted-as-settled'), officer)
      .thenRefused('RESOLUTION_DOES_NOT_FIT', 'resolution');
    given(...live, returned(), again, open, rejected(2))
      .when(resolve(open, 'counted-as-settled'), officer)
      .thenOne('PaymentBreakResolved');
  });
  test('what was counted as settled is settled: said again it changes nothing, and it can come back', () => {
    const open = broken('settled-after-rejected', 'settled');
    const history = [...live, rejected(), open, resolved(open, 'counted-as-settled')] as const;
    expect(fold(paymentDecider, history).status).toBe('settled');
    given(...history)
      .when(outcome('settled'), bank)
      .then();
    given(...history)
      .when(outcome('rejected'), bank)
      .then();
    given(...history)
      .when(outcome('returned'), bank)
      .thenOne('PaymentReturned');
  });
});
