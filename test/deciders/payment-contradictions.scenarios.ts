import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import { paymentDecider, type PaymentCommand } from '../../src/payment/payment.decider.js';
import { spentMinor, type PaymentEvent } from '../../src/payment/payment.state.js';
import { was } from './given.js';
import {
  afterReport,
  debit,
  order,
  ordered,
  instructed,
  rejected,
  outcome,
  returned,
  settled,
  again,
  given,
  bank,
  said,
  breakIdOf,
  resolved,
  broken,
  officer,
  resolve,
} from './payment.fixtures.js';

const resolvedAs = (breakId: string, resolution: 'bank-error') =>
  was('PaymentBreakResolved', {
    paymentId: order.paymentId,
    breakId,
    resolution,
    reason: 'the bank says so',
  });

/** The scenarios of what banks say that contradicts itself, told by the spec of payments. */
export function contradictionScenarios(): void {
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
        .when(resolve(open, 'bank-error'), officer)
        .then({ type: 'PaymentBreakResolved', data: resolved(open, 'bank-error').data });
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
        .thenOne('PaymentBreakResolutionProposed');
    });
    describe('a part that came back', () => {
      const part = (reportedMinor: string) =>
        was('PaymentBreakRecorded', {
          ...said(1),
          breakId: breakIdOf(1, 'returned', 'AC04', reportedMinor),
          kind: 'amount-differs',
          reported: 'returned',
          reportedMinor,
          reason: 'AC04',
        });
      const counted = (one: ReturnType<typeof part>, returnedMinor?: string) =>
        was('PaymentBreakResolved', {
          ...resolved(one, 'counted-as-returned').data,
          ...(returnedMinor === undefined ? {} : { returnedMinor }),
        });
      const costOf = (...past: readonly Foldable<PaymentEvent>[]): bigint =>
        spentMinor(fold(paymentDecider, past));
      const most = part('49500');

      test('is what is given back, and the rest stays spent', () => {
        const proposed = was(
          'PaymentBreakResolutionProposed',
          { ...resolved(most, 'counted-as-returned').data, resolution: 'counted-as-returned' },
          'hind',
          'finance-officer',
        );
        given(...live, settled(), most, proposed)
          .when(resolve(most, 'counted-as-returned'), officer)
          .thenOne('PaymentBreakResolved', { returnedMinor: '49500' });
        const back = [...live, settled(), most, counted(most, '49500')];
        expect(fold(paymentDecider, back).status).toBe('returned');
        expect(costOf(...back)).toBe(500n);
        expect(costOf(...back, again, settled(2))).toBe(50_500n);
      });
      test('and another part later is given back, too, and no more than was paid', () => {
        const back = [...live, settled(), most, counted(most, '49500')];
        const rest = part('400');
        expect(costOf(...back, rest, counted(rest, '400'))).toBe(100n);
        const more = part('900');
        expect(costOf(...back, more, counted(more, '900'))).toBe(0n);
      });
      test('more than all of it is all of it', () => {
        const more = part('50500');
        const proposed = was(
          'PaymentBreakResolutionProposed',
          { ...resolved(more, 'counted-as-returned').data, resolution: 'counted-as-returned' },
          'hind',
          'finance-officer',
        );
        given(...live, settled(), more, proposed)
          .when(resolve(more, 'counted-as-returned'), officer)
          .then({
            type: 'PaymentBreakResolved',
            data: { ...resolved(more, 'counted-as-returned').data, proposedBy: 'hind' },
          });
        expect(costOf(...live, settled(), more, counted(more))).toBe(0n);
      });
      test('of what never left costs nothing', () => {
        expect(costOf(...live, most, counted(most, '49500'))).toBe(0n);
      });
    });
    describe('news that is the same but for its day, or for what it contradicts', () => {
      const far = (day: string) => debit('K1', { settledOn: day, bookedOn: day });
      const odd = afterReport(live, far('2099-01-01'));
      const [first] = fold(paymentDecider, odd).breakIds;
      const refused = [...odd, resolvedAs(first!, 'bank-error'), rejected()] as const;
      test('is seen where the bank mends the day of a booking, which contradicts by now', () => {
        given(...refused)
          .when(far('2026-02-01'), bank)
          .thenOne('PaymentBreakRecorded', { kind: 'settled-after-rejected' });
        const twice = afterReport(refused, far('2026-02-01'));
        given(...twice)
          .when(far('2026-02-01'), bank)
          .then();
      });
      test('is seen where a payment system says it without a reference, too', () => {
        const on = (settledOn: string) => outcome('settled', 1, { settledOn });
        const heard = afterReport(live, on('2099-01-01'));
        given(...heard, rejected())
          .when(on('2026-02-01'), bank)
          .thenOne('PaymentBreakRecorded', { kind: 'settled-after-rejected' });
      });
      test('is seen where the mended day cannot be either', () => {
        given(...odd)
          .when(far('1999-01-01'), bank)
          .thenOne('PaymentBreakRecorded', { kind: 'date-implausible', reportedOn: '1999-01-01' });
        given(...odd)
          .when(far('2099-01-01'), bank)
          .then();
      });
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
}
