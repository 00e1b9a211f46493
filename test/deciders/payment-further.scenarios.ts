import { describe, expect, test } from '@jest/globals';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import { paymentDecider, type PaymentCommand } from '../../src/payment/payment.decider.js';
import { by, was } from './given.js';
import {
  again,
  bank,
  breakIdOf,
  broken,
  given,
  instruct,
  instructed,
  officer,
  order,
  ordered,
  outcome,
  paymentId,
  rejected,
  resolve,
  resolved,
  returned,
  said,
  settled,
} from './payment.fixtures.js';

const hind = by('hind', 'finance-officer');
const third = by('third', 'finance-officer');
const live = [ordered, instructed] as const;
type Break = Foldable<'PaymentBreakRecorded'>;
type Counted = 'counted-as-settled' | 'counted-as-returned';

/** Of another amount than was paid. */
const odd = (reported: 'settled' | 'returned', reportedMinor: string): Break =>
  was('PaymentBreakRecorded', {
    ...said(1),
    breakId: breakIdOf(1, reported, reported === 'settled' ? '' : 'AC04', reportedMinor),
    kind: 'amount-differs',
    reported,
    reportedMinor,
    ...(reported === 'settled' ? {} : { reason: 'AC04' }),
  });
const proposedBy = (who: string, past: Break, resolution: Counted) =>
  was(
    'PaymentBreakResolutionProposed',
    { paymentId, breakId: past.data.breakId, resolution, reason: 'a letter' },
    who,
    'finance-officer',
  );
const saidBy = (who: string, kind: 'accepted' | 'settled' | 'rejected' | 'returned') =>
  was(
    'PaymentOutcomeProposed',
    { ...said(1), outcome: kind, ...(kind === 'rejected' ? { reason: 'AC04' } : {}) },
    who,
    'finance-officer',
  );
const reinstruct: PaymentCommand = { type: 'ReinstructPayment', ...instruct(2) };

function orderScenarios(): void {
  test('an order may be of one centime, and another amount is another order', () => {
    const item = order.items[0]!;
    const least = { ...order, amountMinor: '1', items: [{ ...item, amountMinor: '1' }] };
    given()
      .when({ type: 'OrderPayment', ...least }, officer)
      .thenOne('PaymentOrdered', { amountMinor: '1' });
    given(ordered)
      .when({ type: 'OrderPayment', ...least }, officer)
      .thenRefused('PAYMENT_ALREADY_ORDERED');
  });
  test('an order of a later round is not cancelled with an earlier one', () => {
    const later = was('PaymentOrdered', { ...order, round: 2 });
    const cancel = (throughRound: number): PaymentCommand => ({
      type: 'CancelPayment',
      throughRound,
      reason: 'prepared again',
    });
    given(later).when(cancel(1), officer).then();
    given(later).when(cancel(2), officer).thenOne('PaymentCancelled');
  });
}

function partScenarios(): void {
  const part = odd('returned', '49500');
  const resolvedPart = was('PaymentBreakResolved', {
    ...resolved(part, 'counted-as-returned').data,
    returnedMinor: '49500',
  });
  const back = [...live, settled(), part, resolvedPart] as const;
  const rest = odd('returned', '300');
  const byHind = proposedBy('hind', rest, 'counted-as-returned');
  const count = resolve(rest, 'counted-as-returned');
  const whole = { ...resolved(rest, 'counted-as-returned').data, proposedBy: 'hind' };

  test('a further part is called so while another attempt settled or was rejected', () => {
    for (const newest of [settled(2), rejected(2)])
      given(...back, again, newest, rest, byHind)
        .when(count, officer)
        .then({
          type: 'PaymentBreakResolved',
          data: { ...whole, returnedMinor: '300', furtherPart: true },
        });
    given(...back, rest, byHind)
      .when(count, officer)
      .then({ type: 'PaymentBreakResolved', data: { ...whole, returnedMinor: '300' } });
    given(...back, again, settled(2), rest)
      .when(resolve(rest, 'counted-as-settled'), officer)
      .thenRefused('RESOLUTION_DOES_NOT_FIT', 'resolution');
  });
  test('only what came back as less is given back as less', () => {
    const less = odd('settled', '49500');
    for (const [past, one, as] of [
      [[settled()], part, 'counted-as-settled'],
      [[], less, 'counted-as-returned'],
      [[settled()], odd('returned', '50000'), 'counted-as-returned'],
      [[rejected()], broken('returned-after-rejected', 'returned'), 'counted-as-returned'],
    ] as const)
      given(...live, ...past, one, proposedBy('hind', one, as))
        .when(resolve(one, as), officer)
        .then({
          type: 'PaymentBreakResolved',
          data: { ...resolved(one, as).data, proposedBy: 'hind' },
        });
  });
  test('nobody counts a break while the newest attempt is under way', () => {
    const open = broken('settled-after-rejected', 'settled');
    const under = was('PaymentAccepted', said(2));
    given(...live, rejected(), again, under, open)
      .when(resolve(open, 'counted-as-settled'), officer)
      .thenRefused('RESOLUTION_DOES_NOT_FIT', 'resolution');
  });
}

