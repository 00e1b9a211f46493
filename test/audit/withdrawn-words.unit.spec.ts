import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { TwoPeopleCheck } from '../../src/audit/two-people-check.js';
import type { Recorded } from '../../src/kernel/decider.js';

const paymentId = 'asd-2026-01-00000000-0000-4000-8000-000000000001';
const breakId = '00000000-0000-4000-8000-000000000002';
const ENTRY = 'entry-1';

interface Step {
  readonly type: EventType;
  readonly by: string;
  readonly data: object;
  readonly stream?: string;
  readonly role?: 'payment-system';
}

/** What the check finds in a log of these events, of one payment where no other stream is named. */
function foundIn(...log: readonly Step[]): string[] {
  const check = new TwoPeopleCheck();
  const found: string[] = [];
  log.forEach(({ type, by, data, stream = `payment-${paymentId}`, role }, position) => {
    const command = stream === ENTRY ? 'assign' : String(position);
    const meta = { actor: by, role: role ?? 'finance-officer', command, correlation: '' };
    const event = { id: '', stream, revision: 0, type, v: 2, time: '', data, meta, position };
    check.add(event as Recorded, (invariant, what) => {
      found.push(`${invariant}: ${what}`);
    });
  });
  return found;
}
const nothing = 'I4: withdrawn by who had proposed nothing';

describe('a word that was taken back', () => {
  test('of an outcome counts no more', () => {
    const said = { paymentId, attempt: 1, endToEndId: 'E1', source: 'http', reason: 'AC04' };
    const asked: Step = {
      type: 'PaymentOutcomeProposed',
      by: 'farid',
      data: { ...said, outcome: 'rejected' },
    };
    const taken = (by: string): Step => ({ type: 'PaymentOutcomeWithdrawn', by, data: {} });
    const rejected: Step = { type: 'PaymentRejected', by: 'hind', data: said };
    expect(foundIn(asked, taken('Farid'), rejected)).toEqual([
      'I4: an outcome that only one person said',
    ]);
    expect(foundIn(asked, taken('hind'), rejected)).toEqual([nothing]);
  });

  test('of a break counts no more, and of another break does', () => {
    const data = { breakId, resolution: 'counted-as-settled' };
    const broken: Step = {
      type: 'PaymentBreakRecorded',
      by: 'bank',
      role: 'payment-system',
      data: { paymentId, attempt: 1, breakId, reported: 'settled', source: 'camt.054' },
    };
    const asked: Step = { type: 'PaymentBreakResolutionProposed', by: 'farid', data };
    const taken: Step = { type: 'PaymentBreakResolutionWithdrawn', by: 'farid', data };
    const decided: Step = { type: 'PaymentBreakResolved', by: 'hind', data };
    const named: Step = { ...decided, data: { ...data, proposedBy: 'farid' } };
    expect(foundIn(broken, asked, taken, decided)).toEqual([
      'I4: a break was counted as paid or come back by one person',
    ]);
    const other = { ...taken, data: { breakId: 'another' } };
    expect(foundIn(broken, asked, other, named)).toEqual([nothing]);
  });

  test('about an entry gives it to no payment', () => {
    const of = { stream: ENTRY };
    const said = { entryId: '1', paymentId, attempt: 1, outcome: 'settled', reason: 'a letter' };
    const waits: Step = { type: 'BankEntryQuarantined', by: 'bank', data: { sha256: 'a' }, ...of };
    const asked: Step = { type: 'BankEntryAssignmentProposed', by: 'farid', data: said, ...of };
    const taken: Step = { type: 'BankEntryAssignmentWithdrawn', by: 'farid', data: {}, ...of };
    const assigned: Step = { type: 'BankEntryAssigned', by: 'hind', data: said, ...of };
    const named: Step = { ...assigned, data: { ...said, proposedBy: 'farid' } };
    expect(foundIn(waits, asked, named)).toEqual([]);
    expect(foundIn(waits, asked, taken, assigned)).toEqual([
      'I4: an entry was given to a payment by one person',
    ]);
  });
});
