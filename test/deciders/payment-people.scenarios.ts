import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { fold, type Foldable, type Role } from '../../src/kernel/decider.js';
import { paymentDecider, type PaymentCommand } from '../../src/payment/payment.decider.js';
import { by, was } from './given.js';
import {
  again,
  bank,
  breakIdOf,
  given,
  instruct,
  instructed,
  ordered,
  outcome,
  paymentId,
  broken as breakOf,
  rejected,
  resolved,
  said,
  resolve,
} from './payment.fixtures.js';

const farid = by('farid', 'finance-officer');
const FARID = by('F.ARID', 'finance-officer');
const FARID_AGAIN = by('Farid', 'finance-officer');
const hind = by('hind', 'finance-officer');
const controller = by('kamal', 'finance-controller');
const live = [ordered, instructed] as const;

const proposed = (
  kind: EventData['PaymentOutcomeProposed']['outcome'],
  who: string,
  more: Partial<EventData['PaymentOutcomeProposed']> = {},
) =>
  was(
    'PaymentOutcomeProposed',
    { ...said(1), outcome: kind, ...(kind === 'rejected' ? { reason: 'AC04' } : {}), ...more },
    who,
    'finance-officer',
  );
const reportedBy = (who: string, role: Role) =>
  was('PaymentRejected', { ...said(1), reason: 'AC04' }, who, role);
const broken = (who: string, role: Role) =>
  was(
    'PaymentBreakRecorded',
    {
      ...said(1),
      breakId: breakIdOf(1, 'settled'),
      kind: 'settled-after-rejected',
      reported: 'settled',
    },
    who,
    role,
  );
const againBy = (who: string) => was('PaymentReinstructed', again.data, who, 'finance-officer');

const resolutionBy = (
  who: string,
  past: Foldable<'PaymentBreakRecorded'>,
  resolution: EventData['PaymentBreakResolutionProposed']['resolution'],
) =>
  was(
    'PaymentBreakResolutionProposed',
    { paymentId, breakId: past.data.breakId, resolution, reason: 'a letter' },
    who,
    'finance-officer',
  );

