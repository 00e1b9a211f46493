import { expect, test } from '@jest/globals';
import type { StatusEntry } from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { uuidOf } from '../../src/kernel/ids.js';
import type { Instructed } from '../../src/use-cases/instructions/instructed-messages.js';
import { named } from '../../src/use-cases/statements/named-by-entry.js';

const idOf = (n: number): string => `E${String(n).padStart(24, '0')}`;
const UETR = uuidOf('third');
/** Payments 1 and 2 by their ids, 3 by its UETR, and the messages M1 and M2. */
const ours: Instructed = {
  lookup: (ids) => Promise.resolve(ids.map((id) => ({ [idOf(1)]: 'p1', [idOf(2)]: 'p2' })[id])),
  byUetr: (uetr) => Promise.resolve(uetr === UETR ? { paymentId: 'p3', attempt: 1 } : undefined),
  messageOf: () => Promise.resolve(undefined),
  payingAccounts: () => Promise.resolve(new Set()),
  isPaidFrom: () => Promise.resolve(true),
  message: (messageId) =>
    Promise.resolve(
      ['M1', 'M2'].includes(messageId)
        ? { cycleId: 'c', messageId, count: 1, totalMinor: '1', currency: 'MAD' }
        : undefined,
    ),
  async *paymentsOf() {},
};
const namesOf = async (original: StatusEntry['original']) => {
  const entry: StatusEntry = {
    kind: 'status',
    family: 'pain.002',
    scope: 'transaction',
    place: { line: 1, column: 1 },
    problems: [],
    reasons: [],
    proprietaryReasons: [],
    original,
  };
  const verdict = { kind: 'unclear', code: 'REFERENCES_DIFFER', detail: '' } as const;
  return (await named(entry, verdict, ours)).names;
};

test('every payment and message of ours that an entry names is named, once', async () => {
  expect(await namesOf({ instructionId: idOf(1), endToEndId: idOf(2), uetr: UETR })).toEqual({
    paymentId: 'p2',
    others: [{ paymentId: 'p1' }, { paymentId: 'p3' }],
  });
  expect(await namesOf({ messageId: 'M1', batchId: 'M2', endToEndId: idOf(1) })).toEqual({
    paymentId: 'p1',
    messageId: 'M2',
    others: [{ messageId: 'M1' }],
  });
  expect(await namesOf({ instructionId: idOf(1), endToEndId: idOf(1), messageId: 'M1' })).toEqual({
    paymentId: 'p1',
    messageId: 'M1',
  });
});

test('what is of another payer’s id names no payment by its UETR', async () => {
  expect(await namesOf({ endToEndId: 'INVOICE 12', uetr: UETR })).toBeUndefined();
  expect(await namesOf({ endToEndId: 'NOTPROVIDED', uetr: UETR })).toEqual({ paymentId: 'p3' });
});
