import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { formatAmount } from '../../src/kernel/money.js';
import { uetrOf } from '../../src/kernel/ids.js';
import { closeCycleParts } from '../../src/use-cases/cycles/close-cycle.js';
import { leaveOut } from '../support/left-out.js';
import { pain002Of } from '../support/bank-messages.js';
import {
  amountOf,
  breaksOf,
  e2e,
  entries,
  money,
  refs,
  statementOf,
  statusOf,
  two,
  waiting,
  type Booking,
} from './bank-agrees.fixtures.js';
import { figures, payments, take, violations, world, type Paid } from './bank-messages.fixtures.js';

const cases = join(process.env['REFERENCE_DATA'] ?? '', 'cases', 'bank');

describe('an amount that cannot be read', () => {
  test.each([
    ['1.005', amountOf('1.005')],
    ['a sign', amountOf('-500.00')],
    ['words', amountOf('viel')],
    ['a comma', amountOf('1,00')],
    ['no currency', '<Amt>500.00</Amt>'],
    ['another currency', '<Amt Ccy="XYZ">500.00</Amt>'],
    ['nothing', '<Amt Ccy="MAD"></Amt>'],
  ])('settles nothing: %s', async (_, amount) => {
    const [one] = await two();
    await take(statementOf([{ amount, details: [e2e(one.endToEndId)] }]));
    expect(await statusOf(one)).toBe('instructed');
    expect((await waiting())[0]![0]).toBe('ENTRY_INVALID');
    expect((await figures()).outstandingCount).toBe((await payments()).length);
  });
});

describe('the details of an entry', () => {
  test('that come to it with the charges of the bank settle, and a person sees the charges', async () => {
    const [one] = await two();
    const charges = `<Chrgs><Rcrd><Amt Ccy="MAD">26.00</Amt></Rcrd></Chrgs>`;
    const detail = e2e(one.endToEndId) + amountOf(money(one)) + charges;
    await take(statementOf([{ amount: money(one, 2_600n), details: [detail] }]));
    expect(await statusOf(one)).toBe('settled');
    expect(await waiting()).toEqual([['BANK_CHARGES', '2600']]);
  });
  test('that are less or more than it settle nothing', async () => {
    const [one, other] = await two();
    const detail = (paid: Paid): string => e2e(paid.endToEndId) + amountOf(money(paid));
    await take(
      statementOf([
        { amount: money(one, 2_600n), details: [detail(one)] },
        { amount: '100.00', details: [detail(other)] },
      ]),
    );
    expect(await statusOf(one)).toBe('instructed');
    expect(await statusOf(other)).toBe('instructed');
    expect((await waiting()).map(([code]) => code)).toEqual(['ENTRY_DIFFERS', 'ENTRY_DIFFERS']);
  });
  test('without amounts settle nothing where there are several', async () => {
    const [one, other] = await two();
    const details = [e2e(one.endToEndId), e2e(other.endToEndId)];
    const total = formatAmount(BigInt(one.amountMinor) + BigInt(other.amountMinor), 'MAD');
    await take(statementOf([{ amount: total, details }]));
    expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'instructed']);
  });
  test('that leave out some of a batch settle what they name, and the rest is an entry', async () => {
    const [one] = await two();
    const btch = '<Btch><NbOfTxs>2</NbOfTxs></Btch>';
    const detail = e2e(one.endToEndId) + amountOf(money(one));
    await take(statementOf([{ amount: money(one, 70_000n), details: [btch, detail] }]));
    expect(await statusOf(one)).toBe('settled');
    expect(await waiting()).toEqual([['DETAILS_MISSING', '70000']]);
  });
  test('in another currency than the entry settle nothing; an instructed amount beside it is not read', async () => {
    const [one, other] = await two();
    await take(
      statementOf([
        {
          amount: money(one),
          details: [`${e2e(one.endToEndId)}<Amt Ccy="EUR">${money(one)}</Amt>`],
        },
        {
          amount: money(other),
          details: [
            `${e2e(other.endToEndId)}<AmtDtls><InstdAmt><Amt Ccy="EUR">46.00</Amt></InstdAmt></AmtDtls>`,
          ],
        },
      ]),
    );
    expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'settled']);
  });
  test('that say nothing leave a booking of a whole message of ours', async () => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const btch = `<Btch><PmtInfId>${all[0]!.messageId}      </PmtInfId></Btch>`;
    const file = statementOf([
      { amount: formatAmount(total, 'MAD'), details: [btch, '<Purp><Cd>SALA</Cd></Purp>'] },
    ]);
    expect((await take(file)).outcomes).toMatchObject({ applied: all.length });
    expect((await figures()).settledCount).toBe(all.length);
  });
  test('of a batch of as many as ours, of which one stands there that is not provided, too', async () => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const batch = (count: number): string =>
      `<Btch><PmtInfId>${all[0]!.messageId}</PmtInfId><NbOfTxs>${count}</NbOfTxs></Btch>`;
    const amount = formatAmount(total, 'MAD');
    const detail = e2e('NOTPROVIDED') + amountOf(amount);
    await take(statementOf([{ amount, details: [batch(all.length + 1), detail] }]));
    expect(await waiting()).toEqual([['BATCH_DIFFERS', String(total)]]);
    await take(statementOf([{ amount, details: [batch(all.length), detail] }]));
    expect((await figures()).settledCount).toBe(all.length);
  });
  test('of one that is a batch without a reference of its own, too, and never of another sum', async () => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const detail = refs(
      `<PmtInfId>${all[0]!.messageId}</PmtInfId><EndToEndId>NOTPROVIDED</EndToEndId>`,
    );
    await take(statementOf([{ amount: formatAmount(total - 1n, 'MAD'), details: [detail] }]));
    expect(await waiting()).toMatchObject([['BATCH_DIFFERS', String(total - 1n)]]);
    await take(statementOf([{ amount: formatAmount(total, 'MAD'), details: [detail] }]));
    expect((await figures()).settledCount).toBe(all.length);
  });
});

