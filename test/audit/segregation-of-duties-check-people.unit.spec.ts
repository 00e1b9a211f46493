import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { SegregationOfDutiesCheck } from '../../src/audit/segregation-of-duties-check.js';
import { eventOf, Findings } from './direct.js';

type Step = readonly [EventType, actor: string, data?: object, rest?: Rest];
interface Rest {
  readonly stream?: string;
}
const foundIn = (...log: readonly Step[]): readonly string[] => foundOf(new Era(), ...log);
function foundOf(era: Era, ...log: readonly Step[]): readonly string[] {
  const check = new SegregationOfDutiesCheck(era);
  const { said, found } = new Findings();
  for (const [type, actor, data = {}, rest = {}] of log) {
    const role = actor === 'automation' ? 'automation' : 'intake';
    const meta = { actor, role } as const;
    check.add(eventOf(type, { contentHash: 'h', ...data }, { ...rest, meta }), found);
  }
  return said;
}
const whose = { programmeId: 'asd', personId: 'p' };

const SUBMITTED: Step = ['ApplicationSubmitted', 'intake', whose];
const determined = (contentHash = 'h', eligible = true): Step => [
  'EligibilityDetermined',
  'automation',
  { contentHash, eligible },
];
const recommended = (actor: string, data: object = {}): Step => [
  'ApplicationRecommended',
  actor,
  { recommendation: 'approve', ...data },
];
const approved = (actor: string, data: object = {}): Step => [
  'ApplicationApproved',
  actor,
  { applicationId: 'a', ...data },
];
const BEGUN = [SUBMITTED, determined()] as const;
const AGAINST = { recommendation: 'reject' };

describe('an application is recommended by another than wrote it', () => {
  const wrote = ['I4 recommended by who submitted or amended it'];
  test('who submitted it, or amended it', () => {
    expect(foundIn(...BEGUN, recommended('case'))).toEqual([]);
    expect(foundIn(...BEGUN, recommended('Intake'))).toEqual(wrote);
    const amended: Step = ['ApplicationAmended', 'helper'];
    expect(foundIn(SUBMITTED, amended, determined(), recommended('helper'))).toEqual(wrote);
    expect(foundIn(SUBMITTED, amended, determined(), recommended('intake'))).toEqual(wrote);
  });
  test('on what it says now', () => {
    const other = ['I4 recommended on other content than the application has'];
    expect(foundIn(...BEGUN, recommended('case', { contentHash: 'x' }))).toEqual(other);
    const amended: Step = ['ApplicationAmended', 'intake', { contentHash: 'x' }];
    expect(foundIn(...BEGUN, amended, recommended('case'))).toEqual(other);
    expect(foundIn(...BEGUN, amended, recommended('case', { contentHash: 'x' }))).toEqual([]);
  });
  test('and of what nobody submitted nothing is said but that it was amended', () => {
    expect(foundIn(recommended('case'))).toEqual([]);
    expect(foundIn(determined())).toEqual([]);
    expect(foundIn(['ApplicationAmended', 'intake'])).toEqual(['I4 amended after it was decided']);
    expect(
      foundIn(...BEGUN, ['ApplicationWithdrawn', 'intake'], ['ApplicationAmended', 'a']),
    ).toEqual(['I4 amended after it was decided']);
  });
});

describe('an application is decided', () => {
  const READY = [...BEGUN, recommended('case')] as const;
  const none = ['I4 decided without a recommendation'];
  const same = ['I4 decided by who submitted, amended or recommended it'];
  test.each([
    ['ApplicationApproved', 'approve', 'reject'],
    ['ApplicationRejected', 'reject', 'approve'],
  ] as const)('as it was recommended, by a third person: %s', (type, recommendation, otherwise) => {
    const ready = [...BEGUN, recommended('case', { recommendation })] as const;
    const decided = (actor: string, data: object = {}): Step => [
      type,
      actor,
      { applicationId: 'a', ...data },
    ];
    expect(foundIn(...ready, decided('super'))).toEqual([]);
    expect(foundIn(...ready, decided('CASE'))).toEqual(same);
    expect(foundIn(...ready, decided('intake'))).toEqual(same);
    expect(foundIn(...ready, decided('super', { contentHash: 'x' }))).toContain(
      'I4 decided on other content than the application has',
    );
    const against = recommended('case', { recommendation: otherwise });
    expect(foundIn(...BEGUN, against, decided('super'))).toEqual([
      `I4 ${type}, though it was recommended to ${otherwise} it`,
    ]);
    expect(foundIn(...BEGUN, decided('super'))).toEqual(none);
    expect(foundIn(decided('super'))).toEqual(none);
  });
  test('on a recommendation that nothing took back', () => {
    expect(foundIn(...READY, ['ApplicationReturned', 'super'], approved('super'))).toEqual(none);
    expect(foundIn(...READY, ['ApplicationAmended', 'intake'], approved('super'))).toEqual(none);
    const again = [['ApplicationReturned', 'super'], recommended('case')] as const;
    expect(foundIn(...READY, ...again, approved('super'))).toEqual([]);
    expect(foundIn(['ApplicationReturned', 'super'])).toEqual([]);
  });
  test('once, where it is approved', () => {
    expect(foundIn(...READY, approved('super'), approved('super'))).toEqual(none);
  });
  test('as approved only where the facts were found eligible', () => {
    const not = ['I5 approved without having been found eligible'];
    expect(foundIn(SUBMITTED, recommended('case'), approved('super'))).toEqual(not);
    expect(foundIn(SUBMITTED, determined('x'), recommended('case'), approved('super'))).toEqual(
      not,
    );
    const later = [...READY, determined('h', false)] as const;
    expect(foundIn(...later, approved('super'))).toEqual(not);
    expect(foundIn(...later, determined(), approved('super'))).toEqual([]);
  });
});

