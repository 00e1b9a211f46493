import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { DeterminationCheck } from '../../src/audit/determination-check.js';
import { Era } from '../../src/audit/era.js';
import { PublishedPolicies } from '../../src/audit/published-policies.js';
import { determine } from '../../src/eligibility/determine.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { compiledOf, factsOf, versions, type Facts } from '../simulation/model-programme.js';
import { eventOf, Findings, NOON } from './direct.js';

interface Rest {
  readonly id?: string;
  readonly time?: string;
  readonly stream?: string;
  readonly revision?: number;
  readonly causation?: string;
}
type Step = readonly [EventType, object, Rest?];
interface Log {
  readonly isNew?: boolean;
  readonly earlier?: readonly string[];
  readonly published?: readonly Step[];
}

/** The versions of the small programme: 1 is paid from 2026-01 on, 2 from 2026-03 on. */
const PUBLISHED: readonly Step[] = versions.map((data, index) => [
  'PolicyPublished',
  data,
  { time: ['2025-12-01T00:00:00.000Z', '2026-01-10T12:00:00.000Z'][index]! },
]);
function log(
  { isNew = true, earlier = [], published = PUBLISHED }: Log,
  ...steps: readonly Step[]
) {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const policies = new PublishedPolicies();
  const check = new DeterminationCheck(policies, () => earlier, era);
  const { said, found } = new Findings();
  [...published, ...steps].forEach(([type, data, { causation, ...rest } = {}], position) => {
    const meta = causation === undefined ? {} : { causation };
    const event = eventOf(type, data, { position, ...rest, meta });
    if (event.type === 'PolicyPublished') policies.add(event, found);
    check.add(event, found);
  });
  const finish = (): string[] => {
    const left: string[] = [];
    check.finish((invariant, detail, stream) => left.push(`${invariant} ${stream}: ${detail}`));
    return left;
  };
  return { said, finish };
}
const foundIn = (...steps: readonly Step[]): readonly string[] => log({}, ...steps).said;

const FACTS = factsOf(3);
const POOR = { facts: FACTS, contentHash: contentHash(FACTS) };
const stream = 'application-a';
const programme = { programmeId: 'sim', personId: 'p', applicationId: 'a' };
const submitted = (data: object = {}): Step => [
  'ApplicationSubmitted',
  { ...programme, receivedOn: '2026-01-20', ...POOR, ...data },
  { stream },
];
/** What the policy gives, of which something else may be said. */
function determined(
  data: object = {},
  rest: Rest = {},
  facts: Facts = FACTS,
  month = '2026-01',
): Step {
  const version = month < '2026-03' ? 1 : 2;
  const given = determine(compiledOf(version), version, facts, month);
  const of = { contentHash: contentHash(facts), asOf: `${month}-20`, policyVersion: version };
  return ['EligibilityDetermined', { ...given, ...of, ...data }, { stream, ...rest }];
}
const approved = (startPeriod = '2026-01'): Step => [
  'ApplicationApproved',
  { startPeriod },
  { stream, id: 'approval' },
];
const entitlement = determine(compiledOf(1), 1, FACTS, '2026-01').entitlement;
const started = (data: object = {}, rest: Rest = {}): Step => [
  'EnrolmentStarted',
  { ...programme, startPeriod: '2026-01', ...POOR, entitlement, ...data },
  { stream: 'enrolment-sim-p', ...rest },
];
const HASH = ['I5 the facts are not what their hash is of'];
const OTHER = { contentHash: 'other' };

describe('facts are what their hash is of', () => {
  test.each([
    'ApplicationSubmitted',
    'ApplicationAmended',
    'EnrolmentStarted',
    'EntitlementRevisionProposed',
    'EnrolmentRecertificationProposed',
    'EntitlementRevised',
    'EnrolmentRecertified',
  ] as const)('in %s', (type) => {
    const said = (change: object) =>
      foundIn([
        type,
        { ...programme, receivedOn: '2026-01-20', fromPeriod: '2026-01', ...POOR, ...change },
      ]);
    expect(said({})).toEqual([]);
    expect(said(OTHER)).toEqual(HASH);
    expect(said({ facts: { ...FACTS, score: 41 } })).toEqual(HASH);
  });
});