describe('references', () => {
  test('are found in the instruction id or the UETR where the end-to-end id is not provided', async () => {
    const [one, other] = await two();
    const uetr = uetrOf(other.paymentId, 1).toUpperCase();
    const none = '<EndToEndId>NOTPROVIDED</EndToEndId>';
    await take(
      statementOf([
        {
          amount: money(one),
          details: [refs(`<InstrId>${one.endToEndId}</InstrId>${none}`)],
        },
        { amount: money(other), details: [refs(`${none}<UETR>${uetr}</UETR>`)] },
      ]),
    );
    expect([await statusOf(one), await statusOf(other)]).toEqual(['settled', 'settled']);
  });
  test('of two payments in one transaction settle neither', async () => {
    const [one, other] = await two();
    const detail = refs(
      `<InstrId>${one.endToEndId}</InstrId><EndToEndId>${other.endToEndId}</EndToEndId>`,
    );
    await take(statementOf([{ amount: money(one), details: [detail] }]));
    expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'instructed']);
    const each = ['REFERENCES_DIFFER', one.amountMinor];
    expect(await waiting()).toEqual([each, each]);
    expect(new Set((await entries()).map(({ paymentId }) => paymentId))).toEqual(
      new Set([one.paymentId, other.paymentId]),
    );
  });
});

