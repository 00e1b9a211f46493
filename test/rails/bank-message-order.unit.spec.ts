import { describe, expect, test } from '@jest/globals';
import {
  bookings,
  camt053,
  camt054,
  entry,
  findingsOf,
  GROUP,
  pain002,
  readAll,
  statuses,
  transaction,
} from './bank-messages.js';

const kindsOf = async (message: string): Promise<readonly string[]> =>
  (await readAll(message)).entries.map(({ kind }) => kind);

const details = (inner: string): string => `<NtryDtls>${inner}</NtryDtls>`;
const paid = entry('5.00', details(transaction('E1', '5.00')));

describe('what an entry says after its details, which were told by then', () => {
  test.each([
    ['another amount', '<Amt Ccy="MAD">1.00</Amt>'],
    ['the same amount', '<Amt Ccy="MAD">5.00</Amt>'],
    ['another direction', '<CdtDbtInd>CRDT</CdtDbtInd>'],
    ['that it is a reversal', '<RvslInd>true</RvslInd>'],
    ['that it is pending', '<Sts><Cd>PDNG</Cd></Sts>'],
    ['another day', '<BookgDt><Dt>2025-12-09</Dt></BookgDt>'],
    ['a reference', '<AcctSvcrRef>K1</AcctSvcrRef>'],
    ['what was transacted', '<AmtDtls><TxAmt><Amt Ccy="MAD">1.00</Amt></TxAmt></AmtDtls>'],
  ])('%s: none of it can be relied on', async (_, more) => {
    const message = camt054(paid.replace('</Ntry>', `${more}</Ntry>`));
    expect(await kindsOf(message)).toEqual(['booking', 'entry-differs']);
  });
  test('a batch that comes after its transactions, or twice, is no batch', async () => {
    const batch = '<Btch><PmtInfId>B1</PmtInfId></Btch>';
    for (const inner of [
      transaction('E1', '5.00') + batch,
      batch + batch + transaction('E1', '5.00'),
    ])
      expect(await kindsOf(camt054(entry('5.00', details(inner))))).toEqual([
        'booking',
        'entry-differs',
      ]);
  });
  test('what the standard has there is read over', async () => {
    const message = camt054(paid.replace('</Ntry>', '<AddtlNtryInf>thanks</AddtlNtryInf></Ntry>'));
    expect(await kindsOf(message)).toEqual(['booking']);
  });
  test('two reasons of one return are a problem', async () => {
    const reason = '<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>';
    const { entries } = await readAll(
      camt054(entry('5.00', details(transaction('E1', '5.00', reason + reason)), 'CRDT')),
    );
    expect(bookings(entries)[0]!.problems).toEqual([{ code: 'ELEMENT_TWICE', element: 'RtrInf' }]);
  });
});

describe('what names a statement', () => {
  const account = '<Acct><Id><IBAN>MA64</IBAN></Id></Acct>';
  test.each([
    [
      'its account after its entries',
      camt053(paid).replace(account, '').replace('</Stmt>', `${account}</Stmt>`),
      'ELEMENT_MISPLACED Acct',
    ],
    [
      'its number after its entries',
      camt053(`${paid}<ElctrncSeqNb>2</ElctrncSeqNb>`),
      'ELEMENT_MISPLACED Acct',
    ],
    [
      'two accounts',
      camt053(paid).replace(account, account + account.replace('MA64', 'MA65')),
      'ELEMENT_TWICE IBAN',
    ],
    [
      'two numbers',
      camt053(`<ElctrncSeqNb>2</ElctrncSeqNb><ElctrncSeqNb>3</ElctrncSeqNb>${paid}`),
      'ELEMENT_TWICE ElctrncSeqNb',
    ],
    [
      'two ids of the message',
      camt053(paid).replace('<MsgId>', '<MsgId>A</MsgId><MsgId>'),
      'ELEMENT_TWICE MsgId',
    ],
  ])('%s: the file waits', async (_, message, finding) => {
    expect(await findingsOf(message)).toEqual([finding]);
  });
});