function breakScenarios(): void {
  const one = odd('settled', '49500');
  const other = odd('settled', '49600');
  const past = [...live, rejected(), one, other] as const;

  test('each of two breaks has its owner and its resolution', () => {
    const own = (past: Break, owner: string): PaymentCommand => ({
      type: 'SetBreakOwner',
      breakId: past.data.breakId,
      owner,
    });
    const owned = was('PaymentBreakOwnerSet', {
      paymentId,
      breakId: one.data.breakId,
      owner: 'hind',
    });
    given(...past, owned)
      .when(own(other, 'hind'), officer)
      .thenOne('PaymentBreakOwnerSet', { breakId: other.data.breakId });
    given(...past, resolved(one, 'bank-error'))
      .when(own(one, 'hind'), officer)
      .thenRefused('BREAK_RESOLVED');
    given(...past, resolved(one, 'bank-error'))
      .when(resolve(one, 'no-effect'), officer)
      .then();
    given(...past, resolved(one, 'bank-error'))
      .when(resolve(other, 'no-effect'), officer)
      .thenOne('PaymentBreakResolved', { breakId: other.data.breakId });
  });
  test('what was proposed of one says nothing of the other', () => {
    const ofOther = proposedBy('hind', other, 'counted-as-settled');
    given(...past, ofOther)
      .when(resolve(one, 'counted-as-settled'), officer)
      .thenOne('PaymentBreakResolutionProposed', { breakId: one.data.breakId });
    const { breakId } = one.data;
    const withdraw: PaymentCommand = { type: 'WithdrawResolution', breakId, reason: 'no' };
    given(...past, ofOther)
      .when(withdraw, hind)
      .thenRefused('NOTHING_PROPOSED');
    const takenBack = was(
      'PaymentBreakResolutionWithdrawn',
      { paymentId, breakId, reason: 'no' },
      'hind',
    );
    const both = [...past, proposedBy('hind', one, 'counted-as-settled'), ofOther] as const;
    for (const settledNow of [takenBack, resolved(one, 'no-effect')])
      given(...both, settledNow)
        .when(resolve(other, 'counted-as-settled'), officer)
        .thenOne('PaymentBreakResolved', { breakId: other.data.breakId, proposedBy: 'hind' });
    const again = [...past, proposedBy('omar', one, 'counted-as-settled')] as const;
    given(...again, proposedBy('hind', one, 'counted-as-settled'), takenBack)
      .when(resolve(one, 'counted-as-settled'), officer)
      .thenOne('PaymentBreakResolved', { proposedBy: 'omar' });
  });
  test('who caused one may resolve the other', () => {
    const caused = was('PaymentBreakRecorded', one.data, 'farid', 'finance-officer');
    const told = was('PaymentBreakRecorded', other.data, 'bank', 'payment-system');
    given(...live, caused, told)
      .when(resolve(other, 'no-effect'), officer)
      .thenOne('PaymentBreakResolved');
    given(...live, told, caused)
      .when(resolve(one, 'no-effect'), officer)
      .thenRefused('SAME_PERSON');
  });
}

