import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { HeldAccountsCheck } from '../../src/audit/held-accounts-check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { NOON } from './direct.js';

const PERSON = '00000000-0000-4000-8000-000000000001';
const paymentId = `asd-2026-01-${PERSON}`;
interface More {
  /** Before events said how their actor came. */
  readonly old?: boolean;
  readonly stream?: string;
  readonly time?: string;
}
type Step = readonly [type: EventType, data: object, more?: More];

/** What the check finds in a log of these events. */
function foundIn(...log: readonly Step[]): string[] {
  const check = new HeldAccountsCheck();
  const found: string[] = [];
  log.forEach(
    ([type, data, { old = false, stream = `person-${PERSON}`, time = NOON } = {}], position) => {
      const meta = { actor: 'a', role: 'intake', ...(old ? {} : { channel: 'http' }) };
      const event: object = { stream, revision: 1, type, v: 1, time, data, meta, position };
      check.add(event as Recorded, (invariant, what) => {
        found.push(`${invariant}: ${what}`);
      });
    },
  );
  return found;
}
const first: Step = ['PayeeAccountRegistered', { accountId: 'one' }];
const second: Step = ['PayeeAccountRegistered', { accountId: 'two' }];
const verified = (accountId: string): Step => ['PayeeAccountVerified', { accountId }];
const paid = (accountId: string, old = false): Step => [
  'PaymentInstructed',
  { paymentId, accountId },
  { old },
];
const hold = (verification: string): Step => [
  'AccountHoldSet',
  { programmeId: 'asd', days: 0, verification },
];
const released: Step = ['CycleReleased', { cycleId: 'asd-2026-01' }];
const paidAgain = (accountId: string): Step => ['PaymentReinstructed', { paymentId, accountId }];
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
  const instructed: Step = ['CycleInstructed', { cycleId: 'asd-2026-01' }];
  const left = [first, second, released, instructed] as const;
  expect(foundIn(...left, verified('two'), paid('two'))).toEqual([]);
  expect(foundIn(...left, paid('two'))).toEqual(waited);
});

test('what is instructed again is on the accounts of then', () => {
  expect(foundIn(first, released, second, paidAgain('two'))).toEqual(waited);
  expect(foundIn(first, released, second, verified('two'), paidAgain('two'))).toEqual([]);
});

test('the first account of a person replaces none, whatever another person had', () => {
  const [type, data] = second;
  expect(foundIn([type, data, { stream: OTHER }], first, paid('one'))).toEqual([]);
});

const OTHER = 'person-00000000-0000-4000-8000-000000000002';

test("the account of another person says nothing of one's own of the same id", () => {
  const theirs = (type: EventType): Step => [type, { accountId: 'two' }, { stream: OTHER }];
  const verifiedTheirs = theirs('PayeeAccountVerified');
  expect(foundIn(first, second, verifiedTheirs, paid('two'))).toEqual(waited);
  const had: Step = ['PayeeAccountRegistered', { accountId: 'one' }, { stream: OTHER }];
  const changedTheirs = theirs('PayeeAccountRegistered');
  const mine: Step = ['PayeeAccountRegistered', { accountId: 'two' }];
  expect(foundIn(had, changedTheirs, mine, paid('two'))).toEqual([]);
});

describe('an account that is registered after the release', () => {
  const late = ['I2: instructed to an account that was registered after the release'];
  const instructed: Step = ['CycleInstructed', { cycleId: 'asd-2026-01' }];
  const other: Step = ['CycleReleased', { cycleId: 'asd-2026-02' }];
  test('is not what its cycle is instructed to', () => {
    expect(foundIn(hold('none'), first, released, second, paid('two'))).toEqual(late);
    expect(foundIn(first, released, second, verified('two'), paid('two'))).toEqual(late);
    expect(foundIn(released, first, paid('one'))).toEqual(late);
    expect(foundIn(first, released, paid('one'))).toEqual([]);
    expect(foundIn(other, first, released, paid('one'))).toEqual([]);
    expect(foundIn(hold('none'), first, second, released, paid('two'))).toEqual([]);
  });
  test('is what may be paid on later, or again', () => {
    const none = [hold('none'), hold('none')] as const;
    expect(foundIn(released, instructed, first, paid('one'))).toEqual([]);
    expect(foundIn(released, first, instructed, paid('one'))).toEqual([]);
    expect(foundIn(...none, first, released, second, paidAgain('two'))).toEqual([]);
  });
});

describe('an account that changed', () => {
  const early = ['I4: instructed to an account that changed too few days before'];
  const at = (step: Step, time: string): Step => [step[0], step[1], { time }];
  const days = (count: number, verification = 'none'): Step => [
    'AccountHoldSet',
    { programmeId: 'asd', days: count, verification },
  ];
  const changed = at(second, '2026-01-10T12:00:00.000Z');
  const soon = '2026-01-13T11:59:59.999Z';
  const then = '2026-01-13T12:00:00.000Z';
  test('is not paid on before so many days', () => {
    const begun = [days(3), first, changed] as const;
    expect(foundIn(...begun, at(released, soon), at(paid('two'), then))).toEqual(early);
    expect(foundIn(...begun, at(released, then), at(paid('two'), then))).toEqual([]);
    expect(foundIn(...begun, at(paid('one'), soon))).toEqual([]);
    expect(foundIn(days(0), first, changed, at(released, soon), paid('two'))).toEqual([]);
    const [type, data] = first;
    const anew: Step = [type, data, { time: '2026-01-10T12:00:00.000Z' }];
    expect(foundIn(days(3), anew, at(released, soon), paid('one'))).toEqual([]);
  });
  test('also where another person verified it', () => {
    const begun = [days(3, 'every'), first, changed, verified('two')] as const;
    expect(foundIn(...begun, at(released, soon), paid('two'))).toEqual(early);
    expect(foundIn(...begun, at(released, then), paid('two'))).toEqual([]);
  });
  test('is held again by the hold of before and of now', () => {
    const again = at(paidAgain('two'), soon);
    expect(foundIn(days(3), days(3), first, changed, again)).toEqual(early);
    expect(foundIn(days(3), days(1), first, changed, again)).toEqual([]);
    expect(foundIn(days(1), days(3), first, changed, again)).toEqual([]);
    expect(foundIn(days(3), days(0, 'changed'), first, changed, again)).toEqual(early);
  });
});

test('old logs were paid as it was then', () => {
  const old = [first, second].map(([type, data]): Step => [type, data, { old: true }]);
  expect(foundIn(...old, paid('two', true))).toEqual([]);
});