describe('an approval', () => {
  const LATER: Step = [
    'PolicyPublished',
    { ...versions[1], effectiveFrom: '2026-02-01', firstPaidPeriod: '2026-02' },
    { time: '2026-02-25T12:00:00.000Z' },
  ];
  const at = (time: string): Step => {
    const [type, data, rest] = approved('2026-02');
    return [type, data, { ...rest, time }];
  };
  const STALE = ['I5 approved as determined by version 1, which is not in force'];
  test('is of what was determined by the version that is paid, or was until lately', () => {
    const said = (time: string, isNew = true) => {
      const published = PUBLISHED.slice(0, 1);
      const steps = [submitted({ receivedOn: '2026-02-20' }), determined({}, {}, FACTS, '2026-02')];
      return log({ isNew, published }, ...steps, LATER, at(time)).said;
    };
    expect(said('2026-02-26T11:59:00.000Z')).toEqual([]);
    expect(said('2026-02-26T12:00:00.000Z')).toEqual(STALE);
    expect(said('2026-02-27T12:00:00.000Z', false)).toEqual([]);
  });
});

describe('a determination', () => {
  const not = (what: string, version = 1) => [
    `I5 ${what} is not what version ${version} gives on the facts`,
  ];
  test('is what the policy of the month of receipt gives', () => {
    expect(foundIn(submitted(), determined())).toEqual([]);
    const march = { receivedOn: '2026-03-20' };
    expect(foundIn(submitted(march), determined({}, {}, FACTS, '2026-03'))).toEqual([]);
  });
  test('is not what it gives otherwise', () => {
    expect(foundIn(submitted(), determined({ eligible: false }))).toEqual(not('not eligible'));
    const { findings } = determine(compiledOf(1), 1, FACTS, '2026-01');
    const turned = findings.map((one) => ({ ...one, holds: !one.holds }));
    expect(foundIn(submitted(), determined({ findings: turned }))).toEqual(not('a finding'));
    const renamed = findings.map((one) => ({ ...one, criterion: 'x' }));
    expect(foundIn(submitted(), determined({ findings: renamed }))).toEqual(not('a finding'));
    expect(foundIn(submitted(), determined({ findings: [] }))).toEqual(not('a finding'));
    const reason = not('the reason of a finding');
    for (const change of [
      { satisfied: !findings[0]!.satisfied },
      { kind: findings[0]!.kind === 'required' ? 'excluding' : 'required' },
      { inputs: { other: 1 } },
    ]) {
      const other = determined({
        findings: [{ ...findings[0]!, ...change }, ...findings.slice(1)],
      });
      expect(foundIn(submitted(), other)).toEqual(reason);
      expect(log({ isNew: false }, submitted(), other).said).toEqual([]);
    }
    const more = { ...entitlement, amountMinor: '1' };
    expect(foundIn(submitted(), determined({ entitlement: more }))).toEqual(not('the entitlement'));
    const rich = { facts: factsOf(4), contentHash: contentHash(factsOf(4)) };
    const eligible = { eligible: true };
    expect(foundIn(submitted(rich), determined(eligible, {}, factsOf(4)))).toEqual(not('eligible'));
    expect(foundIn(submitted(rich), determined({}, {}, factsOf(4)))).toEqual([]);
  });
  test('is the same in whatever order its entitlement is written', () => {
    const turned = Object.fromEntries(Object.entries(entitlement).reverse());
    expect(foundIn(submitted(), determined({ entitlement: turned }))).toEqual([]);
  });
  test('is none where the policy gives none', () => {
    const facts = { score: 'many', children: [] };
    const odd = { facts, contentHash: contentHash(facts) };
    expect(foundIn(submitted(odd), determined({ contentHash: odd.contentHash }))).toEqual(
      not('a determination'),
    );
  });
  test('is of the facts that the application has, as of when it was received', () => {
    expect(foundIn(submitted(), determined(OTHER))).toEqual([
      'I5 determined on other facts than the application has',
    ]);
    expect(foundIn(submitted(), determined({ asOf: '2026-01-21' }))).toEqual([
      'I5 determined as of 2026-01-21; received on 2026-01-20',
    ]);
    const facts = factsOf(2);
    const amended: Step = [
      'ApplicationAmended',
      { facts, contentHash: contentHash(facts) },
      { stream },
    ];
    expect(foundIn(submitted(), amended, determined({}, {}, facts))).toEqual([]);
    expect(foundIn(submitted(), amended, determined())).toHaveLength(2);
  });
  test('is by a version in force, or by the one that was until a day ago', () => {
    const wrong = (version: number) => [
      `I5 determined by version ${version}, which is not in force`,
    ];
    expect(foundIn(submitted(), determined({ policyVersion: 2 }))).toEqual(wrong(2));
    expect(foundIn(submitted(), determined({ policyVersion: 7 }))).toEqual(wrong(7));
    const march = submitted({ receivedOn: '2026-03-20' });
    const old = (time: string) =>
      determined(
        { ...determine(compiledOf(1), 1, FACTS, '2026-03'), asOf: '2026-03-20' },
        { time },
      );
    expect(foundIn(march, old('2026-01-11T11:59:59.999Z'))).toEqual([]);
    expect(foundIn(march, old('2026-01-11T12:00:00.000Z'))).toEqual(wrong(1));
    const early = { receivedOn: '2025-12-20' };
    expect(foundIn(submitted(early), determined({ asOf: '2025-12-20' }))).toEqual(wrong(1));
  });
  test('is nothing of an application that is not there, or was withdrawn', () => {
    expect(foundIn(determined(OTHER))).toEqual([]);
    const withdrawn: Step = ['ApplicationWithdrawn', {}, { stream }];
    expect(foundIn(submitted(), withdrawn, determined(OTHER))).toEqual([]);
  });
});

