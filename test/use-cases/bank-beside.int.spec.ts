import { describe, expect, test } from '@jest/globals';
import { formatAmount } from '../../src/kernel/money.js';
import { streams } from '../../src/kernel/ids.js';
import { assignEntry } from '../../src/use-cases/statements/bank-entries.js';
import { releaseMessage, takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { inPieces } from '../support/bank-messages.js';
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
import { as, by, job } from './world.js';

/** What stands beside what is usual: it is held against all else that the message says. */

const answerOf = ({ endToEndId }: Paid, more: string, status = 'ACSC', version = '14'): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.${version}">` +
  '<CstmrPmtStsRpt><GrpHdr><MsgId>P-1</MsgId><CreDtTm>2026-01-05T10:00:00</CreDtTm></GrpHdr>' +
  '<OrgnlGrpInfAndSts><OrgnlMsgId>ASD-2025-12-0001</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>' +
  '<OrgnlPmtInfAndSts><OrgnlPmtInfId>ASD-2025-12-0001</OrgnlPmtInfId><TxInfAndSts>' +
  `<OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId><TxSts>${status}</TxSts>${more}` +
  '</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>';

describe('an amount of a status report', () => {
  const txRef = (inner: string): string => `<OrgnlTxRef>${inner}</OrgnlTxRef>`;
  const alone: readonly [string, (amount: string) => string][] = [
    ['IntrBkSttlmAmt', (amount) => txRef(`<IntrBkSttlmAmt Ccy="MAD">${amount}</IntrBkSttlmAmt>`)],
    [
      'EqvtAmt',
      (amount) =>
        txRef(
          `<Amt><EqvtAmt><Amt Ccy="MAD">${amount}</Amt><CcyOfTrf>MAD</CcyOfTrf></EqvtAmt></Amt>`,
        ),
    ],
    [
      'ConfdAmt',
      (amount) =>
        `<TrckrData><ConfdDt><Dt>2026-01-05</Dt></ConfdDt><ConfdAmt Ccy="MAD">${amount}</ConfdAmt></TrckrData>`,
    ],
  ];
  test.each(alone)('is held against the payment where it is %s alone', async (_, element) => {
    const [one, other] = await two();
    await take(answerOf(one, element('1.00')), 'less.xml');
    await take(answerOf(other, element(money(other))), 'whole.xml');
    expect([await statusOf(one), await breaksOf(one)]).toEqual(['instructed', ['amount-differs']]);
    expect(await statusOf(other)).toBe('settled');
  });
  test.each(alone.slice(1))('is held against what was instructed: %s', async (_, element) => {
    const [one] = await two();
    const instructed = `<InstdAmt Ccy="MAD">${money(one)}</InstdAmt>`;
    const said = element('1.00');
    const beside = said.startsWith('<Trckr')
      ? said + txRef(`<Amt>${instructed}</Amt>`)
      : said.replace(
          '</OrgnlTxRef>',
          `<IntrBkSttlmAmt Ccy="MAD">${money(one)}</IntrBkSttlmAmt></OrgnlTxRef>`,
        );
    await take(answerOf(one, beside));
    expect(await statusOf(one)).toBe('instructed');
    expect(await waiting()).toMatchObject([['ENTRY_INVALID', expect.anything()]]);
  });
});

describe('somebody else’s end-to-end id', () => {
  const rent = (id: string): string =>
    refs(`<InstrId>${id}</InstrId><EndToEndId>RENT-2026-07</EndToEndId>`);
  test('beside our instruction id settles nothing and returns nothing', async () => {
    const [one, other] = await two();
    await take(statementOf([{ amount: money(other), details: [e2e(other.endToEndId)] }]));
    await take(
      statementOf([
        { amount: money(one), details: [rent(one.endToEndId)] },
        {
          amount: money(other),
          direction: 'CRDT',
          details: [`${rent(other.endToEndId)}<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>`],
        },
      ]),
      'rent.xml',
    );
    expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'settled']);
    expect((await waiting()).map(([code]) => code)).toEqual([
      'REFERENCES_DIFFER',
      'REFERENCES_DIFFER',
    ]);
  });
  test('in a status report, beside our instruction id, rejects nothing', async () => {
    const [one] = await two();
    const file = answerOf(one, '', 'RJCT').replace(
      `<OrgnlEndToEndId>${one.endToEndId}`,
      `<OrgnlInstrId>${one.endToEndId}</OrgnlInstrId><OrgnlEndToEndId>RENT-2026-07`,
    );
    await take(file);
    expect(await statusOf(one)).toBe('instructed');
    expect((await waiting()).map(([code]) => code)).toEqual(['REFERENCES_DIFFER']);
  });
});

