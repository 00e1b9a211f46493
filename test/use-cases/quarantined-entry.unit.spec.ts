import { expect, test } from '@jest/globals';
import type { BookedEntry } from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { EntryNamer } from '../../src/use-cases/statements/quarantined-entry.rule.js';

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
