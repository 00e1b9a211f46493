import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { EntitlementCheck } from '../../src/audit/entitlement-check.js';
import { Era } from '../../src/audit/era.js';
import { PublishedPolicies } from '../../src/audit/published-policies.js';
import { entitlementFor } from '../../src/eligibility/determine.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { compiledOf, factsOf, versions, type Facts } from '../simulation/model-programme.js';
import { eventOf, Findings } from './direct.js';

interface Rest {
  readonly position?: number;
  readonly stream?: string;
}
type Step = readonly [EventType, object, Rest?];
interface Log {
  readonly isNew?: boolean;
  /** As of which position everything is computed; by default all that came before. */
  readonly asOf?: number;
  readonly earliest?: number;
  readonly earlier?: readonly string[];
  readonly stands?: (paymentId: string, asOf?: number) => boolean;
}
/** The small programme: version 1 is paid from 2026-01 on, version 2 from 2026-03 on. */
const PUBLISHED: readonly Step[] = versions.map((data) => ['PolicyPublished', data]);

/** Positions are counted by hundreds, so that there is room to be as of something between. */
function foundIn(
  { isNew = true, asOf = 1e9, earliest = 0, earlier = [], stands = () => true }: Log,
  ...steps: readonly Step[]
): readonly string[] {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const policies = new PublishedPolicies();
  const earlierOf = (personId: string) => (personId === 'p' ? earlier : []);
  const check = new EntitlementCheck(policies, { earlierOf, stands }, era);
  const at = { payment: () => asOf, correction: () => asOf, earliest: () => earliest };
  const { said, found } = new Findings();
  [...PUBLISHED, ...steps].forEach(([type, data, rest], index) => {
    const event = eventOf(type, data, { position: index * 100, ...rest });
    if (event.type === 'PolicyPublished') policies.add(event, found);
    check.add(event, at, found);
  });
  return said;
}

const FACTS = factsOf(3);
const hashed = (facts: Facts) => ({ facts, contentHash: contentHash(facts) });
const household = { programmeId: 'sim', personId: 'p' };
const enrolment = 'enrolment-sim-p';
const step = (type: EventType, data: object = {}, stream = enrolment): Step => [
  type,
  { ...household, ...data },
  { stream },
];
const started = (data: object = {}) =>
  step('EnrolmentStarted', {
    startPeriod: '2026-01',
    region: 'R1',
    ...hashed(FACTS),
    ...data,
  });
const STARTED = started();
const versionOf = (month: string): number => (month < '2026-03' ? 1 : 2);
const itemsOf = (facts: Facts, month: string) =>
  entitlementFor(compiledOf(versionOf(month)), versionOf(month), facts, month).items;
const sumOf = (items: readonly { readonly amountMinor: string }[]): string =>
  String(items.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n));