describe('details that say nothing of their own', () => {
  const wholeOf = async (): Promise<readonly [string, string]> => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    return [all[0]!.messageId, formatAmount(total, 'MAD')];
  };
  test('but that they came back settle no message', async () => {
    const [messageId, amount] = await wholeOf();
    const detail = `${refs(`<PmtInfId>${messageId}</PmtInfId>`)}<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>`;
    await take(statementOf([{ amount, details: [detail] }]));
    expect((await figures()).settledCount).toBe(0);
    expect((await waiting()).map(([code]) => code)).toEqual(['BOOKING_UNCLEAR']);
  });
  test.each([
    ['another message', '<Refs><PmtInfId>THEIRS</PmtInfId></Refs>'],
    ['another direction', '<Refs><PmtInfId>OURS</PmtInfId></Refs><CdtDbtInd>CRDT</CdtDbtInd>'],
    [
      'another code',
      '<Refs><PmtInfId>OURS</PmtInfId></Refs><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>',
    ],
  ])('of %s beside settle none', async (_, other) => {
    const [messageId, amount] = await wholeOf();
    const own = refs('<PmtInfId>OURS</PmtInfId>');
    const details = [own, other].map((one) => one.replaceAll('OURS', messageId));
    await take(statementOf([{ amount, details }]), 'one.xml');
    await take(statementOf([{ amount, details: details.toReversed() }]), 'two.xml');
    expect((await figures()).settledCount).toBe(0);
    const codes = (await waiting()).map(([code]) => code);
    expect(new Set(codes)).toEqual(new Set(['ENTRY_INVALID']));
  });
});

describe('what a batch announces', () => {
  const batch = (inner: string): string => `<Btch>${inner}</Btch>`;
  const total = (amount: string, currency = 'MAD'): string =>
    `<TtlAmt Ccy="${currency}">${amount}</TtlAmt>`;
  const own = (paid: Paid): string => e2e(paid.endToEndId) + amountOf(money(paid));
  test.each([
    ['more than its entry', (paid: Paid) => total(money(paid, 40_000n))],
    ['less than its entry', (paid: Paid) => total(money(paid, -10_000n))],
    ['another currency', (paid: Paid) => total(money(paid), 'EUR')],
  ])('settles nothing where it is %s, also without a number of transactions', async (_, said) => {
    const [one] = await two();
    await take(statementOf([{ amount: money(one), details: [batch(said(one)), own(one)] }]));
    expect(await statusOf(one)).toBe('instructed');
  });
  test('settles nothing where charges stand in the place of a transaction', async () => {
    const [one, other] = await two();
    const sum = BigInt(one.amountMinor) + BigInt(other.amountMinor) + 2_600n;
    await take(
      statementOf([
        {
          amount: formatAmount(sum, 'MAD'),
          inner: '<Chrgs><Rcrd><Amt Ccy="MAD">26.00</Amt></Rcrd></Chrgs>',
          details: [batch('<NbOfTxs>3</NbOfTxs>'), own(one), own(other)],
        },
      ]),
    );
    expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'instructed']);
    expect((await waiting()).map(([code]) => code)).toEqual(['ENTRY_DIFFERS', 'ENTRY_DIFFERS']);
  });
  test.each([
    ['where the detail has no amount of its own', (paid: Paid) => money(paid), e2e],
    [
      'before the charges of the entry',
      (paid: Paid) => money(paid, 2_600n),
      (id: string) => `${e2e(id)}`,
    ],
  ] as const)('settles what it says, %s', async (what, amount, detail) => {
    const [one] = await two();
    const isCharged = what.includes('charges');
    await take(
      statementOf([
        {
          amount: amount(one),
          ...(isCharged ? { inner: '<Chrgs><Rcrd><Amt Ccy="MAD">26.00</Amt></Rcrd></Chrgs>' } : {}),
          details: [
            batch(`<NbOfTxs>1</NbOfTxs>${total(money(one))}`),
            isCharged ? own(one) : detail(one.endToEndId),
          ],
        },
      ]),
    );
    expect(await statusOf(one)).toBe('settled');
    expect(await waiting()).toEqual(isCharged ? [['BANK_CHARGES', '2600']] : []);
  });
});