describe('an approval', () => {
  test('is from the month of receipt on, or later', () => {
    const from = (startPeriod: string) => foundIn(submitted(), determined(), approved(startPeriod));
    expect([from('2026-01'), from('2026-02')]).toEqual([[], []]);
    expect(from('2025-12')).toEqual(['I5 approved from 2025-12 on; received on 2026-01-20']);
    expect(foundIn(approved('2020-01'))).toEqual([]);
  });
});

describe('an enrolment', () => {
  const LIFE = [submitted(), determined(), approved()] as const;
  const from = (startPeriod: string) => [`I5 started in ${startPeriod}, approved from 2026-01 on`];
  test('starts when it was approved, or later where something is paid until then', () => {
    expect(foundIn(...LIFE, started())).toEqual([]);
    expect(foundIn(...LIFE, started({ startPeriod: '2025-12' }))).toEqual(from('2025-12'));
    const later = { startPeriod: '2026-02' };
    expect(foundIn(...LIFE, started(later))).toEqual(from('2026-02'));
    expect(foundIn(...LIFE, started(later, { revision: 4 }))).toEqual([]);
    expect(log({ earlier: ['before'] }, ...LIFE, started(later)).said).toEqual([]);
    const sooner = started({ startPeriod: '2025-12' }, { revision: 4 });
    expect(foundIn(...LIFE, sooner)).toEqual(from('2025-12'));
  });
  test('starts with what was determined last', () => {
    const other = ['I5 started with another entitlement than was determined'];
    const more = { ...entitlement, amountMinor: '1' };
    expect(foundIn(...LIFE, started({ entitlement: more }))).toEqual(other);
    expect(foundIn(submitted(), approved(), started())).toEqual(other);
  });
  test('starts because of its approval', () => {
    expect(foundIn(...LIFE, started({}, { causation: 'approval' }))).toEqual([]);
    expect(foundIn(...LIFE, started({}, { causation: 'other' }))).toEqual([
      'I8 started because of something else than its approval',
    ]);
  });
  test('is of an application that waits, once', () => {
    const late = started({ startPeriod: '2026-05' });
    expect(foundIn(late)).toEqual([]);
    expect(foundIn(submitted(), determined(), late)).toEqual([]);
    expect(foundIn(...LIFE, started(), late)).toEqual([]);
    expect(foundIn(...LIFE, ['ApplicationWithdrawn', {}, { stream }], late)).toEqual([]);
  });
});

