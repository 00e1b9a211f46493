import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { TwoPeopleCheck } from '../../src/audit/two-people-check.js';
import type { Recorded, Role } from '../../src/kernel/decider.js';

const paymentId = 'asd-2026-01-00000000-0000-4000-8000-000000000001';
const payment = `payment-${paymentId}`;
const breakId = '00000000-0000-4000-8000-000000000002';
const base = { paymentId, attempt: 1, endToEndId: 'E1', source: 'http' };

interface Step {
  readonly type: EventType;
  readonly by: string;
  readonly data: object;
  readonly role?: Role;
  readonly stream?: string;
  readonly v?: number;
  readonly command?: string;
}
const step = (type: EventType, by: string, data: object, more: Partial<Step> = {}): Step => ({
  type,
  by,
  data,
  ...more,
});

/** What the check finds in a log of these events, to its end. */
function foundIn(...log: readonly Step[]): string[] {
  const check = new TwoPeopleCheck();
  const found: string[] = [];
  log.forEach((one, position) => {
    const { type, by, data, role = 'finance-officer', stream = payment, v = 2 } = one;
    const meta = { actor: by, role, command: one.command ?? String(position), correlation: '' };
    const event = { id: '', stream, revision: 0, type, v, time: '', data, meta, position };
    check.add(event as Recorded, (invariant, what) => {
      found.push(`${invariant}: ${what}`);
    });
  });
  check.finish((what) => found.push(`I4: ${what}`));
  return found;
}

/** Anything that only these rules make: from here on the log was written under them. */
const UNDER_RULES = step(
  'PaymentOutcomeProposed',
  'somebody',
  { ...base, outcome: 'accepted' },
  { stream: 'payment-other' },
);
const proposed = (by: string) =>
  step('PaymentOutcomeProposed', by, { ...base, outcome: 'rejected', reason: 'AC04' });
const rejected = (by: string, more: Partial<Step> = {}, source = 'http') =>
  step('PaymentRejected', by, { ...base, source, reason: 'AC04' }, more);
const again = (by: string) => step('PaymentReinstructed', by, { ...base, attempt: 2 });
const broken = (by: string, role: Role = 'payment-system') =>
  step(
    'PaymentBreakRecorded',
    by,
    { ...base, breakId, kind: 'settled-after-rejected', reported: 'settled' },
    { role },
  );
const counted = (type: 'PaymentBreakResolutionProposed' | 'PaymentBreakResolved', by: string) =>
  step(type, by, { paymentId, breakId, resolution: 'counted-as-settled', reason: 'a letter' });
const resolved = (by: string, v = 2) =>
  step(
    'PaymentBreakResolved',
    by,
    { paymentId, breakId, resolution: 'bank-error', reason: 'a letter' },
    { v },
  );
const BY_BANK = { role: 'payment-system' } as const;

