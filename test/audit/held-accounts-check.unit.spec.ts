import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { HeldAccountsCheck } from '../../src/audit/held-accounts-check.js';
import type { Recorded } from '../../src/kernel/decider.js';

const paymentId = 'asd-2026-01-00000000-0000-4000-8000-000000000001';
type Step = readonly [type: EventType, data: object, revision?: number, old?: boolean];

/** What the check finds in a log of these events. */
function foundIn(...log: readonly Step[]): string[] {
  const check = new HeldAccountsCheck();
  const found: string[] = [];
  log.forEach(([type, data, revision = 1, old = false], position) => {
    const meta = { actor: 'a', role: 'intake', ...(old ? {} : { channel: 'http' }) };
    const event: object = { stream: 's', revision, type, v: 1, time: '', data, meta, position };
    check.add(event as Recorded, (invariant, what) => {
      found.push(`${invariant}: ${what}`);
    });
  });
  return found;
}
const first: Step = ['PayeeAccountRegistered', { accountId: 'one' }, 1];
const second: Step = ['PayeeAccountRegistered', { accountId: 'two' }, 2];
const verified = (accountId: string): Step => ['PayeeAccountVerified', { accountId }, 3];
const paid = (accountId: string, old = false): Step => [
  'PaymentInstructed',
  { paymentId, accountId },
  1,
  old,
];
const hold = (verification: string): Step => [
  'AccountHoldSet',
  { programmeId: 'asd', days: 0, verification },
];
const released: Step = ['CycleReleased', { cycleId: 'asd-2026-01' }, 3];
const paidAgain = (accountId: string): Step => ['PaymentReinstructed', { paymentId, accountId }, 2];
const waited = ['I4: instructed to an account that waits for a second person'];

test('a changed account is paid on once it was verified', () => {
  expect(foundIn(first, paid('one'))).toEqual([]);
  expect(foundIn(first, second, paid('two'))).toEqual(waited);
  expect(foundIn(first, second, verified('one'), paid('two'))).toEqual(waited);
  expect(foundIn(first, second, verified('two'), paid('two'))).toEqual([]);
});

test('what a programme set is held against its payments, from the next cycle on', () => {
  expect(foundIn(hold('every'), first, paid('one'))).toEqual([]);
  expect(foundIn(hold('every'), hold('every'), first, paid('one'))).toEqual(waited);
  expect(foundIn(hold('none'), first, second, paid('two'))).toEqual([]);
});

test('a cycle is instructed on the accounts, and under the hold, of its release', () => {
  expect(foundIn(hold('none'), first, second, released, hold('every'), paid('two'))).toEqual([]);
  expect(
    foundIn(hold('none'), first, second, released, hold('changed'), hold('every'), paid('two')),
  ).toEqual([]);
  expect(foundIn(first, second, released, hold('none'), paid('two'))).toEqual(waited);
  expect(foundIn(first, second, released, verified('two'), paid('two'))).toEqual(waited);
  expect(foundIn(first, released, second, paid('one'))).toEqual([]);
});

test('an account that was verified stays so, also where somebody verifies it again', () => {
  const twice = [first, second, verified('two'), released, verified('two')] as const;
  expect(foundIn(...twice, paid('two'))).toEqual([]);
});

test('what was left out is instructed on the account of then', () => {
  const instructed: Step = ['CycleInstructed', { cycleId: 'asd-2026-01' }, 4];
  const left = [first, second, released, instructed] as const;
  expect(foundIn(...left, verified('two'), paid('two'))).toEqual([]);
  expect(foundIn(...left, paid('two'))).toEqual(waited);
});

test('what is instructed again is on the accounts of then', () => {
  expect(foundIn(first, released, second, paidAgain('two'))).toEqual(waited);
  expect(foundIn(first, released, second, verified('two'), paidAgain('two'))).toEqual([]);
});

test('the first account of a person replaces none, whatever else came before it', () => {
  const late: Step = ['PayeeAccountRegistered', { accountId: 'one' }, 2];
  expect(foundIn(late, paid('one'))).toEqual([]);
});

test('old logs were paid as it was then', () => {
  const old = [first, second].map(([type, data, revision = 1]): Step => [
    type,
    data,
    revision,
    true,
  ]);
  expect(foundIn(...old, paid('two', true))).toEqual([]);
});
