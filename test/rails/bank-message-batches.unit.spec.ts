import { describe, expect, test } from '@jest/globals';
import { element } from '../support/xml.js';
import { bookings, camt054, entry, findingsOf, readAll } from './bank-messages.js';

const amt = (text: string): string => element('Amt Ccy="MAD"', text);
const tx = (...inner: readonly string[]): string => element('TxDtls', ...inner);
const refs = (...inner: readonly string[]): string => element('Refs', ...inner);
const none = element('EndToEndId', 'NOTPROVIDED');
const btch = (count: string, more = ''): string =>
  element(
    'Btch',
    element('PmtInfId', 'ASD-1'),
    count === '' ? '' : element('NbOfTxs', count),
    more,
  );
const total = (text: string): string => element('TtlAmt Ccy="MAD"', text);
const details = (...inner: readonly string[]): string => element('NtryDtls', ...inner);

/** What an entry of 100.00 is told as: each by its scope, or by what is wrong with it. */
async function toldOf(inner: string): Promise<readonly string[]> {
  const { entries } = await readAll(camt054(entry('100.00', inner)));
  return entries.map((one) =>
    one.kind === 'booking'
      ? `${one.left ?? one.scope} ${one.amount?.amountMinor} ${one.batch?.count ?? '-'}`
      : one.kind,
  );
}

describe('a batch of several that lists one transaction without a name', () => {
  test.each([
    ['and without an amount', tx(refs(none))],
    ['and without an amount, in several words', tx(refs(none, element('TxId', 'NONREF')))],
    ['of all of it', tx(refs(none), amt('100.00'))],
    [
      'of all of it, as it was transacted',
      tx(refs(none), element('AmtDtls', element('TxAmt', amt('100.00')))),
    ],
  ])('is booked as one: %s', async (_, one) => {
    expect(await toldOf(details(btch('5'), one))).toEqual(['batch 10000 5']);
    expect(await toldOf(details(btch('5', total('100.00')), one))).toEqual(['batch 10000 5']);
  });
  test('is booked as one beside another', async () => {
    const one = details(btch('5', total('60.00')), tx(refs(none), amt('60.00')));
    const other = details(btch('3', total('40.00')), tx(refs(none)));
    expect(await toldOf(one + other)).toEqual(['batch 6000 5', 'batch 4000 3']);
  });
  test('lists one of them where that is of less', async () => {
    const one = tx(refs(none), amt('20.00'));
    expect(await toldOf(details(btch('5'), one))).toEqual(['transaction 2000 5', 'rest 8000 -']);
  });
  test('lists two of them where the other is of nothing', async () => {
    const other = tx(refs(element('EndToEndId', 'E1')), amt('0.00'));
    const one = tx(refs(none), amt('100.00'));
    const told = ['transaction 0 3', 'transaction 10000 3', 'entry-differs'];
    expect(await toldOf(details(btch('3'), other, one))).toEqual(told);
  });
  test('is not one of several where it does not say so', async () => {
    const batch = (count: string): string => element('Btch', element('NbOfTxs', count));
    for (const one of [tx(refs(none)), tx(refs(none), amt('100.00'))]) {
      expect(await toldOf(details(one))).toEqual(['transaction 10000 -']);
      expect(await toldOf(details(batch('1'), one))).toEqual(['transaction 10000 1']);
      expect(await toldOf(details(batch('2'), one))).toEqual(['batch 10000 2']);
    }
  });
  test.each([
    ['by another word', refs(element('EndToEndId', 'SALARY 12'))],
    ['by its UETR', refs(none, element('UETR', '8a562c67-ca16-48ba-b074-65581be6f011'))],
    ['by the id of its instruction', refs(element('InstrId', 'E1'), none)],
  ])('is not booked as one where that is named %s', async (_, named) => {
    const told = ['transaction 10000 5', 'entry-differs'];
    expect(await toldOf(details(btch('5'), tx(named, amt('100.00'))))).toEqual(told);
    expect(await toldOf(details(btch('5'), tx(named)))).toEqual(told);
  });
});

describe('how many transactions a batch has', () => {
  const named = (id: string, text: string): string =>
    tx(refs(element('EndToEndId', id)), amt(text));
  test.each(['2', '1000000000', '999999999999999'])(
    'is not what it lists where it says %s',
    async (count) => {
      expect(await toldOf(details(btch(count), named('E1', '100.00')))).toEqual([
        `transaction 10000 ${count}`,
        'entry-differs',
      ]);
    },
  );
  test('is not made up for by another batch, which does not say it', async () => {
    const one = details(btch('2'), named('E1', '60.00'));
    const other = details(btch(''), named('E2', '20.00'), named('E3', '20.00'));
    expect((await toldOf(one + other)).at(-1)).toBe('entry-differs');
    expect((await toldOf(one.replace('>2<', '>1<') + other)).at(-1)).toBe('transaction 2000 -');
  });
  test.each(['1', 'viel', '1000000000000000'])(
    'is at least what it lists, named or not, where it says %s',
    async (count) => {
      for (const two of [tx(element('Purp')).repeat(2), named('E1', '50.00').repeat(2)])
        expect(await findingsOf(camt054(entry('100.00', details(btch(count), two))))).toEqual([
          'COUNT_DIFFERS Btch',
        ]);
    },
  );
  test('may be as many as say nothing, whatever it comes to', async () => {
    const batch = details(btch('2', total('100.00')), tx(element('Purp')).repeat(2));
    expect(await findingsOf(camt054(entry('100.00', batch)))).toEqual([]);
    expect(await toldOf(batch)).toEqual(['batch 10000 2']);
  });
});

describe.each(['NOTPROVIDED', 'non ref', 'N/A', '0000'])('what stands for no name: %s', (word) => {
  const named = tx(
    refs(
      element('PmtInfId', word),
      ...['InstrId', 'EndToEndId', 'UETR', 'TxId'].map((name) => element(name, word)),
    ),
    amt('100.00'),
  );
  test('is none, so that the only detail of an entry is about its message', async () => {
    expect(await toldOf(details(btch(''), named))).toEqual(['batch 10000 -']);
    const alone = details(named.replace(`<PmtInfId>${word}`, '<PmtInfId>ASD-1'));
    expect(await toldOf(alone)).toEqual(['batch 10000 -']);
    expect(await toldOf(details(named))).toEqual(['transaction 10000 -']);
  });
  test('is not told in place of what the batch says, nor beside it', async () => {
    const other = btch('').replace('<PmtInfId>', `<MsgId>${word}</MsgId><PmtInfId>`);
    const { entries } = await readAll(camt054(entry('100.00', details(other, named))));
    expect(bookings(entries)).toMatchObject([{ references: { batchId: 'ASD-1' } }]);
    expect(bookings(entries)[0]).not.toHaveProperty('otherMessages');
    const whole = btch('').replace('<PmtInfId>', '<MsgId>ASD-0</MsgId><PmtInfId>');
    const silent = named.replace('<PmtInfId>', `<MsgId>${word}</MsgId><PmtInfId>`);
    const { entries: both } = await readAll(camt054(entry('100.00', details(whole, silent))));
    expect(bookings(both)).toMatchObject([
      { references: { messageId: 'ASD-0', batchId: 'ASD-1' } },
    ]);
    const own = named.replace(`<PmtInfId>${word}`, '<PmtInfId>ASD-2');
    const told = await readAll(camt054(entry('100.00', details(other, own))));
    expect(bookings(told.entries)).toMatchObject([{ otherMessages: ['ASD-1'] }]);
  });
});