describe('a payment is moved by two persons', () => {
  test('where a person says what became of it', () => {
    expect(foundIn(proposed('farid'), rejected('hind'))).toEqual([]);
    expect(foundIn(UNDER_RULES, rejected('bank', BY_BANK))).toEqual([]);
    expect(foundIn(UNDER_RULES, rejected('farid', {}, 'camt.054'))).toEqual([]);
    const alone = ['I4: an outcome that only one person said'];
    expect(foundIn(UNDER_RULES, rejected('farid'))).toEqual(alone);
    expect(foundIn(proposed('farid'), rejected('FARID'))).toEqual(alone);
    expect(foundIn(UNDER_RULES, broken('farid', 'finance-officer'))).toEqual(alone);
  });
  test('where it failed and is paid again', () => {
    expect(foundIn(proposed('farid'), rejected('hind'), again('farid'))).toEqual([]);
    expect(foundIn(UNDER_RULES, rejected('farid', {}, 'pain.002'), again('farid'))).toEqual([
      'I4: paid again by who recorded that it failed',
    ]);
  });
  test('where the bank said after a person what became of it, the bank counts', () => {
    const accepted = { ...base, outcome: 'accepted' };
    expect(
      foundIn(
        step('PaymentOutcomeProposed', 'farid', accepted),
        step('PaymentAccepted', 'hind', base),
        step('PaymentSettled', 'bank', base, BY_BANK),
        again('hind'),
      ),
    ).toEqual([]);
  });
  test('where what contradicts itself is resolved', () => {
    const life = [rejected('bank', BY_BANK), again('farid'), broken('bank')];
    expect(foundIn(...life, resolved('hind'))).toEqual([]);
    expect(foundIn(...life, resolved('farid'))).toEqual([
      'I4: a break was resolved by who caused it',
    ]);
    expect(
      foundIn(...life, counted('PaymentBreakResolutionProposed', 'farid'), {
        ...counted('PaymentBreakResolved', 'hind'),
      }),
    ).toEqual([]);
    expect(
      foundIn(
        ...life,
        counted('PaymentBreakResolutionProposed', 'hind'),
        counted('PaymentBreakResolved', 'HIND'),
      ),
    ).toEqual(['I4: a break was counted as paid or come back by one person']);
  });
  test('from the first event on that only these rules make', () => {
    const older = [rejected('farid'), again('farid'), broken('farid', 'finance-officer')];
    expect(foundIn(...older, resolved('farid', 1))).toEqual([]);
    expect(foundIn(...older, UNDER_RULES, resolved('farid', 1))).toEqual([
      'I4: a break was resolved by who caused it',
    ]);
  });
});

describe('an entry of a bank', () => {
  const entry = { stream: 'entry-1' };
  const said = { entryId: '1', paymentId, attempt: 1, outcome: 'settled', reason: 'a letter' };
  const waits = step('BankEntryQuarantined', 'farid', {}, entry);
  const propose = step('BankEntryAssignmentProposed', 'farid', said, entry);
  const assigned = (by: string) =>
    step('BankEntryAssigned', by, said, { ...entry, command: 'assign' });
  const settled = (by: string) =>
    step('PaymentSettled', by, { ...base, source: 'operator' }, { command: 'assign' });

  test('is given to a payment by two persons', () => {
    expect(foundIn(waits, propose, settled('hind'), assigned('hind'))).toEqual([]);
    const alone = ['I4: an entry was given to a payment by one person'];
    expect(foundIn(waits, propose, settled('farid'), assigned('farid'))).toEqual(alone);
    expect(foundIn(waits, settled('hind'), assigned('hind'))).toEqual(alone);
  });
  test('stands behind what is said of a payment in its name', () => {
    expect(foundIn(UNDER_RULES, settled('hind'))).toEqual([
      'I4: an outcome that one person said of an entry that nobody gave to the payment',
    ]);
  });
  test('is dismissed by another person than handed over its file', () => {
    const dismissed = (by: string) => step('BankEntryDismissed', by, {}, entry);
    expect(foundIn(UNDER_RULES, waits, dismissed('hind'))).toEqual([]);
    const file = step('BankMessageReceived', 'imane', { sha256: 'a' }, { stream: 'message-a' });
    const released = step('BankEntryQuarantined', 'farid', { sha256: 'a' }, entry);
    for (const by of ['imane', 'Imane', 'farid'])
      expect(foundIn(UNDER_RULES, file, released, dismissed(by))).toEqual([
        'I4: an entry was dismissed by who handed over its file',
      ]);
    expect(foundIn(UNDER_RULES, file, released, dismissed('hind'))).toEqual([]);
    // Of an earlier version, which looked only at who had it applied.
    const before = step('BankEntryDismissed', 'imane', {}, { ...entry, v: 1 });
    expect(foundIn(UNDER_RULES, file, released, before)).toEqual([]);
    expect(foundIn(UNDER_RULES, waits, dismissed('farid'))).toEqual([
      'I4: an entry was dismissed by who handed over its file',
    ]);
  });
});