describe('a second booking', () => {
  test('under another reference of the bank is a break, in the same statement or another', async () => {
    const [one] = await two();
    const debit = (reference: string): Booking => ({
      amount: money(one),
      details: [e2e(one.endToEndId)],
      inner: `<AcctSvcrRef>${reference}</AcctSvcrRef>`,
    });
    await take(statementOf([debit('BK1'), debit('BK2')]));
    expect(await breaksOf(one)).toEqual(['booked-twice']);
    await take(statementOf([debit('BK1')], asdProgramme.debtor.iban, 'camt.054'));
    expect(await breaksOf(one)).toEqual(['booked-twice']);
    await take(statementOf([debit('BK3')]));
    expect(await breaksOf(one)).toEqual(['booked-twice', 'booked-twice']);
    expect(await violations()).toEqual([]);
  });
  test('is the same where a statement books a message as one and a notification lists it', async () => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const amount = formatAmount(total, 'MAD');
    const btch = `<Btch><PmtInfId>${all[0]!.messageId}</PmtInfId></Btch>`;
    const entry = (reference: string): string => `<AcctSvcrRef>${reference}</AcctSvcrRef>`;
    await take(statementOf([{ amount, details: [btch], inner: entry('N1') }]));
    const details = all.map(
      (paid, i) => e2e(paid.endToEndId, entry(`T${i}`)) + amountOf(money(paid)),
    );
    const listed = [{ amount, details, inner: entry('N1') }];
    expect((await take(statementOf(listed, undefined, 'camt.054'))).outcomes).toMatchObject({
      unchanged: all.length,
      breaks: 0,
    });
    const again = statementOf([{ amount, details: [btch], inner: entry('N2') }]);
    expect((await take(again)).outcomes).toMatchObject({ breaks: all.length });
  });
  test('is not told by the running number of an entry', async () => {
    const [one] = await two();
    const debit = { amount: money(one), details: [e2e(one.endToEndId)] };
    const numbered = (number: number, family: 'camt.053' | 'camt.054'): string =>
      statementOf([debit], undefined, family).replace(
        '<Ntry>',
        `<Ntry><NtryRef>${number}</NtryRef>`,
      );
    await take(numbered(1, 'camt.054'));
    await take(numbered(7, 'camt.053'));
    expect(await breaksOf(one)).toEqual([]);
  });
  test('of a whole message without references is one where one statement has both', async () => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const btch = `<Btch><PmtInfId>${all[0]!.messageId}</PmtInfId></Btch>`;
    const booked = { amount: formatAmount(total, 'MAD'), details: [btch] };
    expect((await take(statementOf([booked, booked]))).outcomes).toMatchObject({
      applied: all.length,
      breaks: all.length,
    });
  });
  test('of one payment of it besides the whole message is one, in the same statement', async () => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const btch = `<Btch><PmtInfId>${all[0]!.messageId}</PmtInfId></Btch>`;
    const whole = { amount: formatAmount(total, 'MAD'), details: [btch] };
    const one = { amount: money(all[3]!), details: [e2e(all[3]!.endToEndId)] };
    expect((await take(statementOf([whole, one]))).outcomes).toMatchObject({
      applied: all.length,
      breaks: 1,
    });
    expect(await breaksOf(all[3]!)).toEqual(['booked-twice']);
  });
  test('without references is one where one statement has both', async () => {
    const [one] = await two();
    const debit = { amount: money(one), details: [e2e(one.endToEndId)] };
    await take(statementOf([debit]));
    await take(statementOf([debit], asdProgramme.debtor.iban, 'camt.054'));
    expect(await breaksOf(one)).toEqual([]);
    await take(statementOf([debit, debit]));
    expect(await breaksOf(one)).toEqual(['booked-twice']);
  });
});

test('a cycle stays open while an entry waits that names a payment or a message of it', async () => {
  const all = await payments();
  const [differs, unread, elsewhere, came, oneOf, other] = all;
  const message = all[0]!.messageId;
  const two = `<InstrId>${oneOf!.endToEndId}</InstrId><EndToEndId>${other!.endToEndId}</EndToEndId>`;
  await take(
    statementOf([
      {
        amount: money(differs!, 2_600n),
        details: [e2e(differs!.endToEndId) + amountOf(money(differs!))],
      },
      { amount: 'viel', details: [e2e(unread!.endToEndId)] },
      {
        amount: '1.00',
        direction: 'CRDT',
        details: [refs(`<UETR>${uetrOf(came!.paymentId, 1)}</UETR>`)],
      },
      { amount: '1.00', details: [refs(two)] },
      {
        amount: '100.00',
        details: [`<Btch><PmtInfId>${message}</PmtInfId><TtlAmt Ccy="MAD">1.00</TtlAmt></Btch>`],
      },
    ]),
  );
  const foreign = { amount: money(elsewhere!), details: [e2e(elsewhere!.endToEndId)] };
  await take(statementOf([foreign], 'MA64011519000001205000534921'));
  const named = (await entries()).map(({ code, paymentId, messageId }) => [
    code,
    paymentId ?? messageId,
  ]);
  expect(new Set(named)).toEqual(
    new Set([
      ['ENTRY_DIFFERS', differs!.paymentId],
      ['ENTRY_INVALID', unread!.paymentId],
      ['CREDIT_UNCLEAR', came!.paymentId],
      ['REFERENCES_DIFFER', oneOf!.paymentId],
      ['REFERENCES_DIFFER', other!.paymentId],
      ['ENTRY_DIFFERS', message],
      ['ACCOUNT_DIFFERS', elsewhere!.paymentId],
    ]),
  );
  await expect(closeCycleParts(world.engine, { cycleId: 'asd-2025-12' })).rejects.toMatchObject({
    code: 'ENTRIES_OPEN',
    detail: expect.stringMatching(/^7 entries/),
  });
});

