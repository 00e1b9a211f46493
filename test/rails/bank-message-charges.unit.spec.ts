import { describe, expect, test } from '@jest/globals';
import { element } from '../support/xml.js';
import { camt054, entry, readAll } from './bank-messages.js';

const amt = (text: string, currency = 'MAD'): string => element(`Amt Ccy="${currency}"`, text);
const total = (text: string, currency = 'MAD'): string =>
  element(`TtlChrgsAndTaxAmt Ccy="${currency}"`, text);
const chrgs = (...inner: readonly string[]): string => element('Chrgs', ...inner);
const rcrd = (...inner: readonly string[]): string => element('Rcrd', ...inner);
const tax = (text: string): string => element('Tax', element('TtlTaxAmt Ccy="MAD"', text));
const taxOf = (text: string): string => element('Tax', amt(text));
const instructed = (text: string): string => element('AmtDtls', element('InstdAmt', amt(text)));
const givenBack = element('CdtDbtInd', 'CRDT');

/** What an entry with one transaction is told as, and what is wrong with the transaction. */
async function toldOf(
  amount: string,
  direction: 'DBIT' | 'CRDT',
  ...inner: readonly string[]
): Promise<readonly string[]> {
  const one = element('TxDtls', element('Refs', element('EndToEndId', 'E1')), ...inner);
  const details = element('NtryDtls', one);
  const { entries } = await readAll(camt054(entry(amount, details, direction)));
  return entries.map((said) =>
    said.kind === 'booking'
      ? [said.left ?? said.scope, said.amount?.amountMinor, ...said.problems.map((one) => one.code)]
          .join(' ')
          .trim()
      : said.kind,
  );
}

describe('a debit and what was taken besides', () => {
  const settled = (charges: string): readonly string[] => ['transaction 50000', charges];
  test.each([
    ['a total of charges without a record', '526.00', [chrgs(total('26.00'))], 'charges 2600'],
    ['two totals', '527.00', [chrgs(total('26.00')), chrgs(total('1.00'))], 'charges 2700'],
    ['a charge and its tax', '531.20', [chrgs(rcrd(amt('26.00'), taxOf('5.20')))], 'charges 3120'],
    [
      'a charge with its tax in it',
      '526.00',
      [chrgs(rcrd(amt('26.00'), taxOf('5.20')))],
      'charges 2600',
    ],
    [
      'a charge of version 02 and its tax',
      '531.20',
      [chrgs(total('31.20'), amt('26.00'), taxOf('5.20'))],
      'charges 3120',
    ],
    ['a tax', '505.20', [tax('5.20')], 'charges 520'],
    [
      'a charge and a tax beside it',
      '531.20',
      [chrgs(rcrd(amt('26.00'))), tax('5.20')],
      'charges 3120',
    ],
    [
      'a charge beside a tax that was not taken',
      '526.00',
      [chrgs(rcrd(amt('26.00'))), tax('5.20')],
      'charges 2600',
    ],
    [
      'a total of which a part was given back',
      '525.00',
      [chrgs(total('26.00')), chrgs(rcrd(amt('1.00'), givenBack))],
      'charges 2500',
    ],
  ])('comes to %s', async (_, amount, besides, charges) => {
    expect(await toldOf(amount, 'DBIT', amt('500.00'), ...besides)).toEqual(settled(charges));
  });
  test.each([
    ['a total of another sum', '526.00', [chrgs(total('25.00'))]],
    ['a total that cannot be read', '526.00', [chrgs(total('viel'))]],
    ['a total in another currency', '526.00', [chrgs(total('26.00', 'EUR'))]],
    [
      'a total of version 02 of another sum than its charge',
      '526.00',
      [chrgs(total('20.00'), amt('26.00'))],
    ],
    ['a tax of another sum', '505.20', [tax('5.00')]],
    ['a total that its tax is not all of', '531.20', [chrgs(total('26.00')), tax('5.00')]],
  ])('does not come to %s', async (_, amount, besides) => {
    const told = await toldOf(amount, 'DBIT', amt('500.00'), ...besides);
    expect(told.at(-1)).toBe('entry-differs');
  });
  test('comes to a batch of as much without its charges and taxes', async () => {
    const told = async (ofBatch: string): Promise<string | undefined> => {
      const batch = element('Btch', element('TtlAmt Ccy="MAD"', ofBatch));
      const one = element('TxDtls', amt('500.00'), chrgs(total('26.00')), tax('5.20'));
      const { entries } = await readAll(camt054(entry('531.20', element('NtryDtls', batch, one))));
      return entries.at(-1)?.kind;
    };
    expect(await told('500.00')).toBe('booking');
    expect(await told('510.00')).toBe('entry-differs');
  });
  test('is not read where its tax cannot be', async () => {
    expect(await toldOf('500.00', 'DBIT', amt('500.00'), tax('viel'))).toEqual([
      'transaction 50000 AMOUNT_INVALID',
    ]);
  });
});

describe('what came back and what was kept of it', () => {
  test.each([
    ['a total of charges without a record', '495.00', [chrgs(total('5.00'))]],
    ['a charge and its tax', '494.00', [chrgs(rcrd(amt('5.00'), taxOf('1.00')))]],
    ['a charge and a tax beside it', '494.00', [chrgs(rcrd(amt('5.00'))), tax('1.00')]],
    ['a charge beside a tax that was not taken', '495.00', [chrgs(rcrd(amt('5.00'))), tax('1.00')]],
    ['a tax', '499.00', [tax('1.00')]],
  ])('is less by %s', async (_, amount, besides) => {
    const back = [`transaction ${amount.replace('.', '')}`];
    expect(await toldOf(amount, 'CRDT', amt('500.00'), ...besides)).toEqual(back);
    expect(await toldOf(amount, 'CRDT', amt(amount), instructed('500.00'), ...besides)).toEqual(
      back,
    );
  });
  test('is more where a charge was given back', async () => {
    const back = chrgs(rcrd(amt('5.00'), givenBack));
    expect(await toldOf('505.00', 'CRDT', amt('500.00'), back)).toEqual([
      'transaction 50000',
      'charges 500',
    ]);
  });
  test('is not less by the tax of another', async () => {
    const one = element('TxDtls', amt('10.00'), tax('1.00'));
    const other = element('TxDtls', amt('10.00'), instructed('11.00'));
    const { entries } = await readAll(
      camt054(entry('20.00', element('NtryDtls', one, other), 'CRDT')),
    );
    expect(entries.flatMap(({ problems }) => problems)).toMatchObject([{ code: 'AMOUNTS_DIFFER' }]);
  });
  test.each([
    ['a total of another sum', '495.00', [chrgs(total('4.00'))]],
    ['a charge and a tax of another sum', '494.00', [chrgs(rcrd(amt('5.00'))), tax('2.00')]],
    ['a tax that is more', '501.00', [tax('1.00')]],
  ])('is not less by %s', async (_, amount, besides) => {
    const told = await toldOf(amount, 'CRDT', amt('500.00'), ...besides);
    expect(told.at(-1)).toBe('entry-differs');
    expect(await toldOf(amount, 'CRDT', amt(amount), instructed('500.00'), ...besides)).toEqual([
      `transaction ${amount.replace('.', '')} AMOUNTS_DIFFER`,
    ]);
  });
});
