import { expect, test } from '@jest/globals';
import { base, breakId, foundNow, step } from './two-people.js';

const ALONE = ['I4: an outcome that only one person said'];
const BY_BANK = { role: 'payment-system' } as const;

test('a payment is moved by two persons, of whom none said it before it was known', () => {
  const says = (by: string) => step('PaymentOutcomeProposed', by, { ...base, outcome: 'settled' });
  const contradicts = { ...base, breakId, kind: 'settled-after-rejected', reported: 'settled' };
  const byBank = step('PaymentBreakRecorded', 'bank', contradicts, BY_BANK);
  const other = { ...contradicts, breakId: '00000000-0000-4000-8000-000000000003' };
  const byTwo = step('PaymentBreakRecorded', 'hind', other);
  const resolves = (by: string) =>
    step('PaymentBreakResolved', by, { ...other, resolution: 'bank-error' });
  expect(foundNow(says('farid'), byBank, byTwo)).toEqual(ALONE);
  expect(foundNow(says('farid'), byBank, says('omar'), byTwo, resolves('farid'))).toEqual([]);
  expect(foundNow(says('farid'), byBank, says('omar'), byTwo, resolves('omar'))).toEqual([
    'I4: a break was resolved by who caused it',
  ]);
});
