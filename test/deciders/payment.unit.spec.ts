import { describe, expect, test } from '@jest/globals';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { by, was } from './given.js';
import {
  said,
  paymentId,
  given,
  order,
  officer,
  ordered,
  instructed,
  rejected,
  bank,
  outcome,
  again,
  instruct,
  settled,
  returned,
  broken,
  resolved,
} from './payment.fixtures.js';
import { contradictionScenarios } from './payment-contradictions.scenarios.js';
import { bookingScenarios } from './payment-bookings.scenarios.js';
import {
  bookedLaterScenarios,
  unreferencedScenarios,
} from './payment-second-bookings.scenarios.js';
import { toldAgainScenarios } from './payment-told-again.scenarios.js';
import { ownWordScenarios } from './payment-own-words.scenarios.js';
import { furtherScenarios } from './payment-further.scenarios.js';
import { wordScenarios } from './payment-words.scenarios.js';
import { peopleScenarios } from './payment-people.scenarios.js';

const automation = by('automation', 'automation');

const accepted = was('PaymentAccepted', said(1));

const cancelled = was('PaymentCancelled', { paymentId, reason: 'prepared again' });

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
        .then({ type: 'PaymentReinstructed', data: { ...again.data, clearedBy: [] } });
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
  test.each([
    [{ reason: 'Compte fermé' }, 'REASON_INVALID', 'reason'],
    [{ reason: 'AC' }, 'REASON_INVALID', 'reason'],
    [{ reference: 'X'.repeat(36) }, 'REFERENCE_INVALID', 'reference'],
    [{ entryReference: '' }, 'REFERENCE_INVALID', 'reference'],
  ] as const)('is refused where no event could hold it: %j', (odd, code, field) => {
    given(ordered, instructed)
      .when(outcome('rejected', 1, odd), bank)
      .thenRefused(code, field);
  });
});

contradictionScenarios();
bookingScenarios();
bookedLaterScenarios();
unreferencedScenarios();
toldAgainScenarios();
ownWordScenarios();
wordScenarios();
peopleScenarios();
furtherScenarios();
