import { describe, expect, test } from '@jest/globals';
import type { Recorded } from '../../src/kernel/decider.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import {
  isForFile,
  payeeAtRelease,
  releasedPayment,
} from '../../src/use-cases/instructions/released-payment.rule.js';
import { ended, started, suspended } from './enrolment-events.fixtures.js';

const PAYMENT = 'asd-2026-01-0a0b0c0d-0000-4000-8000-000000000001';
const RELEASED_AT = '2026-01-12T10:00:00.000Z';
const event = (type: string, data: object, time = '2025-12-01T10:00:00.000Z'): Recorded =>
  ({ type, data, time }) as Recorded;
const ordered = (round: number) =>
  event('PaymentOrdered', {
    round,
    amountMinor: '50000',
    currency: 'MAD',
    region: 'MA-06',
    items: [{ period: '2026-01', code: 'child', amountMinor: '50000' }],
  });
const instructed = event('PaymentInstructed', { endToEndId: 'E1', accountId: 'first' });
const cancelled = event('PaymentCancelled', {});
const payment = (...events: readonly Recorded[]) =>
  releasedPayment(`payment-${PAYMENT}`, events, 2);

describe('a payment of the released set', () => {
  test('was ordered in the round that was released, and in no other', () => {
    expect(payment(ordered(1), ordered(2))).toMatchObject({
      paymentId: PAYMENT,
      ordered: { round: 2 },
      endToEndId: endToEndIdOf(PAYMENT, 1),
    });
    expect(payment(ordered(1))).toBeUndefined();
    expect(payment(ordered(2), ordered(3))).toBeUndefined();
  });

  test('keeps the end-to-end id that an earlier run gave it', () => {
    expect(payment(ordered(2), instructed)?.endToEndId).toBe('E1');
  });

  test('is written to no file once it is cancelled, unless a file has it', () => {
    expect(isForFile(payment(ordered(2))!)).toBe(true);
    expect(isForFile(payment(ordered(2), cancelled)!)).toBe(false);
    expect(isForFile(payment(ordered(2), instructed, cancelled)!)).toBe(true);
  });
});

describe('its account', () => {
  const personId = PAYMENT.slice(-36);
  const registered = event('PersonRegistered', {
    personId,
    sealed: { record: `person/${personId}/profile/f00` },
  });
  const account = (
    accountId: string,
    time?: string,
    sealedAs = `${personId}/account/${accountId}`,
  ) =>
    event(
      'PayeeAccountRegistered',
      { personId, accountId, kind: 'iban', sealed: { record: `person/${sealedAs}` } },
      time,
    );
  const first = [registered, account('first')];
  const changed = [...first, account('second', '2026-01-11T10:00:00.000Z')];
  const hold = { days: 7, verification: 'none' } as const;
  let enrolment: readonly Recorded[] = [started('2025-10', 1)];
  const accountOf = (person: readonly Recorded[], ...events: readonly Recorded[]) =>
    payeeAtRelease(payment(ordered(2), ...events)!, { person, enrolment }, hold, RELEASED_AT)
      ?.accountId;

  test('is none that is sealed under the name of another, or of nobody', () => {
    expect(accountOf(first)).toBe('first');
    const other = PAYMENT.slice(-36).replace(/1$/, '2');
    for (const record of [
      `${other}/account/first`,
      `${personId}/account/second`,
      `${personId}/account/first0`,
      `${personId}/profile`,
      'first',
    ])
      expect(accountOf([registered, account('first', undefined, record)])).toBeUndefined();
    expect(
      accountOf([registered, account('first', undefined, `${personId}/account/first/0f`)]),
    ).toBe('first');
    // Nor has the one before it come back: it was closed for it.
    const forged = account('second', undefined, `${other}/account/second`);
    expect(accountOf([...first, forged])).toBeUndefined();
    const named = event('PersonRegistered', {
      personId,
      sealed: { record: `person/${other}/profile` },
    });
    expect(accountOf([named, account('first')])).toBeUndefined();
  });

  test('is the one that the payee has, unless it is held', () => {
    expect(accountOf(first)).toBe('first');
    expect(accountOf(changed)).toBeUndefined();
    expect(accountOf([registered])).toBeUndefined();
    expect(accountOf([...first, event('PersonErased', {})])).toBeUndefined();
  });

  test('is none where the household is not due the month any more', () => {
    const since = (...events: readonly Recorded[]) => {
      enrolment = [started('2025-10', 1), ...events];
      return [accountOf(first), accountOf(first, instructed)];
    };
    expect(since(suspended('2026-01'))).toEqual([undefined, 'first']);
    expect(since(ended('2025-12'))).toEqual([undefined, 'first']);
    expect(since(suspended('2026-02'))).toEqual(['first', 'first']);
    expect(since(ended('2026-01'))).toEqual(['first', 'first']);
  });

  test('is none where it is not due a month any more that the payment carries arrears of', () => {
    const carrying = (amountMinor: string, position: number) => ({
      ...ordered(2),
      position,
      data: {
        ...ordered(2).data,
        items: [
          { period: '2026-01', code: 'child', amountMinor: '50000' },
          { period: '2025-11', code: 'arrears', amountMinor },
        ],
      },
    });
    enrolment = [
      started('2025-10', 1),
      suspended('2025-11'),
      event('EnrolmentReinstated', { fromPeriod: '2025-12' }),
    ].map((one, position) => ({ ...one, position }));
    const accountFor = (amountMinor: string, orderedAt = 0) =>
      payeeAtRelease(
        payment(carrying(amountMinor, orderedAt) as Recorded)!,
        { person: first, enrolment },
        hold,
        RELEASED_AT,
      )?.accountId;
    expect(accountFor('50000')).toBeUndefined();
    expect(accountFor('50000', 1)).toBe('first');
    expect(accountFor('-50000')).toBe('first');
    enrolment = [started('2025-10', 1)];
    expect(accountFor('50000')).toBe('first');
  });

  test('is the one that an earlier run took, whatever came since', () => {
    expect(accountOf(changed, instructed)).toBe('first');
    const held = event('PaymentInstructed', { endToEndId: 'E1', accountId: 'second' });
    expect(accountOf(changed, held)).toBe('second');
  });
});