describe('an application is dated back no more months than the programme takes, and one', () => {
  const opened = (period: string, programmeId = 'sim'): Step => [
    'CycleOpened',
    { programmeId, period },
  ];
  const received = (receivedOn: string) => submitted({ receivedOn });
  const late = (day: string, months: number, newest: string) => [
    `I5 received on ${day}, more than ${months} months before ${newest}`,
  ];
  test('of twelve, where it set none', () => {
    expect(foundIn(opened('2026-03'), received('2025-02-01'))).toEqual([]);
    expect(foundIn(opened('2026-03'), received('2025-01-31'))).toEqual(
      late('2025-01-31', 12, '2026-03'),
    );
  });
  test('of its own', () => {
    const set: Step = ['BackdatingLimitSet', { programmeId: 'sim', months: 2 }];
    expect(foundIn(set, opened('2026-03'), received('2025-12-01'))).toEqual([]);
    expect(foundIn(set, opened('2026-03'), received('2025-11-30'))).toEqual(
      late('2025-11-30', 2, '2026-03'),
    );
    const other: Step = ['BackdatingLimitSet', { programmeId: 'other', months: 2 }];
    expect(foundIn(other, opened('2026-03'), received('2025-11-30'))).toEqual([]);
  });
  test('before the newest of its own cycles', () => {
    expect(foundIn(received('2001-01-01'))).toEqual([]);
    expect(foundIn(opened('2026-03', 'other'), received('2001-01-01'))).toEqual([]);
    const both = [opened('2026-03'), opened('2026-02')] as const;
    expect(foundIn(...both, received('2025-01-31'))).toHaveLength(1);
    expect(foundIn(opened('2026-02'), opened('2026-03'), received('2025-01-31'))).toHaveLength(1);
  });
  test('and not before one that was abandoned, unless it is opened again', () => {
    const mistaken: readonly Step[] = [
      opened('2026-02'),
      opened('2026-12'),
      ['CycleAbandoned', { cycleId: 'sim-2026-12' }],
    ];
    expect(foundIn(...mistaken, received('2025-01-01'))).toEqual([]);
    expect(foundIn(...mistaken, received('2024-12-31'))).toEqual(late('2024-12-31', 12, '2026-02'));
    expect(foundIn(...mistaken, opened('2026-12'), received('2025-01-01'))).toHaveLength(1);
  });
  test('but in older logs', () => {
    expect(log({ isNew: false }, opened('2026-03'), received('2001-01-01')).said).toEqual([]);
  });
});

describe.each(['EntitlementRevised', 'EnrolmentRecertified'] as const)(
  'who is not eligible any more by %s',
  (type) => {
    const enrolment = 'enrolment-sim-p';
    const revised = (facts: Facts, rest: Rest = {}, fromPeriod = '2026-01'): Step => [
      type,
      { ...programme, fromPeriod, facts, contentHash: contentHash(facts) },
      { stream: enrolment, ...rest },
    ];
    const rich = revised(factsOf(4));
    const then = (next: EventType, of = enrolment): Step => [next, {}, { stream: of }];
    const unsuspended = 'new facts that are not eligible, and the household is not suspended';
    test('is suspended, or is over', () => {
      for (const stops of ['EnrolmentSuspended', 'EnrolmentEnded'] as const) {
        const { said, finish } = log({}, rich, then(stops), then('EnrolmentMoved'));
        expect([said, finish()]).toEqual([[], []]);
      }
    });
    test('is found where something else comes first, or nothing', () => {
      const { said, finish } = log({}, rich, then('EnrolmentMoved'), then('EnrolmentMoved'));
      expect([said, finish()]).toEqual([[`I5 ${unsuspended}`], []]);
      const left = log({}, rich, then('EnrolmentMoved', 'enrolment-sim-q'));
      expect([left.said, left.finish()]).toEqual([[], [`I5 ${enrolment}: ${unsuspended}`]]);
    });
    test('is not who is eligible, or was not asked of in older logs', () => {
      expect(log({}, revised(factsOf(3))).finish()).toEqual([]);
      expect(log({ isNew: false }, rich).finish()).toEqual([]);
    });
    test('is not who somebody only proposes new facts of', () => {
      const [, data, rest = {}] = rich;
      for (const said of [
        'EntitlementRevisionProposed',
        'EnrolmentRecertificationProposed',
      ] as const)
        expect(log({}, [said, data, rest]).finish()).toEqual([]);
    });
    test('is not who only the newer of two versions refuses, for a day', () => {
      const stricter = structuredClone(versions[1]!);
      stricter.policy.criteria[0]!.expression = 'household.score < 30';
      const newer = { ...stricter, contentHash: contentHash(stricter.policy) };
      const published: readonly Step[] = [
        PUBLISHED[0]!,
        ['PolicyPublished', newer, PUBLISHED[1]![2]!],
      ];
      const at = (time: string) => {
        const { said, finish } = log({ published }, revised(factsOf(3), { time }, '2026-03'));
        return [...said, ...finish()];
      };
      expect(at('2026-01-11T11:59:59.999Z')).toEqual([]);
      expect(at('2026-01-11T12:00:00.000Z')).toEqual([`I5 ${enrolment}: ${unsuspended}`]);
    });
    test('is not who is eligible by a version that was in force until a day ago, or by none', () => {
      expect(log({}, revised(factsOf(4), {}, '2025-01')).finish()).toEqual([]);
      const odd: object = { score: 'many', children: [] };
      expect(log({}, revised(odd as Facts)).finish()).toEqual([]);
      expect(log({}, revised(factsOf(4), { time: NOON }, '2026-03')).finish()).toHaveLength(1);
    });
  },
);
