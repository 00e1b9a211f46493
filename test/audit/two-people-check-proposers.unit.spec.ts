import { describe, expect, test } from '@jest/globals';
import { breakId, broken, foundIn, paymentId, step, UNDER_RULES } from './two-people.js';

const notSaid = ['I4: it is not said who proposed it'];
const another = ['I4: it is said that somebody proposed it who did not'];
const named = (by: string) => ({ proposedBy: by });

describe('a break that is counted says who proposed it', () => {
  const data = { paymentId, breakId, resolution: 'counted-as-returned', reason: 'a letter' };
  const proposes = (by: string) => step('PaymentBreakResolutionProposed', by, data);
  const resolves = (more: object = {}, v = 4) =>
    step('PaymentBreakResolved', 'fatima', { ...data, ...more }, { v });
  const begun = [UNDER_RULES, broken('bank'), proposes('farid')];

  test('or they would count for nobody who took it away', () => {
    expect(foundIn(...begun, resolves(named('farid')))).toEqual([]);
    for (const v of [2, 3, 4]) expect(foundIn(...begun, resolves({}, v))).toEqual(notSaid);
    // One person decided it, and it named nobody.
    expect(foundIn(...begun, resolves({}, 1))).toEqual([]);
  });
  test('the first of others than who decided it', () => {
    const proposed = [UNDER_RULES, broken('bank'), ...['Fatima', 'farid', 'omar'].map(proposes)];
    expect(foundIn(...proposed, resolves(named('farid')))).toEqual([]);
    for (const by of ['omar', 'Fatima', 'nadia'])
      expect(foundIn(...proposed, resolves(named(by)))).toEqual(another);
  });
  test('which takes no proposal where it counts no money', () => {
    expect(foundIn(...begun, resolves({ resolution: 'no-effect' }))).toEqual([]);
  });
});

describe('an entry', () => {
  const entry = { stream: 'entry-1' };
  const said = { entryId: '1', paymentId, attempt: 1, outcome: 'settled', reason: 'a letter' };
  const waits = (data: object = { sha256: 'a' }) =>
    step('BankEntryQuarantined', 'bank', { family: 'camt.054', ...data }, entry);
  const proposes = (by: string) => step('BankEntryAssignmentProposed', by, said, entry);
  const assigned = (more: object = {}, v = 2) =>
    step('BankEntryAssigned', 'hind', { ...said, ...more }, { ...entry, v });

  test('that is given to a payment says who proposed that', () => {
    const begun = [waits(), proposes('hind'), proposes('farid'), proposes('omar')];
    expect(foundIn(...begun, assigned(named('farid')))).toEqual([]);
    expect(foundIn(...begun, assigned())).toEqual(notSaid);
    expect(foundIn(...begun, assigned({}, 1))).toEqual([]);
    for (const by of ['omar', 'hind'])
      expect(foundIn(...begun, assigned(named(by)))).toEqual(another);
  });
  test("of a bank's file says of which; what a payments block answers is of none", () => {
    expect(foundIn(waits())).toEqual([]);
    expect(foundIn(waits({}))).toEqual([
      "I4: an entry of a bank's file does not say of which, nor so who handed it over",
    ]);
    expect(foundIn(waits({ family: 'govstack' }))).toEqual([]);
  });
});
