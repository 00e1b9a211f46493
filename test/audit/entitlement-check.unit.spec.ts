import { describe, expect, test } from '@jest/globals';
import { factsOf } from '../simulation/model-programme.js';
import {
  enrolment,
  FACTS,
  foundIn,
  hashed,
  household,
  itemsOf,
  type Log,
  ordered,
  started,
  STARTED,
  step,
  type Step,
  sumOf,
} from './entitled.js';

const not = (month: string) => `I7 ordered for ${month}, in which the enrolment is not payable`;

describe('an order is what the facts and the policy of its month give', () => {
  test('under each version', () => {
    expect(foundIn({}, STARTED, ordered('2026-01'), ordered('2026-03'))).toEqual([]);
    const other = { policyVersion: 2 };
    expect(foundIn({}, STARTED, ordered('2026-01', other))).toEqual([
      'I5 ordered under version 2; in 2026-01 1 is paid',
    ]);
  });
  test('item by item', () => {
    const items = itemsOf(FACTS, '2026-01');
    const due = sumOf(items);
    const said = (changed: typeof items, amountMinor = sumOf(changed)) =>
      foundIn({}, STARTED, ordered('2026-01', { items: changed, amountMinor }));
    expect(said(items.map((item) => ({ ...item, code: 'gift' })))).toEqual([
      `I5 2026-01: the items are not what version 1 gives on the recorded facts (${due} ordered, ${due} due)`,
    ]);
    const more = { ...items[0]!, amountMinor: '1' };
    const both = String(BigInt(due) + 1n);
    expect(said([...items, more])).toEqual([
      `I5 2026-01: the items are not what version 1 gives on the recorded facts (${both} ordered, ${due} due)`,
    ]);
    expect(said(items, '1')).toEqual([`I5 the items sum to ${due}, not 1`]);
  });
  test('but for arrears and what is given back, which the accounts prove', () => {
    const items = [
      ...itemsOf(FACTS, '2026-01'),
      { code: 'arrears', period: '2026-01', amountMinor: '50' },
      { code: 'recovery', period: '2026-01', amountMinor: '-20' },
    ];
    expect(foundIn({}, STARTED, ordered('2026-01', { items, amountMinor: sumOf(items) }))).toEqual(
      [],
    );
  });
  test('of the region and the facts that the enrolment has', () => {
    expect(foundIn({}, STARTED, ordered('2026-01', { region: 'R2' }))).toEqual([
      'I7 ordered in R2; the enrolment is of R1',
    ]);
    const other = { contentHash: 'other' };
    expect(foundIn({}, STARTED, ordered('2026-01', other))).toEqual([
      'I5 ordered on other facts than those of 2026-01',
    ]);
    expect(foundIn({ isNew: false }, STARTED, ordered('2026-01', other))).toEqual([]);
    const moved = step('EnrolmentMoved', { fromRegion: 'R1', region: 'R2' });
    expect(foundIn({}, STARTED, moved, ordered('2026-01', { region: 'R2' }))).toEqual([]);
    const wrong = step('EnrolmentMoved', { fromRegion: 'R9', region: 'R2' });
    expect(foundIn({}, STARTED, wrong)).toEqual(['I7 moved from R9; the enrolment is of R1']);
  });
  test.each(['EntitlementRevised', 'EnrolmentRecertified'] as const)(
    'as they are from a month on: %s',
    (type) => {
      const facts = factsOf(2);
      const revised = step(type, { fromPeriod: '2026-02', ...hashed(facts) });
      const both = [ordered('2026-01'), ordered('2026-02', {}, ['2026-02'], facts)] as const;
      expect(foundIn({}, STARTED, revised, ...both)).toEqual([]);
      expect(foundIn({}, STARTED, revised, ordered('2026-02'))).toHaveLength(2);
    },
  );
  test('and there is a policy', () => {
    const early = started({ startPeriod: '2025-11' });
    const items = [{ code: 'child', period: '2025-12', amountMinor: '5' }];
    const order = ordered('2026-01', {
      items: [...itemsOf(FACTS, '2026-01'), ...items],
      amountMinor: sumOf([...itemsOf(FACTS, '2026-01'), ...items]),
    });
    expect(foundIn({}, early, order)).toEqual(['I5 no policy is paid in 2025-12']);
    expect(foundIn({}, early, ordered('2025-12'))).toEqual([
      'I5 ordered under version 1; in 2025-12 undefined is paid',
      'I5 no policy is paid in 2025-12',
    ]);
  });
});

