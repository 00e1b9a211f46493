import { describe, expect, test } from '@jest/globals';
import { streams } from '../../src/kernel/ids.js';
import { pain002Of } from '../support/bank-messages.js';
import {
  breaksOf,
  e2e,
  money,
  statementOf,
  statusOf,
  two,
  type Booking,
} from './bank-agrees.fixtures.js';
import { take, violations, world, type Paid } from './bank-messages.fixtures.js';

const debit = (paid: Paid, reference = '', bookedOn = '2026-01-05'): Booking => ({
  amount: money(paid),
  details: [e2e(paid.endToEndId)],
  bookedOn,
  inner: reference === '' ? '' : `<AcctSvcrRef>${reference}</AcctSvcrRef>`,
});
/** A statement of its own id, and its time where one is given. */
const named = (id: string, entries: readonly Booking[], days?: readonly [string, string]): string =>
  statementOf(entries).replace(
    /<Id>S-1-1<\/Id>(<CreDtTm>[^<]*<\/CreDtTm>)/,
    `<Id>${id}</Id>$1${days ? `<FrToDt><FrDtTm>${days[0]}T00:00:00</FrDtTm><ToDtTm>${days[1]}T23:59:59</ToDtTm></FrToDt>` : ''}`,
  );
const bookedUnder = async ({ paymentId }: Paid) =>
  (await world.engine.store.readStream(streams.payment(paymentId))).flatMap((event) =>
    event.type === 'PaymentBooked' ? [event.data.reference] : [],
  );
const settledByStatus = (...paid: readonly Paid[]): Promise<unknown> =>
  take(
    pain002Of(
      paid.map((one) => ({
        endToEndId: one.endToEndId,
        amount: money(one),
        what: 'settled' as const,
      })),
      {},
      { originalId: paid[0]!.messageId },
    ),
  );

describe('a payment that a status settled', () => {
  test('is booked under the first debit, and the second is a break, whatever file they are in', async () => {
    const [one, other] = await two();
    await settledByStatus(one, other);
    const answer = await take(named('S1', [debit(one, 'K1')]));
    expect(answer.outcomes).toMatchObject({ applied: 0, unchanged: 1, breaks: 0 });
    await take(named('S2', [debit(one, 'K2', '2026-01-06')]));
    expect(await bookedUnder(one)).toEqual(['K1']);
    expect(await breaksOf(one)).toEqual(['booked-twice']);
    await take(named('S3', [debit(other, 'K3'), debit(other, 'K4')]));
    expect(await breaksOf(other)).toEqual(['booked-twice']);
    await take(named('S1', [debit(one, 'K1'), debit(other, 'K3')]));
    expect([await breaksOf(one), await breaksOf(other)].flat()).toHaveLength(2);
    expect([await statusOf(one), await statusOf(other)]).toEqual(['settled', 'settled']);
    expect(await violations()).toEqual([]);
  });
});

describe('debits without any reference of the bank', () => {
  test('are two where their days or their statements are, in files one after the other', async () => {
    const [one, other] = await two();
    await take(named('S1', [debit(one), debit(other)]));
    await take(named('S2', [debit(one, '', '2026-01-07')]));
    await take(named('S3', [debit(other)]));
    expect([await breaksOf(one), await breaksOf(other)]).toEqual([
      ['booked-twice'],
      ['booked-twice'],
    ]);
    expect(await violations()).toEqual([]);
  });
  test('are one in the notification and the statement of a day, and in that of the month', async () => {
    const [one] = await two();
    await take(statementOf([debit(one)], undefined, 'camt.054'));
    const day = named('S5', [debit(one)], ['2026-01-05', '2026-01-05']);
    await take(day);
    await take(named('M1', [debit(one)], ['2026-01-01', '2026-01-31']));
    await take(`${day} `);
    expect(await breaksOf(one)).toEqual([]);
    expect(await violations()).toEqual([]);
  });
});
