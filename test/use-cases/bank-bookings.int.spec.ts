import { describe, expect, test } from '@jest/globals';
import { uetrOf } from '../../src/kernel/ids.js';
import {
  amountOf,
  breaksOf,
  e2e,
  money,
  refs,
  statementOf,
  statusOf,
  two,
  waiting,
  type Booking,
} from './bank-agrees.fixtures.js';
import { take, violations, world, type Paid } from './bank-messages.fixtures.js';

const reference = (text: string): string => `<AcctSvcrRef>${text}</AcctSvcrRef>`;
const debit = (paid: Paid, ref = '', more: Partial<Booking> = {}): Booking => ({
  amount: money(paid),
  details: [e2e(paid.endToEndId)],
  inner: ref === '' ? '' : reference(ref),
  ...more,
});

describe('a second booking', () => {
  test('under the very same reference is one where one statement has both, and each is counted', async () => {
    const [one] = await two();
    await take(statementOf([debit(one, 'K1'), debit(one, 'K1'), debit(one, 'K1')]));
    expect(await breaksOf(one)).toEqual(['booked-twice', 'booked-twice']);
    await take(statementOf([debit(one, 'K1'), debit(one, 'K1')], undefined, 'camt.054'));
    expect(await breaksOf(one)).toEqual(['booked-twice', 'booked-twice']);
    expect(await violations()).toEqual([]);
  });
  test('under a reference that is no text is told by its day, and the reference is never kept', async () => {
    const [one] = await two();
    const turned = 'K\u202e7';
    await take(statementOf([debit(one, turned)]));
    await take(statementOf([debit(one, `${turned}7`)], undefined, 'camt.054'));
    expect(await statusOf(one)).toBe('settled');
    expect(await breaksOf(one)).toEqual([]);
    await take(statementOf([debit(one, turned, { bookedOn: '2026-01-06' })]));
    expect(await breaksOf(one)).toEqual(['booked-twice']);
    const { events } = await world.engine.store.readAll(-1, 100_000);
    expect(events.filter(({ data }) => JSON.stringify(data).includes('\u202e'))).toEqual([]);
  });
  test('in the details of one entry is one: the entry is of both', async () => {
    const [one] = await two();
    const detail = e2e(one.endToEndId) + amountOf(money(one));
    await take(
      statementOf([
        {
          amount: money(one, BigInt(one.amountMinor)),
          details: [detail, detail],
          inner: reference('K1'),
        },
      ]),
    );
    expect(await statusOf(one)).toBe('settled');
    expect(await breaksOf(one)).toEqual(['booked-twice']);
  });
  test('that does not fit either is seen besides the first', async () => {
    const [one, other] = await two();
    const less = (ref: string): Booking => debit(one, ref, { amount: money(one, -100n) });
    const late = (ref: string): Booking => debit(other, ref, { bookedOn: '2099-01-01' });
    await take(statementOf([less('K1'), less('K2'), late('K3'), late('K4')]));
    expect(await breaksOf(one)).toEqual(['amount-differs', 'amount-differs']);
    expect(await breaksOf(other)).toEqual(['date-implausible', 'date-implausible']);
    await take(statementOf([less('K2'), late('K4')], undefined, 'camt.054'));
    expect([await breaksOf(one), await breaksOf(other)].flat()).toHaveLength(4);
  });
});

describe('what an entry says it is of', () => {
  test('the UETR of another payment of ours settles neither, and one of the bank is its own', async () => {
    const [one, other] = await two();
    const with1 = (uetr: string): Booking =>
      debit(one, '', {
        details: [refs(`<EndToEndId>${one.endToEndId}</EndToEndId><UETR>${uetr}</UETR>`)],
      });
    await take(statementOf([with1(uetrOf(other.paymentId, 1))]));
    expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'instructed']);
    const each = ['REFERENCES_DIFFER', one.amountMinor];
    expect(await waiting()).toEqual([each, each]);
    await take(statementOf([with1('97ed4827-7b6f-4491-a06f-b548d5a7512d')]));
    expect(await statusOf(one)).toBe('settled');
  });
  test('our end-to-end id is found in the transaction id, too', async () => {
    const [one] = await two();
    const detail = refs(`<EndToEndId>NOTPROVIDED</EndToEndId><TxId>${one.endToEndId}</TxId>`);
    await take(statementOf([debit(one, '', { details: [detail] })]));
    expect(await statusOf(one)).toBe('settled');
  });
  test("an account whose check digits are wrong is nobody's", async () => {
    const [one] = await two();
    await take(statementOf([debit(one)], 'MA65007810000000000000000109'));
    expect(await statusOf(one)).toBe('instructed');
    expect(await waiting()).toEqual([['ACCOUNT_DIFFERS', one.amountMinor]]);
  });
  test('an entry that does not say that it is booked waits', async () => {
    const [one, other] = await two();
    const odd = statementOf([debit(one), debit(other)])
      .replace('BOOK', 'GEBUCHT')
      .replace('<Sts>BOOK</Sts>', '');
    await take(odd);
    expect((await waiting()).map(([code]) => code)).toEqual(['STATUS_UNKNOWN', 'STATUS_UNKNOWN']);
    expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'instructed']);
  });
});
