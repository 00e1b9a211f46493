import { describe, expect, test } from '@jest/globals';
import {
  again,
  againOver,
  breakId,
  broken,
  foundIn,
  paymentId,
  rejected,
  step,
} from './two-people.js';

const resolved = (by: string) =>
  step(
    'PaymentBreakResolved',
    by,
    { paymentId, breakId, resolution: 'bank-error', reason: 'a letter' },
    // As it was decided before it took two: what is looked at here is who pays again.
    { v: 1 },
  );

describe('who pays again over what was cleared', () => {
  const CLEARED = ['I4: paid again by who took away what stood against it'];
  const failed = [rejected('bank', { role: 'payment-system' }, 'pain.002'), broken('bank')];
  const entry = { stream: 'entry-1' };
  const waits = step('BankEntryQuarantined', 'bank', { entryId: '1', paymentId }, entry);
  const dismissed = step('BankEntryDismissed', 'farid', { entryId: '1' }, { ...entry, v: 1 });
  const elsewhere = step('BankEntryQuarantined', 'bank', { entryId: '1' }, entry);

  test('is none of those who resolved its breaks, whatever is said of them', () => {
    for (const clearedBy of [[], ['farid']]) {
      expect(foundIn(...failed, resolved('farid'), againOver('hind', ...clearedBy))).toEqual([]);
      expect(foundIn(...failed, resolved('farid'), againOver('Farid', ...clearedBy))).toEqual(
        CLEARED,
      );
    }
    expect(foundIn(...failed, againOver('hind', 'Hind'))).toEqual(CLEARED);
  });
  test('nor who had proposed that', () => {
    const { data } = resolved('hind');
    const two = step('PaymentBreakResolved', 'hind', { ...data, proposedBy: 'farid' }, { v: 1 });
    expect(foundIn(...failed, two, againOver('farid'))).toEqual(CLEARED);
  });
  test('nor who dismissed an entry about it', () => {
    expect(foundIn(...failed, waits, dismissed, againOver('farid'))).toEqual(CLEARED);
    expect(foundIn(...failed, waits, dismissed, againOver('hind'))).toEqual([]);
    expect(foundIn(...failed, elsewhere, dismissed, againOver('farid'))).toEqual([]);
  });
  test('may be any of them before versions that looked at it', () => {
    expect(foundIn(...failed, resolved('farid'), again('farid'))).toEqual([]);
  });
});