/** What a cycle orders for its month, or for several. */
function ordered(period: string, data: object = {}, months = [period], facts = FACTS): Step {
  const items = months.flatMap((month) => itemsOf(facts, month));
  return step('PaymentOrdered', {
    paymentId: `sim-${period}-p`,
    period,
    policyVersion: versionOf(period),
    region: 'R1',
    contentHash: contentHash(facts),
    items,
    amountMinor: sumOf(items),
    ...data,
  });
}
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
  test('and recertified, in logs that ask for it', () => {
    const due = (dueOn: string) => step('RecertificationFellDue', { dueOn });
    const late = 'I7 ordered for 2026-02, though recertification was due on 2026-01-31';
    expect(foundIn({}, STARTED, due('2026-02-01'), ordered('2026-02'))).toEqual([]);
    expect(foundIn({}, STARTED, due('2026-01-31'), ordered('2026-02'))).toEqual([late]);
    expect(foundIn({ isNew: false }, STARTED, due('2026-01-31'), ordered('2026-02'))).toEqual([]);
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

describe('a correction', () => {
  const correctionId = 'sim-0001';
  const begun = (toPeriod = '2026-02', fromPeriod = '2025-01', more: object = {}): Step => [
    'CorrectionStarted',
    { programmeId: 'sim', correctionId, basis: 'first-paid', fromPeriod, toPeriod, ...more },
  ];
  const due = (month: string): string => sumOf(itemsOf(FACTS, month));
  const adjusted = (month: object): Step =>
    step('AdjustmentProposed', {
      correctionId,
      periods: [
        {
          period: '2026-01',
          policyVersion: 1,
          dueMinor: due('2026-01'),
          paidMinor: '0',
          items: [],
          ...month,
        },
      ],
    });
  const PAID = [STARTED, ordered('2026-01'), begun()] as const;
  const paid = { paidMinor: due('2026-01') };

  test('is of what was paid, and of what the facts give', () => {
    expect(foundIn({}, ...PAID, adjusted(paid))).toEqual([]);
    expect(foundIn({}, ...PAID, adjusted({}))).toEqual([
      `I5 2026-01: 0 said to be paid; the log has ${due('2026-01')}`,
    ]);
    expect(foundIn({}, ...PAID, adjusted({ ...paid, dueMinor: '1' }))).toEqual([
      `I5 2026-01: 1 said to be due; the recorded facts give ${due('2026-01')}`,
    ]);
    expect(foundIn({}, adjusted({}))).toEqual(['I5 corrected for somebody who was not enrolled']);
    expect(foundIn({ asOf: 199 }, STARTED, begun(), adjusted({}))).toEqual([
      'I5 corrected for somebody who was not enrolled',
    ]);
  });
  test('is of what was paid as of its position, also where it came back for good since', () => {
    const stands = (_id: string, asOf = Infinity): boolean => asOf < 500;
    expect(foundIn({ asOf: 450, stands }, ...PAID, adjusted(paid))).toEqual([]);
    expect(foundIn({ asOf: 550, stands }, ...PAID, adjusted(paid))).toEqual([
      `I5 2026-01: ${due('2026-01')} said to be paid; the log has 0`,
    ]);
  });
  test('is by a version that is paid', () => {
    const other = adjusted({ ...paid, policyVersion: 2 });
    expect(foundIn({}, ...PAID, other)).toEqual(['I5 2026-01: due under version 1, not 2']);
    const december = adjusted({ period: '2025-12', dueMinor: '0' });
    expect(foundIn({}, started({ startPeriod: '2025-11' }), begun(), december)).toEqual([
      'I5 2025-12: due under version undefined, not 1',
    ]);
    const march = { period: '2026-03', policyVersion: 2, dueMinor: due('2026-03') };
    expect(foundIn({}, ...PAID, adjusted(march))).toEqual([]);
    const [type, data] = STARTED;
    const early: Step = [type, data, { stream: enrolment, position: 50 }];
    expect(foundIn({ asOf: 50 }, early, begun(), adjusted(march))).toEqual([
      'I5 2026-03: due under version 1, not 2',
    ]);
    expect(foundIn({ asOf: 100 }, early, begun(), adjusted(march))).toEqual([]);
  });
  describe('is by its basis', () => {
    /** In effect from 2026-01 on, and paid from 2026-04 on. */
    const third: Step = [
      'PolicyPublished',
      { ...versions[1], version: 3, effectiveFrom: '2026-01-01', firstPaidPeriod: '2026-04' },
    ];
    const lawful = { basis: 'legal-effect' };
    const inEffect = {
      ...paid,
      policyVersion: 3,
      dueMinor: entitlementFor(compiledOf(2), 3, FACTS, '2026-01').amountMinor,
    };
    const after = (...steps: readonly Step[]): readonly (readonly string[])[] =>
      [paid, inEffect].map((month) =>
        foundIn({}, third, STARTED, ordered('2026-01'), ...steps, adjusted(month)),
      );
    const isFirst = [[], ['I5 2026-01: due under version 1, not 3']];
    const isLawful = [['I5 2026-01: due under version 3, not 1'], []];
    const approved = (id: string): Step => ['CorrectionApproved', { correctionId: id }];
    const earlier = (more: object = {}, from = '2025-01', to = '2026-02'): Step =>
      begun(to, from, { correctionId: 'sim-0000', ...lawful, ...more });

    test('the version first paid, or the newest in legal effect', () => {
      expect(after(begun())).toEqual(isFirst);
      expect(after(begun('2026-02', '2026-01', lawful))).toEqual(isLawful);
      const none = adjusted({ ...paid, policyVersion: undefined, dueMinor: '0' });
      const all = [third, started({ startPeriod: '2025-11' }), ordered('2026-01')] as const;
      expect(foundIn({}, ...all, begun('2026-02', '2026-01', lawful), none)).toEqual([
        `I5 2026-01: 0 said to be due; the recorded facts give ${inEffect.dueMinor}`,
      ]);
    });
    test('or by one that decided on the month before, and was approved', () => {
      expect(after(earlier(), begun())).toEqual(isFirst);
      expect(after(earlier(), approved('sim-0000'), begun())).toEqual(isLawful);
      expect(after(earlier(), approved('sim-0009'), begun())).toEqual(isFirst);
      const first = earlier({ basis: 'first-paid' });
      expect(after(first, approved('sim-0000'), begun())).toEqual(isFirst);
      const second = earlier({ correctionId: 'sim-0007' }, '2026-02');
      const both = [earlier(), approved('sim-0000'), second, approved('sim-0007')] as const;
      expect(after(...both, begun())).toEqual(isLawful);
    });
    test('of this household, and of this month', () => {
      const then = (one: Step) => after(one, approved('sim-0000'), begun());
      expect(then(earlier({ personId: 'p' }))).toEqual(isLawful);
      expect(then(earlier({ personId: 'q' }))).toEqual(isFirst);
      expect(then(earlier({ programmeId: 'other' }))).toEqual(isFirst);
      expect(then(earlier({}, '2026-02'))).toEqual(isFirst);
      expect(then(earlier({}, '2025-01', '2025-12'))).toEqual(isFirst);
      expect(then(earlier({}, '2026-01', '2026-01'))).toEqual(isLawful);
    });
  });
  const NONE = { policyVersion: undefined, dueMinor: '0' };
  test('says no version where nothing is due whatever the facts, and nowhere else', () => {
    const none = adjusted({ ...paid, ...NONE });
    const gives = (minor: string, said = '0') => [
      `I5 2026-01: ${said} said to be due; the recorded facts give ${minor}`,
    ];
    expect(foundIn({}, ...PAID, none)).toEqual(gives(due('2026-01')));
    const suspended = step('EnrolmentSuspended', { fromPeriod: '2026-01', reason: 'asked' });
    expect(foundIn({}, ...PAID, suspended, none)).toEqual([]);
    const some = adjusted({ ...paid, ...NONE, dueMinor: '5' });
    expect(foundIn({}, ...PAID, suspended, some)).toEqual(gives('0', '5'));
    // Before any policy is paid, or published.
    const december = adjusted({ ...NONE, period: '2025-12' });
    expect(foundIn({}, started({ startPeriod: '2025-11' }), begun(), december)).toEqual([]);
    const [type, data] = STARTED;
    const early: Step = [type, data, { stream: enrolment, position: -2 }];
    expect(foundIn({ asOf: -1 }, early, begun(), adjusted(NONE))).toEqual([]);
    expect(foundIn({ asOf: 0 }, early, begun(), adjusted(NONE))).toEqual(gives(due('2026-01')));
  });
  test('says no version of a month that was paid to the same identity elsewhere', () => {
    const other = { personId: 'q' };
    const first: readonly Step[] = [
      step('EnrolmentStarted', { ...STARTED[1], ...other }, 'enrolment-sim-q'),
      step('PaymentOrdered', { ...ordered('2026-01')[1], ...other }),
    ];
    const log = [...first, STARTED, begun(), adjusted(NONE)] as const;
    expect(foundIn({ earlier: ['x', 'q'] }, ...log)).toEqual([]);
    expect(foundIn({ earlier: ['x'] }, ...log)).toHaveLength(1);
    expect(
      foundIn({ earlier: ['q'], stands: (id) => id !== 'sim-2026-01-q' }, ...log),
    ).toHaveLength(1);
    // Ordered after the position that the correction is as of.
    const late = [STARTED, ...first, begun(), adjusted(NONE)] as const;
    expect(foundIn({ earlier: ['q'], asOf: 400 }, ...late)).toEqual([]);
    expect(foundIn({ earlier: ['q'], asOf: 399 }, ...late)).toHaveLength(1);
  });
  test('gives nothing for a month that is not payable, and says nothing of one before the enrolment', () => {
    const suspended = step('EnrolmentSuspended', { fromPeriod: '2026-01', reason: 'asked' });
    expect(foundIn({}, ...PAID, suspended, adjusted({ ...paid, dueMinor: '0' }))).toEqual([]);
    expect(foundIn({}, ...PAID, suspended, adjusted(paid))).toHaveLength(1);
    const late = started({ startPeriod: '2026-02' });
    expect(foundIn({}, late, begun(), adjusted({ paidMinor: '5', dueMinor: '7' }))).toEqual([]);
  });
  test('counts what stands, was ordered as of it, and in the cycles that it looks at', () => {
    const nothing = adjusted({});
    const stands = (id: string) => id !== 'sim-2026-01-p';
    expect(foundIn({ stands }, ...PAID, nothing)).toEqual([]);
    expect(foundIn({ asOf: 300 }, ...PAID, adjusted(paid))).toEqual([]);
    expect(foundIn({ asOf: 299 }, ...PAID, nothing)).toEqual([]);
    const before = [STARTED, ordered('2026-01'), begun('2025-12')] as const;
    expect(foundIn({}, ...before, nothing)).toEqual([]);
    const until = [STARTED, ordered('2026-01'), begun('2026-01')] as const;
    expect(foundIn({}, ...until, adjusted(paid))).toEqual([]);
    const two = [STARTED, ordered('2026-02', {}, ['2026-01', '2026-02']), begun()] as const;
    expect(foundIn({}, ...two, adjusted(paid))).toEqual([]);
    const february = { period: '2026-02', dueMinor: due('2026-02'), paidMinor: due('2026-02') };
    expect(foundIn({}, ...two, adjusted(february))).toEqual([]);
  });
  test('counts nothing of what a cycle ordered before it was prepared anew', () => {
    const first = ordered('2026-02', {}, ['2026-01', '2026-02']);
    const log = [STARTED, first, ordered('2026-01'), ordered('2026-02'), begun()] as const;
    const stands = (id: string) => id !== 'sim-2026-02-p';
    const both = String(2n * BigInt(due('2026-01')));
    const returned = (asOf: number, one: Step) =>
      foundIn({ asOf, stands: (id, at) => at !== undefined || stands(id) }, ...log, one);
    expect(returned(700, adjusted(paid))).toEqual([]);
    expect(returned(700, adjusted({ paidMinor: both }))).toEqual([
      `I5 2026-01: ${both} said to be paid; the log has ${due('2026-01')}`,
    ]);
    // As of before it was prepared anew.
    expect(returned(300, adjusted(paid))).toEqual([]);
  });
  test('pays a month from the account, and no cycle does beside it', () => {
    const established = step('AdjustmentEstablished', { correctionId }, 'adjustment-sim-p');
    const first = [STARTED, begun(), adjusted({}), established] as const;
    const order = ordered('2026-02', {}, ['2026-01', '2026-02']);
    const twice = `I5 2026-01: corrections put ${due('2026-01')} on the account for it already`;
    expect(foundIn({}, ...first, order)).toEqual([twice]);
    expect(foundIn({}, ...first, ordered('2026-02'))).toEqual([]);
    expect(foundIn({ isNew: false }, ...first, order)).toEqual([]);
    // Put there after the position that the cycle was prepared as of.
    const at = (PUBLISHED.length + first.length - 1) * 100;
    expect(foundIn({ asOf: at - 1 }, ...first, order)).toEqual([]);
    expect(foundIn({ asOf: at }, ...first, order)).toEqual([twice]);
    const back = adjusted({ dueMinor: '0', ...paid });
    expect(foundIn({ asOf: at + 300 }, ...first, back, established, order)).not.toContain(twice);
  });
  test('counts what corrections put on the account', () => {
    const established = step('AdjustmentEstablished', { correctionId }, 'adjustment-sim-p');
    const first = [STARTED, begun(), adjusted({}), established] as const;
    expect(foundIn({}, ...first, adjusted(paid))).toEqual([]);
    expect(foundIn({}, ...first, adjusted({}))).toHaveLength(1);
    expect(foundIn({ isNew: false }, ...first, adjusted({}))).toEqual([]);
  });
  describe('counts what a payment carried for the account', () => {
    const round = 1;
    const paymentId = 'sim-2026-02-p';
    const carried = (code: string, amountMinor: string): Step => {
      const items = [...itemsOf(FACTS, '2026-02'), { code, period: '2026-01', amountMinor }];
      return ordered('2026-02', { round, items, amountMinor: sumOf(items) });
    };
    const arrears = carried('arrears', '50');
    const recovery = carried('recovery', '-20');
    const released = (data: object = {}) =>
      step('ArrearsReleased', { paymentId, round, ...data }, 'adjustment-sim-p');
    const reversed = (data: object = {}) =>
      step('RecoveryDeductionReversed', { paymentId, round, ...data }, 'recovery-sim-p');
    const after = (...steps: readonly Step[]) => {
      const said = (minor: bigint): readonly string[] =>
        foundIn(
          {},
          STARTED,
          ordered('2026-01'),
          ...steps,
          begun(),
          adjusted({ paidMinor: String(BigInt(due('2026-01')) + minor) }),
        );
      return [0n, 50n, -20n].filter((minor) => said(minor).length === 0);
    };
    test('only where that lapsed, and the payment stands all the same', () => {
      expect(after(arrears)).toEqual([0n]);
      expect(after(arrears, released())).toEqual([50n]);
      expect(after(recovery)).toEqual([0n]);
      expect(after(recovery, reversed())).toEqual([-20n]);
      expect(after(arrears, reversed())).toEqual([0n]);
      expect(after(recovery, released())).toEqual([0n]);
    });
    test('not what another payment or round carried, so that what lapsed hides nothing', () => {
      expect(after(arrears, released({ round: 2 }))).toEqual([0n]);
      expect(after(arrears, released({ paymentId: 'sim-2026-03-p' }))).toEqual([0n]);
      expect(after(released())).toEqual([0n]);
      expect(after(arrears, released(), ordered('2026-02', { round: 2 }))).toEqual([0n]);
    });
    test('not what lapsed after the position of the correction, or is not paid', () => {
      const log = [STARTED, arrears, begun(), released()] as const;
      const said = adjusted({ paidMinor: '50' });
      expect(foundIn({ asOf: 500 }, ...log, said)).toEqual([]);
      expect(foundIn({ asOf: 499 }, ...log, said)).toHaveLength(1);
      expect(foundIn({ asOf: 499 }, ...log, adjusted({}))).toEqual([]);
      expect(foundIn({ stands: () => false }, ...log, adjusted({}))).toEqual([]);
      const others = [STARTED, arrears, begun('2026-01'), released()] as const;
      expect(foundIn({}, ...others, adjusted({}))).toEqual([]);
      const later = [STARTED, arrears, begun('2026-03', '2026-03'), released()] as const;
      expect(foundIn({}, ...later, adjusted({}))).toEqual([]);
    });
    test('as paid to the same identity, if it is not given back', () => {
      const by = (order: Step): readonly string[] =>
        foundIn(
          { earlier: ['q'] },
          step('EnrolmentStarted', { ...STARTED[1], personId: 'q' }, 'enrolment-sim-q'),
          step('PaymentOrdered', { ...order[1], personId: 'q' }),
          STARTED,
          begun(),
          adjusted(NONE),
        );
      expect(by(arrears)).toEqual([]);
      expect(by(recovery)).toHaveLength(1);
    });
  });
});