/** A log whose events say how their actors came. */
function newer(): Era {
  const era = new Era();
  era.add(eventOf('PersonMoved'));
  return era;
}

test('nothing is approved once its programme was closed, but in older logs', () => {
  const READY = [...BEGUN, recommended('case')] as const;
  const closed = (programmeId: string): Step => ['ProgrammeClosed', 'manager', { programmeId }];
  const late = ['I8 approved after its programme was closed'];
  expect(foundOf(newer(), ...READY, closed('asd'), approved('super'))).toEqual(late);
  expect(foundOf(newer(), ...READY, closed('other'), approved('super'))).toEqual([]);
  const reopened: Step = ['ProgrammeReopened', 'manager', { programmeId: 'asd' }];
  expect(foundOf(newer(), ...READY, closed('asd'), reopened, approved('super'))).toEqual([]);
  expect(foundOf(newer(), ...READY, approved('super'), closed('asd'))).toEqual([]);
  expect(foundIn(...READY, closed('asd'), approved('super'))).toEqual([]);
});

describe('an appeal', () => {
  const REJECTED = [
    ...BEGUN,
    recommended('case', AGAINST),
    ['ApplicationRejected', 'super'],
  ] as const;
  const lodged: Step = ['AppealLodged', 'intake'];
  const self = ['I4 the appeal was decided by who rejected the application'];
  const unrejected = ['I4 an appeal, though nobody rejected the application'];
  test.each(['AppealUpheld', 'AppealDismissed'] as const)(
    'is decided by another than rejected: %s',
    (type) => {
      expect(foundIn(...REJECTED, lodged, [type, 'other'])).toEqual([]);
      expect(foundIn(...REJECTED, lodged, [type, 'SUPER'])).toEqual(self);
      expect(foundIn([type, 'super'])).toEqual([]);
    },
  );
  test.each(['AppealUpheld', 'AppealDismissed'] as const)(
    'is decided by nobody who had a part in it, or lodged it: %s',
    (type) => {
      const part = ['I4 the appeal was decided by who had a part in the application, or lodged it'];
      const appealed = [...REJECTED, ['AppealLodged', 'x.thief'] as Step];
      for (const who of ['intake', 'Case', 'X.Thief']) {
        expect(foundOf(newer(), ...appealed, [type, who])).toEqual(part);
        // Older versions did not look at them.
        expect(foundIn(...appealed, [type, who])).toEqual([]);
      }
      expect(foundOf(newer(), ...appealed, [type, 'other'])).toEqual([]);
    },
  );
  test('is lodged against a rejection', () => {
    expect(foundIn(...BEGUN, lodged)).toEqual(unrejected);
    expect(foundIn(lodged)).toEqual(unrejected);
  });
  test('that is upheld has the application recommended and decided again', () => {
    const upheld = [...REJECTED, lodged, ['AppealUpheld', 'other']] as const;
    expect(foundIn(...upheld, approved('third'))).toEqual(['I4 decided without a recommendation']);
    expect(foundIn(...upheld, lodged)).toEqual(unrejected);
    expect(foundIn(...upheld, recommended('case'), approved('third'))).toEqual([]);
  });
  test('that is dismissed leaves the rejection', () => {
    expect(foundIn(...REJECTED, lodged, ['AppealDismissed', 'other'], lodged)).toEqual([]);
  });
});

describe('an enrolment', () => {
  const LIFE = [...BEGUN, recommended('case'), approved('super')] as const;
  const started = (data: object = {}): Step => [
    'EnrolmentStarted',
    'automation',
    { ...whose, applicationId: 'a', ...data },
  ];
  test('starts on content that was approved for this person and programme', () => {
    expect(foundIn(...LIFE, started())).toEqual([]);
    for (const change of [
      { contentHash: 'x' },
      { applicationId: 'b' },
      { personId: 'q' },
      { programmeId: 'other' },
    ])
      expect(foundIn(...LIFE, started(change))).toEqual([
        'I5 started on content that nobody approved for this person',
      ]);
    expect(foundIn(...BEGUN, recommended('case'), started())).toHaveLength(1);
  });
});