test('a counter value is the amount of a detail that has no other', async () => {
  const [one, other] = await two();
  const worth = (paid: Paid, amount: string): Booking => ({
    amount: money(paid),
    details: [
      `${e2e(paid.endToEndId)}<AmtDtls><CntrValAmt>${amountOf(amount)}</CntrValAmt></AmtDtls>`,
    ],
  });
  const all = await payments();
  const total = formatAmount(
    all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n),
    'MAD',
  );
  const silent = `${refs(`<PmtInfId>${one.messageId}</PmtInfId>`)}<AmtDtls><CntrValAmt>${amountOf('1.00')}</CntrValAmt></AmtDtls>`;
  await take(statementOf([{ amount: total, details: [silent] }]), 'whole.xml');
  await take(statementOf([worth(one, '1.00'), worth(other, money(other))]), 'each.xml');
  expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'settled']);
  expect((await figures()).settledCount).toBe(1);
});

describe('a message in several pages', () => {
  const page = (number: number, isLast: boolean, entry: Booking): string =>
    statementOf([entry]).replace(
      '</GrpHdr>',
      `<MsgPgntn><PgNb>${number}</PgNb><LastPgInd>${isLast}</LastPgInd></MsgPgntn></GrpHdr>`,
    );
  test('is as many statements: a second debit on the next is a break', async () => {
    const [one] = await two();
    const entry = { amount: money(one), details: [e2e(one.endToEndId)] };
    await take(page(1, false, entry), 'one.xml');
    await take(page(2, true, entry), 'two.xml');
    expect([await statusOf(one), await breaksOf(one)]).toEqual(['settled', ['booked-twice']]);
  });
  test('is one where it has one page', async () => {
    const [one] = await two();
    const entry = { amount: money(one), details: [e2e(one.endToEndId)] };
    await take(statementOf([entry]), 'without.xml');
    await take(page(1, true, entry), 'with.xml');
    expect(await breaksOf(one)).toEqual([]);
  });
  test.each(['false', '0'])('has no balance of its own on a page (%s)', async (isLast) => {
    const [one] = await two();
    const balance = (code: string, amount: string): string =>
      `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="MAD">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>`;
    const file = page(1, false, { amount: money(one), details: [e2e(one.endToEndId)] })
      .replace('>false<', `>${isLast}<`)
      .replace('<Ntry>', `${balance('OPBD', '9000.00')}${balance('CLBD', '1.00')}<Ntry>`);
    expect(await take(file)).toMatchObject({ status: 'applied' });
    expect(await statusOf(one)).toBe('settled');
  });
});

describe('a file that is taken to its end', () => {
  test.each(['__proto__', 'constructor', 'toString'])(
    'whatever a status says: %s',
    async (said) => {
      const [one, other] = await two();
      await take(answerOf(one, '', said), 'odd.xml');
      await take(answerOf(other, ''), 'even.xml');
      expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'settled']);
      expect((await waiting()).map(([code]) => code)).toEqual(['STATUS_UNKNOWN']);
    },
  );
  test('however long the texts are that do not agree', async () => {
    const [one, other] = await two();
    const long = `${money(one)}${'0'.repeat(1_500)}`;
    const detail = `${e2e(one.endToEndId)}${amountOf(long)}<AmtDtls><TxAmt>${amountOf('1.00')}</TxAmt></AmtDtls>`;
    const file = statementOf([
      { amount: money(one), details: [detail] },
      { amount: money(other), details: [e2e(other.endToEndId)] },
    ]);
    expect(await take(file)).toMatchObject({ status: 'applied' });
    expect([await statusOf(one), await statusOf(other)]).toEqual(['instructed', 'settled']);
    expect((await waiting()).map(([code]) => code)).toEqual(['ENTRY_INVALID']);
    expect(await violations()).toEqual([]);
  });
});

