import { describe, expect, test } from '@jest/globals';
import { bookings, findingsOf, HEAD, NAMESPACE, readAll } from './bank-messages.js';

const IBAN = '<Acct><Id><IBAN>MA64007810000000000000000109</IBAN></Id></Acct>';
const statement = (inner: string, account = IBAN, head = HEAD): string =>
  `<Document xmlns="${NAMESPACE}camt.053.001.08"><BkToCstmrStmt>${head}<Stmt><Id>S</Id>${account}${inner}</Stmt></BkToCstmrStmt></Document>`;
const amt = (text: string, currency = 'MAD'): string => `<Amt Ccy="${currency}">${text}</Amt>`;
const balance = (code: string, text: string, currency = 'MAD'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amt(text, currency)}<CdtDbtInd>CRDT</CdtDbtInd></Bal>`;
const entry = (text: string, direction = 'DBIT', inner = '', day = '<Dt>2026-01-05</Dt>'): string =>
  `<Ntry>${amt(text)}<CdtDbtInd>${direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt>${day}</BookgDt>${inner}</Ntry>`;
const tx = (inner: string): string => `<TxDtls>${inner}</TxDtls>`;
const details = (...transactions: readonly string[]): string =>
  `<NtryDtls>${transactions.map(tx).join('')}</NtryDtls>`;
const charge = (text: string): string => `<Chrgs><Rcrd>${amt(text)}</Rcrd></Chrgs>`;

describe('a statement', () => {
  const page = (number: string): string =>
    `<StmtPgntn><PgNb>${number}</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>`;
  const both = balance('OPBD', '20.00') + balance('CLBD', '15.00');
  test.each([
    ['that adds up', statement(both + entry('5.00')), []],
    [
      'with a balance that is no number',
      statement(balance('OPBD', 'viel') + entry('5.00')),
      ['VALUE_INVALID Bal'],
    ],
    [
      'with balances in another currency than its entries',
      statement(both.replaceAll('MAD', 'EUR') + entry('5.00')),
      ['BALANCES_DIFFER Bal'],
    ],
    [
      'with two closing balances',
      statement(both + balance('CLBD', '14.00') + entry('5.00')),
      ['BALANCES_DIFFER Bal'],
    ],
    [
      'with the same closing balance twice',
      statement(both + balance('CLBD', '15.00') + entry('5.00')),
      [],
    ],
    [
      'of one page, whose number has a zero before it',
      statement(page('01') + both + entry('6.00')),
      ['BALANCES_DIFFER Bal'],
    ],
    ['of a further page', statement(page('02') + both + entry('6.00')), []],
    [
      'of two accounts',
      statement(entry('5.00'), `${IBAN}<Acct><Id><Othr><Id>9</Id></Othr></Id></Acct>`),
      ['ELEMENT_TWICE Acct'],
    ],
    [
      'of a day that is none',
      statement(entry('5.00'), IBAN, HEAD.replace('2025-12-03', '2025-02-30')),
      ['VALUE_INVALID CreDtTm'],
    ],
  ])('%s', async (_, message, findings) => {
    expect(await findingsOf(message)).toEqual(findings);
  });
  test.each([
    ['net', '<TtlNetNtry><Amt>3.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry>', []],
    [
      'net',
      '<TtlNetNtry><Amt>3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry>',
      ['SUM_DIFFERS TtlNetNtry'],
    ],
    ['net of version 02', '<TtlNetNtryAmt>3.00</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd>', []],
    ['net of version 02', '<TtlNetNtryAmt>4.00</TtlNetNtryAmt>', ['SUM_DIFFERS TtlNetNtry']],
  ])('is held against the %s of its entries: %s', async (_, net, findings) => {
    const summary = `<TxsSummry><TtlNtries>${net}</TtlNtries></TxsSummry>`;
    expect(await findingsOf(statement(summary + entry('5.00') + entry('2.00', 'CRDT')))).toEqual(
      findings,
    );
  });
  test('says both values where it does not agree with itself', async () => {
    const summary =
      '<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>7.5</Sum></TtlNtries></TxsSummry>';
    const { end } = await readAll(statement(both + summary + entry('6.00')));
    const told = end.findings.map(({ detail }) => detail).join(' ');
    for (const value of ['2 entries', 'there are 1', '7.5', '6.00', '1400', '1500'])
      expect(told).toContain(value);
  });
});

describe('an entry', () => {
  const problemsOf = async (message: string): Promise<readonly string[]> =>
    bookings((await readAll(message)).entries).flatMap(({ problems }) =>
      problems.map(({ code, element }) => `${code} ${element}`),
    );
  test('in another currency than its account has a problem', async () => {
    const account = IBAN.replace('</Acct>', '<Ccy>EUR</Ccy></Acct>');
    expect(await problemsOf(statement(entry('5.00'), account))).toEqual(['CURRENCY_DIFFERS Ccy']);
  });
  test('with two days has a problem', async () => {
    const day = '<Dt>2026-01-05</Dt><DtTm>2026-01-09T00:00:00</DtTm>';
    expect(await problemsOf(statement(entry('5.00', 'DBIT', '', day)))).toEqual([
      'ELEMENT_TWICE BookgDt',
    ]);
  });
  test('whose charges cannot be read does not agree', async () => {
    const { entries } = await readAll(
      statement(entry('5.00', 'DBIT', details(amt('5.00') + charge('viel')))),
    );
    expect(entries.map(({ kind }) => kind)).toEqual(['booking', 'entry-differs']);
  });
  test('of which charges were taken came back for what is left', async () => {
    const { entries } = await readAll(
      statement(entry('4.90', 'CRDT', details(amt('5.00') + charge('0.10')))),
    );
    expect(entries).toMatchObject([{ kind: 'booking', amount: { amountMinor: '490' } }]);
  });
  test('of several that came back less charges does not say which is less', async () => {
    const { entries } = await readAll(
      statement(entry('9.90', 'CRDT', details(amt('5.00') + charge('0.10'), amt('5.00')))),
    );
    expect(entries.map(({ kind }) => kind)).toEqual(['booking', 'booking', 'entry-differs']);
  });
});