describe('an order is for an enrolment that is payable', () => {
  test('and was there as of the position of its cycle', () => {
    expect(foundIn({}, ordered('2026-01'))).toEqual([
      'I7 ordered for somebody who is not enrolled',
    ]);
    expect(foundIn({ asOf: 200 }, STARTED, ordered('2026-01'))).toEqual([]);
    expect(foundIn({ asOf: 199 }, STARTED, ordered('2026-01'))).toEqual([
      'I7 ordered for an enrolment that began after what the cycle is prepared as of',
    ]);
  });
  test('from its start to its end', () => {
    const late = started({ startPeriod: '2026-02' });
    expect(foundIn({}, late, ordered('2026-01'))).toEqual([not('2026-01')]);
    expect(foundIn({}, late, ordered('2026-02'))).toEqual([]);
    const march = started({ startPeriod: '2026-03' });
    const both = ordered('2026-03', {}, ['2026-02', '2026-01', '2026-03']);
    expect(foundIn({}, march, both)).toEqual([not('2026-01'), not('2026-02')]);
    const ended = step('EnrolmentEnded', { lastPeriod: '2026-01' });
    expect(foundIn({}, STARTED, ended, ordered('2026-01'))).toEqual([]);
    expect(foundIn({}, STARTED, ended, ordered('2026-02'))).toEqual([not('2026-02')]);
    expect(foundIn({}, STARTED, ended, ordered('2026-02', {}, ['2026-01']))).toEqual([]);
  });
  test('and not suspended, as of the position of its cycle', () => {
    const suspended = step('EnrolmentSuspended', { fromPeriod: '2026-02', reason: 'asked' });
    expect(foundIn({}, STARTED, suspended, ordered('2026-01'))).toEqual([]);
    expect(foundIn({}, STARTED, suspended, ordered('2026-02'))).toEqual([not('2026-02')]);
    expect(foundIn({ asOf: 300 }, STARTED, suspended, ordered('2026-02'))).toHaveLength(1);
    expect(foundIn({ asOf: 299 }, STARTED, suspended, ordered('2026-02'))).toEqual([]);
    const again = step('EnrolmentReinstated', { fromPeriod: '2026-02' });
    expect(foundIn({}, STARTED, suspended, again, ordered('2026-02'))).toEqual([]);
    const nothing = ordered('2026-02', {}, []);
    expect(foundIn({}, STARTED, suspended, nothing)).toEqual([not('2026-02')]);
    expect(foundIn({}, STARTED, nothing)).toEqual([]);
  });
  test('and instructed for one that still was at the release', () => {
    const released = step('CycleReleased', { cycleId: 'sim-2026-02' }, 'cycle-sim-2026-02');
    const over = step('CycleInstructed', { cycleId: 'sim-2026-02' }, 'cycle-sim-2026-02');
    const personId = '0a0b0c0d-0000-4000-8000-000000000001';
    const paid = step('PaymentInstructed', { paymentId: `sim-2026-02-${personId}` }, 'payment');
    const suspended = step('EnrolmentSuspended', { fromPeriod: '2026-02', reason: 'asked' });
    const ended = step('EnrolmentEnded', { lastPeriod: '2026-01' });
    const wrong = ['I7 instructed for 2026-02, which was not payable any more at the release'];
    /** Of a person whose id is one. */
    const of = (log: Log, ...steps: readonly Step[]) =>
      foundIn(
        log,
        ...steps.map(([type, data, { stream = enrolment } = {}]): Step => [
          type,
          { ...data, personId },
          { stream: stream === enrolment ? `enrolment-sim-${personId}` : stream },
        ]),
      );
    const found = (...steps: readonly Step[]) =>
      of({ asOf: 299 }, STARTED, ordered('2026-02'), ...steps);
    expect(found(suspended, released, paid)).toEqual(wrong);
    expect(found(ended, released, paid)).toEqual(wrong);
    expect(found(released, suspended, paid)).toEqual([]);
    expect(found(released, ended, paid)).toEqual([]);
    expect(found(suspended, released, over, paid)).toEqual([]);
    const later = step('EnrolmentSuspended', { fromPeriod: '2026-03', reason: 'asked' });
    expect(found(later, released, paid)).toEqual([]);
    expect(
      of({ isNew: false, asOf: 299 }, STARTED, ordered('2026-02'), suspended, released, paid),
    ).toEqual([]);
    const both = ordered('2026-02', {}, ['2026-01', '2026-02']);
    const january = step('EnrolmentSuspended', { fromPeriod: '2026-01', reason: 'asked' });
    expect(of({ asOf: 299 }, STARTED, both, january, released, paid)).toEqual([
      wrong[0]!.replace('2026-02', '2026-01'),
      ...wrong,
    ]);
  });
  test('and recertified, in logs that ask for it', () => {
    const due = (dueOn: string) => step('RecertificationFellDue', { dueOn });
    const late = 'I7 ordered for 2026-02, though recertification was due on 2026-01-31';
    expect(foundIn({}, STARTED, due('2026-02-01'), ordered('2026-02'))).toEqual([]);
    expect(foundIn({}, STARTED, due('2026-01-31'), ordered('2026-02'))).toEqual([late]);
    expect(foundIn({ isNew: false }, STARTED, due('2026-01-31'), ordered('2026-02'))).toEqual([]);
  });
  test('and recertified for each month of an enrolment that is over', () => {
    const steps = (dueOn: string) => [
      STARTED,
      step('RecertificationFellDue', { dueOn }),
      step('EnrolmentEnded', { lastPeriod: '2026-02', reason: 'moved' }),
      ordered('2026-03', {}, ['2026-01', '2026-02']),
    ];
    const late = 'I7 ordered for 2026-02, though recertification was due on 2026-01-31';
    expect(foundIn({}, ...steps('2026-02-01'))).toEqual([]);
    expect(foundIn({}, ...steps('2026-01-31'))).toEqual([late]);
    expect(foundIn({ isNew: false }, ...steps('2026-01-31'))).toEqual([]);
  });
  test('until the day that two agreed on, which nobody puts off', () => {
    const due = (dueOn: string) => step('RecertificationFellDue', { dueOn });
    const until = (nextDueOn?: string) =>
      step('EnrolmentRecertified', { fromPeriod: '2026-01', ...hashed(FACTS), nextDueOn });
    const off = ['I7 recertification said to be due on 2026-09-01; it was due on 2026-08-31'];
    expect(foundIn({}, STARTED, until('2026-08-31'), due('2026-09-01'))).toEqual(off);
    expect(foundIn({}, STARTED, until('2026-08-31'), due('2026-08-31'))).toEqual([]);
    expect(foundIn({}, STARTED, until('2026-08-31'), due('2026-08-01'))).toEqual([]);
    expect(foundIn({}, STARTED, due('2026-08-31'), due('2026-09-01'))).toEqual(off);
    expect(foundIn({}, STARTED, until(), due('2026-09-01'))).toEqual([]);
    expect(foundIn({ isNew: false }, STARTED, until('2026-08-31'), due('2026-09-01'))).toEqual([]);
  });
  test('of a person who is not erased as of then', () => {
    const erased = step('PersonErased', {}, 'person-p');
    const wrong = ['I7 ordered for a person who was erased'];
    expect(foundIn({ asOf: 300 }, STARTED, erased, ordered('2026-01'))).toEqual(wrong);
    expect(foundIn({ asOf: 299 }, STARTED, erased, ordered('2026-01'))).toEqual([]);
  });
  test('of whom what was before is known as long as anything is computed as of it', () => {
    const far = 500_000;
    const suspended: Step = [
      'EnrolmentSuspended',
      { ...household, fromPeriod: '2026-02', reason: 'asked' },
      { stream: enrolment, position: far },
    ];
    const order = ordered('2026-02');
    expect(foundIn({ asOf: 250, earliest: 250 }, STARTED, suspended, order)).toEqual([]);
    expect(foundIn({ asOf: far - 1, earliest: far }, STARTED, suspended, order)).toEqual([]);
  });
});

