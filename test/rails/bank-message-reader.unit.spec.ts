import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leaveOut } from '../support/left-out.js';
import {
  balance,
  bookings,
  camt053,
  camt054,
  entry,
  pain002,
  readAll,
  statuses,
  transaction,
} from './bank-messages.js';
import { ACCEPTED } from './bank-message-reader.fixtures.js';

const samples = join(
  process.env.REFERENCE_DATA ?? join(import.meta.dirname, '../../../../shared/data'),
  'iso20022/samples',
);

/** Per sample: entries by kind, references and amounts that were counted by hand. */
const SAMPLES: Readonly<
  Record<
    string,
    {
      readonly counts: Record<string, number>;
      readonly type: string;
      readonly amounts: readonly string[];
      readonly findings: readonly string[];
    }
  >
> = {
  'svapnil__pain_002_batch_rejected.xml': {
    type: 'pain.002.001.03',
    counts: { 'status/group': 1 },
    amounts: [],
    findings: [],
  },
  'svapnil__pain_002_transaction_rejected.xml': {
    type: 'pain.002.001.03',
    counts: { 'status/transaction': 3, 'status/batch': 1, 'status/group': 1 },
    amounts: [],
    findings: [],
  },
  'svapnil__pain_002_v3_accepted.xml': {
    type: 'pain.002.001.03',
    counts: { 'status/transaction': 1 },
    amounts: ['1000 USD'],
    findings: [],
  },
  'genkgo__camt053.v8.xml': {
    type: 'camt.053.001.08',
    counts: { balance: 4, 'booking/transaction': 1 },
    amounts: ['1815 EUR', '2700 SEK', '3500 CHF', '2700 JPY', '0 SEK'],
    findings: [],
  },
  // It announces two transactions of 6.30 and has three of 9.50.
  'genkgo__camt054.v8.xml': {
    type: 'camt.054.001.08',
    counts: { 'booking/transaction': 3 },
    amounts: ['310 CHF', '320 CHF', '320 CHF'],
    findings: ['COUNT_DIFFERS Btch', 'SUM_DIFFERS Btch'],
  },
  'moov-io__200519_camt054-returns_p_ch2909000000250094239_1109800798_0_2019052023472022.xml': {
    type: 'camt.054.001.04',
    counts: { 'booking/transaction': 1 },
    amounts: ['40000 CHF'],
    findings: [],
  },
};

describe('messages that banks have sent', () => {
  if (!existsSync(samples)) {
    it('are left out', () =>
      leaveOut('bank messages: the sample messages of the reference data are not here'));
    return;
  }
  for (const family of ['pain.002', 'camt.053', 'camt.054']) {
    it.each(readdirSync(join(samples, family)))(
      `reads ${family} %s to the last amount`,
      async (name) => {
        const known = SAMPLES[name];
        const { entries, end } = await readAll(readFileSync(join(samples, family, name)));
        expect(end.counts).toEqual(known?.counts ?? expect.anything());
        expect(end.messages).toHaveLength(1);
        if (!known) return;
        expect(end.messages[0]!.messageType).toBe(known.type);
        expect(
          entries.flatMap(({ kind, amount }) =>
            amount && kind !== 'entry-differs'
              ? [`${amount.amountMinor ?? '?'} ${amount.currency}`]
              : [],
          ),
        ).toEqual(known.amounts);
        expect(end.findings.map(({ code, element }) => `${code} ${element}`)).toEqual(
          known.findings,
        );
      },
    );
    it(`reads ${family} the same one byte at a time`, async () => {
      for (const name of readdirSync(join(samples, family))) {
        const bytes = readFileSync(join(samples, family, name));
        const whole = await readAll(bytes);
        const bytewise = await readAll(bytes, 1);
        expect(bytewise).toEqual(whole);
      }
    });
  }

  it('keeps a Swiss return with its references, reason and days', async () => {
    const { entries } = await readAll(
      readFileSync(join(samples, 'camt.054', Object.keys(SAMPLES).at(-1)!)),
    );
    expect(bookings(entries)[0]).toMatchObject({
      direction: 'credit',
      status: 'BOOK',
      bookedOn: '2019-05-20',
      valueOn: '2019-05-20',
      bankCode: 'PMNT/ICDT/RRTN',
      returned: true,
      returnReason: 'AC01',
      references: {
        bank: '180327CH02P92DYD',
        batchId: 'PmtInfId-004-01',
        instructionId: 'InstrId-004-01-01',
        endToEndId: 'EndToEndId-004-01-01',
      },
    });
  });
});

describe('statuses', () => {
  it('hands out transaction, batch and group in that order, and lets a transaction inherit', async () => {
    const { entries } = await readAll(
      pain002(`<OrgnlGrpInfAndSts><OrgnlMsgId>ASD-1</OrgnlMsgId><OrgnlNbOfTxs>0002</OrgnlNbOfTxs><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
      <OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf><StsRsnInf><Rsn><Prtry>own</Prtry></Rsn></StsRsnInf>
      <TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><OrgnlUETR>8A562C67-CA16-48BA-B074-65581BE6F011</OrgnlUETR></TxInfAndSts></OrgnlPmtInfAndSts>`),
    );
    expect(statuses(entries)).toMatchObject([
      {
        scope: 'transaction',
        status: 'RJCT',
        inherited: true,
        original: { endToEndId: 'E1', uetr: '8a562c67-ca16-48ba-b074-65581be6f011' },
      },
      {
        scope: 'batch',
        status: 'RJCT',
        reasons: ['AC04'],
        proprietaryReasons: ['own'],
        original: { batchId: 'B1' },
      },
      { scope: 'group', status: 'PART', original: { messageId: 'ASD-1', count: '0002' } },
    ]);
  });
  it('does not choose between two statuses of one transfer', async () => {
    const { entries } = await readAll(
      pain002(ACCEPTED.replace('</TxSts>', '</TxSts><TxSts>RJCT</TxSts>')),
    );
    expect(entries[0]!.problems).toEqual([{ code: 'ELEMENT_TWICE', element: 'TxSts' }]);
  });
});