describe('an entry that a person gives to a payment', () => {
  const assigned = (entryId: string, paymentId: string, outcome: 'settled' | 'returned') =>
    assignEntry(
      world.engine,
      { entryId, paymentId, outcome, reason: 'the bank wrote so' },
      as(world.engine, 'finance', 'assign', entryId),
    );
  test('is of the direction of what became of it', async () => {
    const [one] = await two();
    await take(statementOf([{ amount: money(one), direction: 'CRDT' }]));
    const [entry] = await entries();
    await expect(assigned(entry!.entryId, one.paymentId, 'settled')).rejects.toMatchObject({
      code: 'OUTCOME_DIFFERS',
    });
  });
  test('names who proposed it in what becomes of the payment', async () => {
    const [one] = await two();
    await take(
      statementOf([{ amount: money(one), direction: 'CRDT', details: [e2e(one.endToEndId)] }]),
    );
    const [entry] = await entries();
    for (const who of ['finance', 'secondFinance'] as const)
      await assignEntry(
        world.engine,
        { entryId: entry!.entryId, paymentId: one.paymentId, outcome: 'returned', reason: 'so' },
        as(world.engine, who, 'assign', entry!.entryId),
      );
    const events = await world.engine.store.readStream(streams.payment(one.paymentId));
    expect(events.at(-1)).toMatchObject({
      type: 'PaymentReturned',
      data: { source: 'operator', saidBy: ['farid'] },
      meta: { actor: 'hind' },
    });
    expect(await violations()).toEqual([]);
  });
  test('names who handed over its file, and who released that', async () => {
    const [one, other] = await two();
    const credit = (payment: Paid) =>
      statementOf([
        { amount: money(payment), direction: 'CRDT', details: [e2e(payment.endToEndId)] },
      ]);
    const { engine } = world;
    const handOver = (text: string, filesTakeTwo: boolean) =>
      takeInMessage(
        { ...engine, filesTakeTwo },
        { bytes: inPieces(text), sender: 'desk', fileName: 'bank.xml' },
        job(engine, 'finance'),
      );
    await handOver(credit(one), false);
    const [entry] = await entries();
    const { sha256 } = await handOver(credit(other), true);
    await releaseMessage(engine, { sha256, reason: 'seen' }, job(engine, 'secondFinance'));
    const released = (await entries()).find(({ entryId }) => entryId !== entry!.entryId);
    for (const [of, paymentId] of [
      [entry!, one.paymentId],
      [released!, other.paymentId],
    ] as const)
      for (const id of ['omar', 'salim'])
        await assignEntry(
          engine,
          { entryId: of.entryId, paymentId, outcome: 'returned', reason: 'so' },
          by(engine, id, 'finance-officer', 'assign', of.entryId, id),
        );
    const lastOf = async ({ paymentId }: Paid) =>
      (await engine.store.readStream(streams.payment(paymentId))).at(-1);
    expect(await lastOf(one)).toMatchObject({ data: { saidBy: ['omar', 'farid'] } });
    expect(await lastOf(other)).toMatchObject({ data: { saidBy: ['omar', 'farid', 'hind'] } });
    expect(await violations()).toEqual([]);
  });
  test('is of the payment that it names', async () => {
    const [one, other] = await two();
    await take(
      statementOf([{ amount: money(one), direction: 'CRDT', details: [e2e(one.endToEndId)] }]),
    );
    const [entry] = await entries();
    expect(entry).toMatchObject({ code: 'CREDIT_UNCLEAR', paymentId: one.paymentId });
    await expect(assigned(entry!.entryId, other.paymentId, 'returned')).rejects.toMatchObject({
      code: 'REFERENCES_DIFFER',
      field: 'paymentId',
    });
  });
});