/** The scenarios of what takes two persons, told by the spec of payments. */
export function peopleScenarios(): void {
  describe('what a person says became of a payment', () => {
    test.each([
      ['PaymentRejected', outcome('rejected')],
      ['PaymentReturned', outcome('returned')],
      ['PaymentSettled', outcome('settled', 1, { settledOn: '2026-02-01' })],
      ['PaymentAccepted', outcome('accepted')],
      ['PaymentOutcomeUnknown', outcome('unknown')],
    ] as const)('%s counts once a second person says the same', (counted, report) => {
      const { type, ...rest } = report;
      const data = { paymentId, ...rest };
      given(...live)
        .when(report, farid)
        .then({ type: 'PaymentOutcomeProposed', data });
      const first = was('PaymentOutcomeProposed', data, 'farid', 'finance-officer');
      given(...live, first)
        .when(report, farid)
        .then();
      expect(fold(paymentDecider, [...live, first]).status).toBe('instructed');
      given(...live, first)
        .when(report, hind)
        .thenOne(counted);
    });
    test('is another thing where any of it differs', () => {
      given(...live, proposed('rejected', 'farid'))
        .when(outcome('rejected', 1, { reason: 'AM04' }), hind)
        .thenOne('PaymentOutcomeProposed', { reason: 'AM04' });
      given(...live, proposed('settled', 'farid', { settledOn: '2026-02-01' }))
        .when(outcome('settled', 1, { settledOn: '2026-02-02' }), hind)
        .thenOne('PaymentOutcomeProposed', { settledOn: '2026-02-02' });
    });
    test('is one person’s in whatever way the account is spelled', () => {
      given(...live, proposed('rejected', 'f.arid'))
        .when(outcome('rejected'), FARID)
        .then();
    });
    test('becomes no break by one person either', () => {
      given(...live, rejected())
        .when(outcome('settled', 1, { settledOn: '2026-02-01' }), farid)
        .thenOne('PaymentOutcomeProposed', { outcome: 'settled' });
      given(...live, rejected(), proposed('settled', 'farid', { settledOn: '2026-02-01' }))
        .when(outcome('settled', 1, { settledOn: '2026-02-01' }), hind)
        .thenOne('PaymentBreakRecorded', { kind: 'settled-after-rejected' });
    });
    test('is not needed where the payment system or the bank’s file said it', () => {
      given(...live)
        .when(outcome('rejected'), bank)
        .thenOne('PaymentRejected');
      given(...live)
        .when(outcome('rejected', 1, { source: 'camt.054' }), farid)
        .thenOne('PaymentRejected');
      given(...live, rejected())
        .when(outcome('rejected'), farid)
        .then();
    });
  });

  describe('a payment that failed is paid again', () => {
    const reinstruct: PaymentCommand = { type: 'ReinstructPayment', ...instruct(2) };
    test('by another person than recorded that it failed', () => {
      const failed = reportedBy('farid', 'finance-officer');
      given(...live, failed)
        .when(reinstruct, farid)
        .thenRefused('SAME_PERSON');
      given(...live, failed)
        .when(reinstruct, hind)
        .thenOne('PaymentReinstructed');
    });
  });

  describe('a payment that two people said failed is paid again', () => {
    const reinstruct: PaymentCommand = { type: 'ReinstructPayment', ...instruct(2) };
    const history = [...live, proposed('rejected', 'farid'), reportedBy('hind', 'finance-officer')];
    test('by neither of them', () => {
      for (const who of [farid, hind])
        given(...history)
          .when(reinstruct, who)
          .thenRefused('SAME_PERSON');
      given(...history)
        .when(reinstruct, by('third', 'finance-officer'))
        .thenOne('PaymentReinstructed');
    });
    test('by another person than handed over the file that said it, or proposed what its entry is about', () => {
      const failed = (source: string) =>
        was('PaymentRejected', { ...said(1), source, reason: 'AC04', saidBy: ['farid'] }, 'hind');
      for (const source of ['pain.002', 'operator']) {
        for (const who of [farid, FARID_AGAIN, hind])
          given(...live, failed(source))
            .when(reinstruct, who)
            .thenRefused('SAME_PERSON');
        given(...live, failed(source))
          .when(reinstruct, by('third', 'finance-officer'))
          .thenOne('PaymentReinstructed');
      }
    });
    test('by who said so alone, where the bank said it then by itself', () => {
      given(...live, proposed('rejected', 'farid'), reportedBy('bank', 'payment-system'))
        .when(reinstruct, farid)
        .thenOne('PaymentReinstructed');
    });
    test('by who had said something else of it', () => {
      given(...live, proposed('accepted', 'farid'), reportedBy('hind', 'finance-officer'))
        .when(reinstruct, farid)
        .thenOne('PaymentReinstructed');
    });
  });

  describe('a payment with what stood against it cleared is paid again', () => {
    const reinstruct: PaymentCommand = { type: 'ReinstructPayment', ...instruct(2) };
    const third = by('third', 'finance-officer');
    const open = breakOf('settled-after-rejected', 'settled');
    const resolvedBy = (who: string, more: object = {}) =>
      was('PaymentBreakResolved', { ...resolved(open, 'no-effect').data, ...more }, who);

    test('by another person than resolved its break, or proposed that', () => {
      const alone = [...live, rejected(), open, resolvedBy('farid')];
      for (const who of [farid, FARID_AGAIN])
        given(...alone)
          .when(reinstruct, who)
          .thenRefused('SAME_PERSON');
      given(...alone)
        .when(reinstruct, hind)
        .thenOne('PaymentReinstructed', { clearedBy: ['farid'] });
      const two = [...live, rejected(), open, resolvedBy('hind', { proposedBy: 'farid' })];
      for (const who of [farid, hind])
        given(...two)
          .when(reinstruct, who)
          .thenRefused('SAME_PERSON');
      given(...two)
        .when(reinstruct, third)
        .thenOne('PaymentReinstructed', { clearedBy: ['farid', 'hind'] });
    });
    test("by another person than dismissed a bank's entry about it", () => {
      const dismissed = { ...reinstruct, dismissedBy: ['Farid', 'hind', 'hind'] };
      for (const who of [farid, FARID_AGAIN, hind])
        given(...live, rejected())
          .when(dismissed, who)
          .thenRefused('SAME_PERSON');
      given(...live, rejected())
        .when(dismissed, third)
        .thenOne('PaymentReinstructed', { clearedBy: ['Farid', 'hind'] });
    });
  });

  describe('a break is resolved', () => {
    test('by another person than reported it, was contradicted by it or paid again', () => {
      const open = broken('bank', 'payment-system');
      const history = [...live, reportedBy('farid', 'finance-officer'), againBy('hind'), open];
      given(...history)
        .when(resolve(open, 'bank-error'), farid)
        .thenRefused('SAME_PERSON');
      given(...history)
        .when(resolve(open, 'no-effect'), hind)
        .thenRefused('SAME_PERSON');
      given(...history)
        .when(resolve(open, 'recovered'), controller)
        .thenOne('PaymentBreakResolved');
      const handed = broken('farid', 'finance-officer');
      given(...live, rejected(), handed)
        .when(resolve(handed, 'bank-error'), farid)
        .thenRefused('SAME_PERSON');
    });
    test('by another person than had proposed it, or what it contradicts', () => {
      const open = broken('bank', 'payment-system');
      const failed = [proposed('rejected', 'farid'), reportedBy('hind', 'finance-officer')];
      const past = [...live, ...failed, againBy('omar'), open];
      const settled = broken('hind', 'finance-officer');
      const also = [...live, rejected(), proposed('settled', 'farid'), settled];
      const { data } = broken('hind', 'finance-officer');
      const named = was(
        'PaymentBreakRecorded',
        { ...data, source: 'camt.053', saidBy: ['farid'] },
        'hind',
      );
      for (const [history, one] of [
        [past, open],
        [also, settled],
        [[...live, rejected(), named], named],
      ] as const) {
        given(...history)
          .when(resolve(one, 'no-effect'), farid)
          .thenRefused('SAME_PERSON');
        given(...history)
          .when(resolve(one, 'no-effect'), controller)
          .thenOne('PaymentBreakResolved');
      }
    });
    test('as paid or come back once a second person says the same', () => {
      const open = broken('bank', 'payment-system');
      const first = resolutionBy('farid', open, 'counted-as-settled');
      given(...live, rejected(), open)
        .when(resolve(open, 'counted-as-settled'), farid)
        .thenOne('PaymentBreakResolutionProposed', { resolution: 'counted-as-settled' });
      given(...live, rejected(), open, first)
        .when(resolve(open, 'counted-as-settled'), farid)
        .then();
      given(...live, rejected(), open, first)
        .when(resolve(open, 'counted-as-returned'), hind)
        .thenOne('PaymentBreakResolutionProposed', { resolution: 'counted-as-returned' });
      given(...live, rejected(), open, first)
        .when(resolve(open, 'counted-as-settled'), hind)
        .thenOne('PaymentBreakResolved', {
          resolution: 'counted-as-settled',
          proposedBy: 'farid',
        });
    });
    test('on nobody’s word that was taken back', () => {
      const open = broken('bank', 'payment-system');
      const { breakId } = open.data;
      const first = resolutionBy('farid', open, 'counted-as-settled');
      const reason = 'another payment';
      const withdraw: PaymentCommand = { type: 'WithdrawResolution', breakId, reason };
      const past = [...live, rejected(), open, first];
      given(...past)
        .when(withdraw, hind)
        .thenRefused('NOTHING_PROPOSED');
      given(...past)
        .when(withdraw, by('Farid', 'finance-officer'))
        .then({ type: 'PaymentBreakResolutionWithdrawn', data: { paymentId, breakId, reason } });
      given(
        ...past,
        was('PaymentBreakResolutionWithdrawn', { paymentId, breakId, reason }, 'Farid'),
      )
        .when(resolve(open, 'counted-as-settled'), hind)
        .thenOne('PaymentBreakResolutionProposed');
      const said = proposed('rejected', 'farid');
      const takeBack: PaymentCommand = { type: 'WithdrawOutcome', reason };
      given(...live, said)
        .when(takeBack, hind)
        .thenRefused('NOTHING_PROPOSED');
      given(...live, said)
        .when(takeBack, farid)
        .then({ type: 'PaymentOutcomeWithdrawn', data: { paymentId, reason } });
      given(...live, said, was('PaymentOutcomeWithdrawn', { paymentId, reason }, 'farid'))
        .when(outcome('rejected', 1, { reason: 'AC04' }), hind)
        .thenOne('PaymentOutcomeProposed');
    });
    test('and is not taken back once a second person confirmed it', () => {
      const open = broken('bank', 'payment-system');
      const { breakId } = open.data;
      const first = resolutionBy('farid', open, 'counted-as-settled');
      const data = {
        paymentId,
        breakId,
        resolution: 'counted-as-settled' as const,
        reason: 'it is at the bank',
        proposedBy: 'farid',
      };
      given(...live, rejected(), open, first, was('PaymentBreakResolved', data, 'hind'))
        .when({ type: 'WithdrawResolution', breakId, reason: 'no' }, farid)
        .thenRefused('NOTHING_PROPOSED');
      given(
        ...live,
        proposed('rejected', 'farid'),
        was('PaymentRejected', rejected().data, 'hind', 'finance-officer'),
      )
        .when({ type: 'WithdrawOutcome', reason: 'no' }, farid)
        .thenRefused('NOTHING_PROPOSED');
      given(
        ...live,
        proposed('settled', 'farid'),
        was('PaymentRejected', rejected().data, 'hind', 'finance-officer'),
      )
        .when({ type: 'WithdrawOutcome', reason: 'no' }, farid)
        .thenOne('PaymentOutcomeWithdrawn');
    });
    test('as paid by nobody who caused it, who may propose it', () => {
      const open = broken('farid', 'finance-officer');
      const byHind = resolutionBy('hind', open, 'counted-as-settled');
      const byFarid = resolutionBy('farid', open, 'counted-as-settled');
      given(...live, rejected(), open, byHind)
        .when(resolve(open, 'counted-as-settled'), farid)
        .thenOne('PaymentBreakResolutionProposed');
      given(...live, rejected(), open, byHind, byFarid)
        .when(resolve(open, 'counted-as-settled'), hind)
        .thenOne('PaymentBreakResolved', { proposedBy: 'farid' });
    });
  });
}
