import { expect, test } from '@jest/globals';
import type { BookedEntry } from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import type { StatusEntry } from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import {
  asNews,
  EntryNamer,
  type QuarantinedEntry,
} from '../../src/use-cases/statements/quarantined-entry.rule.js';

const charge = (more: Partial<BookedEntry> = {}): BookedEntry =>
  ({
    kind: 'booking',
    family: 'camt.054',
    scope: 'entry',
    left: 'charges',
    direction: 'debit',
    reversal: false,
    returned: false,
    bookedOn: '2026-01-05',
    valueOn: '2026-01-05',
    statementId: 'S1',
    references: {},
    amount: { text: '5.00', currency: 'MAD', amountMinor: '500' },
    ...more,
  }) as BookedEntry;
const nameOf = (entry: BookedEntry): string => new EntryNamer().nameOf(entry);

test('two equal charges of one day are two, in one statement and in two', () => {
  const namer = new EntryNamer();
  expect(namer.nameOf(charge())).not.toBe(namer.nameOf(charge()));
  for (const none of [{}, { bank: 'NONREF', entryBank: 'NONREF' }])
    expect(nameOf(charge({ references: none }))).not.toBe(
      nameOf(charge({ references: none, statementId: 'S2' })),
    );
});

test('the same one in another file of the same statement is one, and by its reference in any', () => {
  expect(nameOf(charge())).toBe(nameOf(charge({ entry: 7 })));
  const references = { bank: 'K1', entryBank: 'K1' };
  expect(nameOf(charge({ references, account: 'MA1' }))).not.toBe(
    nameOf(charge({ references, account: 'MA2' })),
  );
  expect(nameOf(charge({ references }))).toBe(
    nameOf(charge({ references, statementId: 'S2', family: 'camt.053' })),
  );
});

test('what is booked is another one than what was pending or only told', () => {
  const references = { bank: 'K1', entryBank: 'K1' };
  const of = (status?: string): string =>
    nameOf({ ...charge({ references }), ...(status === undefined ? {} : { status }) });
  expect(new Set([of('BOOK'), of('PROV'), of('XXXX'), of()]).size).toBe(4);
  expect(of('PROV')).toBe(of('PROV'));
});

test('a group that is said of another number or sum is another one', () => {
  const of = (original: StatusEntry['original']): string => {
    const said = { kind: 'status', family: 'pain.002', scope: 'group', status: 'RJCT' } as const;
    const nothing = { problems: [], reasons: [], proprietaryReasons: [] };
    const place = { line: 1, column: 1 };
    return new EntryNamer().nameOf({
      ...said,
      ...nothing,
      place,
      original: { messageId: 'M1', ...original },
    });
  };
  const names = [{}, { count: '3' }, { count: '5' }, { controlSum: '3' }, { controlSum: '5' }].map(
    of,
  );
  expect(new Set(names).size).toBe(5);
  expect(of({ count: '3' })).toBe(names[1]);
});

test('what was dismissed for another reason waits again, once', () => {
  const said = { entryId: '00000000-0000-4000-8000-000000000001', code: 'CREDIT_UNCLEAR' };
  const entry = said as QuarantinedEntry;
  const dismissed = (code: string) => ({ status: 'dismissed', entry: { ...entry, code } }) as const;
  expect(asNews(entry, dismissed('CREDIT_UNCLEAR'))).toBe(entry);
  expect(asNews(entry, { ...dismissed('STATUS_UNKNOWN'), status: 'quarantined' })).toBe(entry);
  const again = asNews(entry, dismissed('STATUS_UNKNOWN'));
  expect(again).toEqual({ ...entry, entryId: expect.not.stringContaining(entry.entryId) });
  expect(asNews(entry, dismissed('ENTRY_INVALID'))).toEqual(again);
});