describe('a cycle that is to be checked', () => {
  const stream = 'cycle-asd-2026-01';
  const step = (type: EventType, actor: string, data: object = {}, of = stream): Step => [
    type,
    actor,
    data,
    { stream: of },
  ];
  const configured = (rules: readonly object[], programmeId = 'asd'): Step => [
    'ChecksConfigured',
    'manager',
    { programmeId, rules },
  ];
  const RULES = configured([{ check: 'over-budget' }]);
  const PREPARED = [
    step('CyclePreparationStarted', 'farid'),
    step('CyclePrepared', 'farid'),
  ] as const;
  const approves = step('CycleApproved', 'kenza');
  const unchecked = ['I4 approved without the checks that the programme configured'];
  const checked = (contentHash: string) =>
    step('CycleChecked', 'farah', { contentHash, findings: [] });
  test('is checked as it was prepared before it is approved', () => {
    expect(foundIn(...PREPARED, approves)).toEqual([]);
    expect(foundIn(RULES, ...PREPARED, approves)).toEqual(unchecked);
    expect(foundIn(RULES, ...PREPARED, checked('h'), approves)).toEqual([]);
    expect(foundIn(RULES, ...PREPARED, checked('x'), approves)).toEqual(unchecked);
    expect(foundIn(configured([{}], 'other'), ...PREPARED, approves)).toEqual([]);
  });
  test('is not where that was configured after it was prepared, or taken back', () => {
    expect(foundIn(...PREPARED, RULES, approves)).toEqual([]);
    expect(foundIn(RULES, configured([]), ...PREPARED, approves)).toEqual([]);
    expect(foundIn(RULES, ...PREPARED, configured([]), approves)).toEqual([]);
    expect(foundIn(RULES, ...PREPARED, configured([], 'other'), approves)).toEqual(unchecked);
  });
  test('is prepared before anything is said of it', () => {
    expect(foundIn(approves)).toEqual(['I4 approved without having been prepared']);
    expect(foundIn(step('CyclePrepared', 'farid'), checked('h'))).toEqual([]);
    expect(foundIn(step('CycleFindingOverridden', 'farid', { findingId: 'f' }))).toEqual([]);
    expect(foundIn(step('CyclePreparationResumed', 'farid'))).toEqual([]);
    for (const type of ['CycleReturned', 'CycleAbandoned'] as const)
      expect(foundIn(...PREPARED, step(type, 'kenza'), approves)).toEqual([
        'I4 approved without having been prepared',
      ]);
  });
  test('is approved by none of those who prepared it, be it only at its end', () => {
    const other = [
      step('CyclePreparationStarted', 'farid'),
      step('CyclePrepared', 'kenza'),
    ] as const;
    expect(foundIn(...other, approves)).toEqual(['I4 approved by who prepared it']);
    const ends = [
      step('CyclePreparationStarted', 'kenza'),
      step('CyclePrepared', 'farid'),
    ] as const;
    expect(foundIn(...ends, approves)).toEqual(['I4 approved by who prepared it']);
    const orders = (period: string): Step => [
      'PaymentOrdered',
      'kenza',
      { programmeId: 'asd', period },
    ];
    expect(foundIn(PREPARED[0], orders('2026-02'), PREPARED[1], approves)).toEqual([]);
    expect(foundIn(PREPARED[0], orders('2026-01'), PREPARED[1], approves)).toEqual([
      'I4 approved by who prepared it',
    ]);
    expect(foundIn(PREPARED[0], approves)).toEqual([]);
  });
  test('is released by who neither prepared nor approved it', () => {
    const same = ['I4 released by who prepared or approved it'];
    const released = (actor: string) => step('CycleReleased', actor);
    expect(foundIn(...PREPARED, approves, released('rachid'))).toEqual([]);
    expect(foundIn(...PREPARED, approves, released('farid'))).toEqual(same);
    expect(foundIn(...PREPARED, approves, released('KENZA'))).toEqual(same);
    expect(foundIn(...PREPARED, released('rachid'))).toEqual(['I4 released without an approval']);
    expect(foundIn(released('rachid'))).toEqual(['I4 released without an approval']);
  });
});

describe('through each door an actor is vouched for by what may vouch there', () => {
  const ALL = ['oidc', 'local', 'none', 'system'] as const;
  test.each([
    ['http', 'somebody', 'intake', ['oidc', 'local']],
    ['cli', 'somebody', 'intake', ['oidc', 'local', 'none']],
    ['kafka', 'outcomes-topic', 'payment-system', ['system']],
    ['folder', 'bank-folder', 'payment-system', ['system']],
    ['automation', 'automation', 'automation', ['system']],
  ] as const)('%s', (channel, actor, role, may) => {
    const passed = ALL.filter((authentication) => {
      const { said, found } = new Findings();
      const meta = { actor, role, channel, authentication };
      new SegregationOfDutiesCheck().add(eventOf('PersonMoved', {}, { meta }), found);
      return said.length === 0;
    });
    expect(passed).toEqual(may);
  });
});