describe('bookings', () => {
  it('gives every transaction of a batch its own amount and references', async () => {
    const details = `<NtryDtls><Btch><PmtInfId>B1</PmtInfId><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="MAD">800.00</TtlAmt></Btch>${transaction('E1', '500.00')}${transaction('E2', '300')}</NtryDtls>`;
    const { entries, end } = await readAll(camt054(entry('800.00', details)));
    expect(bookings(entries)).toMatchObject([
      {
        scope: 'transaction',
        amount: { text: '500.00', amountMinor: '50000' },
        references: {
          endToEndId: 'E1',
          batchId: 'B1',
          uetr: '8a562c67-ca16-48ba-b074-65581be6f011',
        },
        bookedOn: '2025-12-03',
        valueOn: '2025-12-04',
      },
      { scope: 'transaction', amount: { amountMinor: '30000' }, references: { endToEndId: 'E2' } },
    ]);
    expect(end).toMatchObject({
      findings: [],
      turnover: [{ currency: 'MAD', debitMinor: '80000', creditMinor: '0' }],
    });
  });
  it('hands out a batch that has no details as one, and an entry that has neither', async () => {
    const { entries } = await readAll(
      camt054(
        entry(
          '800.00',
          '<NtryDtls><Btch><PmtInfId>B1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch></NtryDtls>',
        ) + entry('3.00'),
      ),
    );
    expect(bookings(entries)).toMatchObject([
      { scope: 'batch', entry: 0, references: { batchId: 'B1' }, batch: { count: '2' } },
      { scope: 'entry', entry: 1 },
    ]);
  });
  it('lends the amount of an entry to its only transaction, never to one of two', async () => {
    const bare = '<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls>';
    const { entries } = await readAll(
      camt053(
        entry('5.00', `<NtryDtls>${bare}</NtryDtls>`) +
          entry('6.00', `<NtryDtls>${bare}${bare}</NtryDtls>`),
        '02',
      ),
    );
    expect(bookings(entries).map(({ amount }) => amount?.amountMinor)).toEqual([
      '500',
      undefined,
      undefined,
    ]);
  });
  it.each([
    ['too many decimals', '10.001', 'AMOUNT_INVALID'],
    ['a comma', '10,00', 'AMOUNT_INVALID'],
    ['an exponent', '1E3', 'AMOUNT_INVALID'],
    ['a sign', '-10.00', 'AMOUNT_INVALID'],
    ['words', 'NaN', 'AMOUNT_INVALID'],
  ])('refuses an amount with %s, and only that', async (_, amount, code) => {
    const { entries } = await readAll(camt054(entry(amount) + entry('1.00')));
    expect(entries.map(({ problems }) => problems.map((problem) => problem.code))).toEqual([
      [code],
      [],
    ]);
    expect(entries[0]!.amount).not.toHaveProperty('amountMinor');
  });
  it('knows no currency but those of the kernel, and needs one', async () => {
    const { entries } = await readAll(
      camt054(entry('1.00').replace('MAD', 'XYZ') + entry('1.00').replace(' Ccy="MAD"', '')),
    );
    expect(entries.map(({ problems }) => problems[0]!.code)).toEqual([
      'CURRENCY_UNKNOWN',
      'CURRENCY_MISSING',
    ]);
  });
  it('reads zeros before and after as the same amount', async () => {
    const { entries } = await readAll(
      camt054(['0500.00', '+500', '500.0', '500.'].map((amount) => entry(amount)).join('')),
    );
    expect(bookings(entries).map(({ amount }) => amount?.amountMinor)).toEqual([
      '50000',
      '50000',
      '50000',
      '50000',
    ]);
  });
  it('holds a statement against its own balances and sums', async () => {
    const summary =
      '<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>7.00</Sum></TtlNtries></TxsSummry>';
    const of = (closing: string, more = summary): string =>
      camt053(
        `${balance('OPBD', '10.00')}${balance('CLBD', closing)}${more}${entry('5.00')}${entry('2.00', '', 'CRDT')}`,
      );
    expect((await readAll(of('7.00'))).end.findings).toEqual([]);
    expect((await readAll(of('8.00'))).end.findings.map(({ code }) => code)).toEqual([
      'BALANCES_DIFFER',
    ]);
    expect(
      (await readAll(of('7.00', summary.replace('7.00', '7.01')))).end.findings.map(
        ({ code }) => code,
      ),
    ).toEqual(['SUM_DIFFERS']);
    expect(
      (await readAll(of('7.00', summary.replace('>2<', '>3<')))).end.findings.map(
        ({ code }) => code,
      ),
    ).toEqual(['COUNT_DIFFERS']);
  });
});