function wordScenarios(): void {
  const reported = {
    accepted: was('PaymentAccepted', said(1), 'hind', 'finance-officer'),
    settled: was('PaymentSettled', settled().data, 'hind', 'finance-officer'),
    returned: was('PaymentReturned', returned().data, 'hind', 'finance-officer'),
  };
  test.each(['accepted', 'settled', 'returned'] as const)(
    'a break of what two persons said was %s is resolved by neither',
    (kind) => {
      const open = odd('settled', '49500');
      const two = [...live, saidBy('farid', kind), reported[kind], open] as const;
      for (const who of [officer, hind])
        given(...two)
          .when(resolve(open, 'no-effect'), who)
          .thenRefused('SAME_PERSON');
      given(...two)
        .when(resolve(open, 'no-effect'), third)
        .thenOne('PaymentBreakResolved');
    },
  );
  test('a break of an attempt is resolved by who said what became of another', () => {
    const open: Break = was('PaymentBreakRecorded', {
      ...said(2),
      breakId: breakIdOf(2, 'settled'),
      kind: 'settled-after-rejected',
      reported: 'settled',
    });
    const failed = was('PaymentRejected', rejected().data, 'farid', 'finance-officer');
    given(...live, failed, again, rejected(2), open)
      .when(resolve(open, 'no-effect'), officer)
      .thenOne('PaymentBreakResolved');
    const second = was('PaymentSettled', settled(2).data, 'hind', 'finance-officer');
    given(...live, saidBy('farid', 'settled'), rejected(), again, second, open)
      .when(resolve(open, 'no-effect'), officer)
      .thenOne('PaymentBreakResolved');
  });
  test('a word that was taken back leaves what was recorded before', () => {
    const failed = was('PaymentRejected', rejected().data, 'farid', 'finance-officer');
    const takenBack = was('PaymentOutcomeWithdrawn', { paymentId, reason: 'no' }, 'hind');
    given(...live, failed, saidBy('hind', 'settled'), takenBack)
      .when(reinstruct, officer)
      .thenRefused('SAME_PERSON');
  });
  test('a word that was answered is not taken back, though another still waits', () => {
    const failed = was('PaymentRejected', rejected().data, 'hind', 'finance-officer');
    const waiting = [
      ...live,
      saidBy('farid', 'rejected'),
      saidBy('omar', 'settled'),
      failed,
    ] as const;
    const withdraw: PaymentCommand = { type: 'WithdrawOutcome', reason: 'no' };
    given(...waiting)
      .when(withdraw, officer)
      .thenRefused('NOTHING_PROPOSED');
    given(...waiting)
      .when(withdraw, by('omar', 'finance-officer'))
      .thenOne('PaymentOutcomeWithdrawn');
  });
  test('a word is another where its outcome, its amount or its reference differs', () => {
    const first = [...live, saidBy('farid', 'settled')] as const;
    for (const [kind, more] of [
      ['accepted', {}],
      ['settled', { amountMinor: '50000' }],
      ['settled', { reference: 'A1' }],
    ] as const)
      given(...first)
        .when(outcome(kind, 1, more), hind)
        .thenOne('PaymentOutcomeProposed', { outcome: kind, ...more });
  });
  test('a person’s word in a file is a person’s word, a bank’s there is not', () => {
    given(...live)
      .when(outcome('rejected', 1, { source: 'file' }), hind)
      .thenOne('PaymentOutcomeProposed');
    given(...live)
      .when(outcome('rejected', 1, { source: 'file' }), bank)
      .thenOne('PaymentRejected');
  });
  test('what nobody said failed, but a break was counted as, is paid again', () => {
    const open = odd('settled', '49500');
    const back = [...live, open, resolved(open, 'counted-as-returned')] as const;
    expect(fold(paymentDecider, back).status).toBe('returned');
    given(...back)
      .when(reinstruct, third)
      .thenOne('PaymentReinstructed');
  });
}

/** The scenarios of parts, of several breaks and of several words, told by the spec of payments. */
export function furtherScenarios(): void {
  describe('orders beside each other', orderScenarios);
  describe('parts that came back', partScenarios);
  describe('breaks beside each other', breakScenarios);
  describe('words beside each other', wordScenarios);
}