describe('an account, a day and a sum', () => {
  test('of another account settle nothing, and both are named', async () => {
    const [one] = await two();
    const file = statementOf(
      [{ amount: money(one), details: [e2e(one.endToEndId)] }],
      'MA64011519000001205000534921',
    );
    await take(file);
    expect(await statusOf(one)).toBe('instructed');
    expect((await entries())[0]).toMatchObject({
      code: 'ACCOUNT_DIFFERS',
      detail: expect.stringMatching(/…4921.*…0109/),
    });
  });
  test('a statement without an account waits for a person', async () => {
    const [one] = await two();
    const file = statementOf([{ amount: money(one), details: [e2e(one.endToEndId)] }], '');
    expect(await take(file)).toMatchObject({ status: 'quarantined', code: 'ELEMENT_MISSING' });
  });
  test('of a day that cannot be is a break', async () => {
    const [one, other] = await two();
    const on = (paid: Paid, bookedOn: string): Booking => ({
      amount: money(paid),
      details: [e2e(paid.endToEndId)],
      bookedOn,
    });
    await take(statementOf([on(one, '2099-12-31'), on(other, '1999-01-01')]));
    expect([await breaksOf(one), await breaksOf(other)]).toEqual([
      ['date-implausible'],
      ['date-implausible'],
    ]);
  });
  test('a group status with another control sum is of no message of ours', async () => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const group = { originalId: all[0]!.messageId, status: 'ACSC', count: all.length };
    const file = (sum: bigint): string =>
      pain002Of([], {}, group).replace(
        /(<OrgnlNbOfTxs>[^<]*<\/OrgnlNbOfTxs>)/,
        `$1<OrgnlCtrlSum>${formatAmount(sum, 'MAD')}000</OrgnlCtrlSum>`,
      );
    await take(file(total + 1n));
    expect(await waiting()).toMatchObject([['BATCH_DIFFERS', undefined]]);
    await take(file(total));
    expect((await figures()).settledCount).toBe(all.length);
  });
});

describe('files that are none', () => {
  test.each([
    ['zip', [0x50, 0x4b, 0x03, 0x04]],
    ['gzip', [0x1f, 0x8b]],
    ['zip', [0x50, 0x4b, 0x05, 0x06]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['rar', [0x52, 0x61, 0x72, 0x21]],
    ['tar', [...Buffer.from('s.xml'.padEnd(257, '\0')), ...Buffer.from('ustar')]],
  ])('a %s archive is refused as one', async (kind, magic) => {
    expect(await take(Uint8Array.from([...magic, ...Buffer.alloc(600)]))).toMatchObject({
      status: 'quarantined',
      code: 'ARCHIVE_REFUSED',
      detail: expect.stringContaining(kind),
    });
  });
  test('the place of a byte that is none of the encoding is its own', async () => {
    const [one] = await two();
    const lines = Array.from({ length: 300 }, () => '<!-- é -->').join('\n');
    const whole = statementOf([{ amount: money(one), details: [e2e(one.endToEndId)] }]);
    const bytes = Buffer.from(whole.replace('<Stmt>', `\n${lines}\nab?<Stmt>`));
    bytes[bytes.indexOf('ab?') + 2] = 0xff;
    expect(await take(bytes)).toMatchObject({
      code: 'ENCODING_INVALID',
      detail: expect.stringContaining('Line 302, column 3'),
    });
  });
});

describe('cases that went wrong', () => {
  if (!existsSync(cases)) {
    test('are left out', () => leaveOut('bank cases: the reference data is not here'));
    return;
  }
  test('none of them settles anything that is not instructed here', async () => {
    for (const name of readdirSync(cases).sort())
      for (const file of readdirSync(join(cases, name)).sort())
        await take(readFileSync(join(cases, name, file)), file);
    const { settledCount, openBreaks } = await figures();
    expect([settledCount, openBreaks]).toEqual([0, 0]);
  });
});