describe('a month is ordered once', () => {
  const again = (stands: Log['stands'], second: Step) =>
    foundIn({ stands: stands ?? (() => true) }, STARTED, ordered('2026-01'), second);
  const both = ordered('2026-02', {}, ['2026-01', '2026-02']);
  test('in one cycle, unless what it ordered does not stand', () => {
    expect(again(() => true, both)).toEqual([
      'I5 2026-01 was ordered before, in the cycle 2026-01',
    ]);
    expect(again(() => false, both)).toEqual([]);
    expect(again((id) => id !== 'sim-2026-01-p', both)).toEqual([]);
    expect(again(() => true, ordered('2026-01'))).toEqual([]);
  });
  test('for one identity, whoever has it', () => {
    const other = { personId: 'q' };
    const first: readonly Step[] = [
      step('EnrolmentStarted', { ...STARTED[1], ...other }, 'enrolment-sim-q'),
      step('PaymentOrdered', { ...ordered('2026-01')[1], ...other }),
    ];
    const then = [STARTED, ordered('2026-01')] as const;
    const twice = 'I5 2026-01 was paid to the same identity before, in the cycle 2026-01';
    expect(foundIn({ earlier: ['q'] }, ...first, ...then)).toEqual([twice]);
    expect(foundIn({ earlier: ['x'] }, ...first, ...then)).toEqual([]);
    expect(foundIn({ earlier: ['x', 'q'] }, ...first, ...then)).toEqual([twice]);
    const stands = (id: string) => id !== 'sim-2026-01-q';
    expect(foundIn({ earlier: ['q'], stands }, ...first, ...then)).toEqual([]);
    expect(foundIn({ earlier: ['q'] }, ...first, STARTED, ordered('2026-02'))).toEqual([]);
  });
});