describe('a report of status', () => {
  const tx = (status: string, more = ''): string =>
    `<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId>${status === '' ? '' : `<TxSts>${status}</TxSts>`}${more}</TxInfAndSts>`;
  const batch = (inner: string): string =>
    `<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId>${inner}</OrgnlPmtInfAndSts>`;
  const group = (inner: string): string =>
    GROUP.replace('</OrgnlGrpInfAndSts>', `${inner}</OrgnlGrpInfAndSts>`);
  const perStatus = (count: string, status: string, sum?: string): string =>
    `<NbOfTxsPerSts><DtldNbOfTxs>${count}</DtldNbOfTxs><DtldSts>${status}</DtldSts>${sum === undefined ? '' : `<DtldCtrlSum>${sum}</DtldCtrlSum>`}</NbOfTxsPerSts>`;
  const amount = (text: string): string =>
    `<OrgnlTxRef><Amt><InstdAmt Ccy="MAD">${text}</InstdAmt></Amt></OrgnlTxRef>`;
  const PART = '<GrpSts>PART</GrpSts>';
  test.each([
    [
      'two statuses of all',
      group('<GrpSts>ACSC</GrpSts><GrpSts>RJCT</GrpSts>') + batch(tx('')),
      ['ELEMENT_TWICE GrpSts'],
    ],
    [
      'two statuses of a batch',
      GROUP + batch(`<PmtInfSts>ACSC</PmtInfSts><PmtInfSts>RJCT</PmtInfSts>${tx('')}`),
      ['ELEMENT_TWICE PmtInfSts'],
    ],
    [
      'all of them after one of them',
      batch(tx('ACSC')) + group('<GrpSts>RJCT</GrpSts>'),
      ['ELEMENT_MISPLACED OrgnlGrpInfAndSts'],
    ],
    [
      'a batch after what is in it',
      GROUP + batch(`${tx('ACSC')}<PmtInfSts>RJCT</PmtInfSts>`),
      ['ELEMENT_MISPLACED OrgnlPmtInfAndSts'],
    ],
    [
      'more rejected than are named',
      group(PART + perStatus('2', 'RJCT')) + batch(tx('RJCT')),
      ['COUNT_DIFFERS NbOfTxsPerSts'],
    ],
    [
      'fewer rejected than are named',
      GROUP + batch(perStatus('0', 'RJCT') + tx('RJCT')),
      ['COUNT_DIFFERS NbOfTxsPerSts'],
    ],
    [
      'a number that is none',
      group(PART + perStatus('zwei', 'ACSC')) + batch(tx('ACSC')),
      ['COUNT_DIFFERS NbOfTxsPerSts'],
    ],
    [
      'another sum of those rejected',
      group(PART + perStatus('1', 'RJCT', '4.00')) + batch(tx('RJCT', amount('5.00'))),
      ['SUM_DIFFERS NbOfTxsPerSts'],
    ],
    [
      'as many and as much as are named',
      group(PART + perStatus('1', 'RJCT', '5.00')) + batch(tx('RJCT', amount('5.00'))),
      [],
    ],
    ...(
      [
        ['ACCP', 'ZZZZ'],
        ['ACTC', 'rjct'],
        ['ACSP', ''],
        ['ACSC', 'PDNG'],
        ['ACCC', 'ACSP'],
        ['ACSC', 'PART'],
        ['ACSC', 'CANC'],
        ['RJCT', 'PART'],
      ] as const
    ).map(([all, own]): [string, string, string[]] => [
      `all of them ${all} and a batch of them '${own}'`,
      group(`<GrpSts>${all}</GrpSts>`) + batch(`<PmtInfSts>${own}</PmtInfSts>`),
      ['STATUS_DIFFERS PmtInfSts'],
    ]),
    ...['ACSP', 'PDNG', 'ZZZZ'].map((own): [string, string, string[]] => [
      `all of them ACSC and one of them ${own}`,
      group('<GrpSts>ACSC</GrpSts>') + batch(tx(own)),
      ['STATUS_DIFFERS TxSts'],
    ]),
    [
      'all of them ACSC and one of them without a word',
      group('<GrpSts>ACSC</GrpSts>') + batch(tx('ACSC').replace('>ACSC<', '><')),
      ['STATUS_DIFFERS TxSts'],
    ],
    [
      'all of them accepted and a batch of them in part',
      group('<GrpSts>ACCP</GrpSts>') + batch('<PmtInfSts>PART</PmtInfSts>'),
      [],
    ],
    [
      'all of them ACSC and one of them ACCC',
      group('<GrpSts>ACSC</GrpSts>') + batch(tx('ACCC')),
      [],
    ],
    ['more accepted than are named', group(PART + perStatus('9', 'ACSC')) + batch(tx('ACSC')), []],
    [
      'a whole batch rejected',
      group(PART + perStatus('9', 'RJCT')) + batch('<PmtInfSts>RJCT</PmtInfSts>'),
      [],
    ],
  ])('with %s', async (_, inner, findings) => {
    expect(await findingsOf(pain002(inner))).toEqual(findings);
  });
  test('that answers one by one says how many there are in the message', async () => {
    const sums = '<OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>15.00</OrgnlCtrlSum>';
    const { end } = await readAll(pain002(group(sums + PART) + batch(tx('ACSC'))));
    expect(end.originals).toMatchObject([{ messageId: 'ASD-1', count: '3', controlSum: '15.00' }]);
    const whole = await readAll(pain002(group(`${sums}<GrpSts>ACSC</GrpSts>`)));
    expect(whole.end.originals).toEqual([]);
  });
  test('that was settled at another amount than instructed has a problem', async () => {
    const both = amount('5.00').replace(
      '<Amt>',
      '<IntrBkSttlmAmt Ccy="MAD">4.00</IntrBkSttlmAmt><Amt>',
    );
    const { entries } = await readAll(pain002(GROUP + batch(tx('ACSC', both))));
    expect(statuses(entries)[0]!.problems).toMatchObject([
      { code: 'AMOUNTS_DIFFER', element: 'IntrBkSttlmAmt' },
    ]);
    const abroad = both.replace('Ccy="MAD">4.00', 'Ccy="EUR">0.46');
    const { entries: fine } = await readAll(pain002(GROUP + batch(tx('ACSC', abroad))));
    expect(statuses(fine)[0]!.problems).toEqual([]);
  });
});
