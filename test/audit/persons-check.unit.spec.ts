import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { PersonsCheck } from '../../src/audit/persons-check.js';
import { eventOf, FAR_STREAMS, Findings, NOON } from './direct.js';

type Step = readonly [EventType, object, More?];
interface More {
  readonly stream?: number;
  readonly position?: number;
  readonly time?: string;
  readonly v?: number;
  readonly by?: string;
}
interface Log {
  readonly isNew?: boolean;
  /** Streams of persons that are there; by default all. */
  readonly registered?: (stream: number) => boolean;
  readonly enrolled?: readonly string[];
  readonly far?: number;
}
/** Persons are p<n>, their streams the number n; `far` is that of the person `far`. */
function foundIn(
  { isNew = true, registered = () => true, enrolled = [], far = 0 }: Log,
  ...log: readonly Step[]
): readonly string[] {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const numberOf = (name: string): number => {
    if (name.startsWith('enrolment-')) return enrolled.includes(name) ? 3_000 : -1;
    return name === 'person-far' ? far : Number(/^person-p(\d+)$/.exec(name)?.[1] ?? -1);
  };
  const known = { numberOf, isRegistered: registered, isEnrolled: (at: number) => at === 3_000 };
  const check = new PersonsCheck(known, era);
  const { said, found } = new Findings();
  for (const [type, data, { stream = 1, by, ...rest } = {}] of log) {
    const actor = by ?? (type === 'PayeeAccountVerified' ? 'supervisor' : 'intake');
    const all = { personId: `p${stream}`, programmeId: 'asd', ...data };
    check.add(eventOf(type, all, { ...rest, meta: { actor } }), stream, found);
  }
  return said;
}
const registered = (region: string, stream = 1): Step => [
  'PersonRegistered',
  { region },
  { stream },
];
const moved = (fromRegion: string, region: string, stream = 1): Step => [
  'PersonMoved',
  { fromRegion, region },
  { stream },
];

describe('a person lives in one region', () => {
  test('and moves from there', () => {
    expect(foundIn({}, registered('R1'), moved('R1', 'R2'), moved('R2', 'R1'))).toEqual([]);
    expect(foundIn({}, registered('R1'), moved('R2', 'R3'))).toEqual([
      'I7 moved from R2; the person is of R1',
    ]);
    expect(foundIn({}, registered('R1'), moved('R1', 'R2'), moved('R1', 'R2'))).toEqual([
      'I7 moved from R1; the person is of R2',
    ]);
  });
  test.each(['ApplicationSubmitted', 'EnrolmentStarted', 'EnrolmentMoved'] as const)(
    'where %s is, or was until lately',
    (type) => {
      const there = (region: string): Step => [type, { region }];
      const log = [registered('R1'), registered('R4', 2), moved('R1', 'R2')] as const;
      expect(foundIn({}, registered('R1'), there('R1'))).toEqual([]);
      expect(foundIn({}, registered('R1'), there('R2'))).toEqual(['I7 in R2; the person is of R1']);
      expect(foundIn({}, ...log, there('R2'))).toEqual([]);
      expect(foundIn({}, ...log, there('R1'))).toEqual([]);
      expect(foundIn({}, ...log, there('R4'))).toEqual(['I7 in R4; the person is of R2']);
      const twice = [...log, moved('R2', 'R3')] as const;
      expect(foundIn({}, ...twice, there('R1'))).toEqual(['I7 in R1; the person is of R3']);
    },
  );
  test('of whom nothing is known, nothing is believed', () => {
    expect(foundIn({}, ['EnrolmentMoved', { region: 'R1', personId: 'nobody' }])).toEqual([
      'I7 in R1; the person is of none',
    ]);
    expect(foundIn({}, ['ApplicationSubmitted', { region: 'R1' }])).toEqual([
      'I7 in R1; the person is of none',
    ]);
  });
  test('older versions enrolled where the application was from', () => {
    const log = (type: EventType): readonly Step[] => [registered('R1'), [type, { region: 'R2' }]];
    expect(foundIn({ isNew: false }, ...log('EnrolmentStarted'))).toEqual([]);
    expect(foundIn({ isNew: false }, ...log('ApplicationSubmitted'))).toHaveLength(1);
  });
});

test.each(['ApplicationSubmitted', 'EnrolmentStarted'] as const)(
  '%s is of somebody who is registered and not erased',
  (type) => {
    const there: Step = [type, { region: 'R1' }];
    expect(foundIn({ registered: (at) => at === 1 }, registered('R1'), there)).toEqual([]);
    expect(foundIn({ registered: (at) => at !== 1 }, registered('R2'), there)).toEqual([
      `I1 ${type} of somebody who is not registered, or was erased`,
    ]);
  },
);

describe('who is erased', () => {
  const programme = (programmeId: string): Step => ['ProgrammeDefined', { programmeId }];
  const erased = (v: number): Step => ['PersonErased', {}, { v }];
  const both = [programme('asd'), programme('orphans')] as const;
  test('is enrolled in nothing any more', () => {
    expect(foundIn({}, ...both, erased(2))).toEqual([]);
    expect(foundIn({ enrolled: ['enrolment-orphans-p1'] }, ...both, erased(2))).toEqual([
      'I7 erased while enrolled in orphans',
    ]);
    expect(foundIn({ enrolled: ['enrolment-asd-p1'] }, ...both, erased(2))).toEqual([
      'I7 erased while enrolled in asd',
    ]);
    expect(foundIn({ enrolled: ['enrolment-asd-p2'] }, ...both, erased(2))).toEqual([]);
  });
  test('was enrolled until after it, in older versions', () => {
    expect(foundIn({ enrolled: ['enrolment-asd-p1'] }, ...both, erased(1))).toEqual([]);
  });
});

describe('an account', () => {
  const personId = '00000000-0000-4000-8000-000000000001';
  const has = (accountId: string, stream = 1, by = 'intake'): Step => [
    'PayeeAccountRegistered',
    { accountId },
    { stream, by },
  ];
  const verified = (accountId: string, by = 'supervisor', stream = 1): Step => [
    'PayeeAccountVerified',
    { accountId },
    { stream, by },
  ];
  const closed = (accountId: string, more: More = {}, whose = personId): Step => [
    'PayeeAccountClosed',
    { accountId, personId: whose },
    more,
  ];
  test('that is verified is the one that the person has', () => {
    const other = ['I4 an account was verified that the person does not have'];
    expect(foundIn({}, has('one'), verified('one'))).toEqual([]);
    expect(foundIn({}, has('one'), verified('two'))).toEqual(other);
    expect(foundIn({}, verified('one'))).toEqual(other);
    expect(foundIn({}, has('one', 2), verified('one'))).toEqual(other);
    expect(foundIn({}, has('one'), closed('one'), verified('one'))).toEqual(other);
  });
  test('is verified by another than registered it, be it the first or not', () => {
    const self = ['I4 the account was verified by who registered it'];
    expect(foundIn({}, has('one'), verified('one', 'supervisor'))).toEqual([]);
    expect(foundIn({}, has('one'), verified('one', 'intake'))).toEqual(self);
    expect(foundIn({}, has('one', 1, 'Case'), verified('one', 'CASE'))).toEqual(self);
    const later = [has('one'), closed('one'), has('two', 1, 'case')] as const;
    expect(foundIn({}, ...later, verified('two', 'intake'))).toEqual([]);
    expect(foundIn({}, ...later, verified('two', 'case'))).toEqual(self);
    const two = [has('one', 1, 'case'), has('one', 2, 'super')] as const;
    expect(foundIn({}, ...two, verified('one', 'super'), verified('one', 'case', 2))).toEqual([]);
    expect(foundIn({}, ...two, verified('one', 'super', 2))).toEqual(self);
  });
  test('that is closed is the one that the person has', () => {
    const other = ['I2 an account was closed that the person does not have'];
    expect(foundIn({}, has('one'), closed('one'), has('two'), closed('two'))).toEqual([]);
    expect(foundIn({}, has('one'), closed('two'))).toEqual(other);
    expect(foundIn({}, has('one'), closed('one'), closed('one'))).toEqual(other);
  });

  const cycleId = 'asd-2026-01';
  const paymentId = `${cycleId}-${personId}`;
  const instructed = (type: EventType, time: string, position = 9): Step => [
    type,
    { paymentId, accountId: 'one' },
    { time, position },
  ];
  const released = (position: number, id = cycleId): Step => [
    'CycleReleased',
    { cycleId: id },
    { position },
  ];
  const begun = (position: number) =>
    [has('one'), closed('one', { position, time: NOON })] as const;
  const AFTER = ['I2 instructed to an account that was closed before'];
  const LATER = '2026-01-20T12:00:00.000Z';

  test('that was closed before its release is not paid on, and one that was closed after it is', () => {
    const paid = instructed('PaymentInstructed', LATER);
    expect(foundIn({}, ...begun(4), released(5), paid)).toEqual(AFTER);
    expect(foundIn({}, has('one'), released(5), closed('one', { position: 6 }), paid)).toEqual([]);
    expect(foundIn({}, ...begun(5), released(5), paid)).toEqual([]);
  });
  test('that another person closed is paid on', () => {
    const of = has('one', 2);
    const theirs = closed('one', { stream: 2, position: 4 }, 'p2');
    const paid = instructed('PaymentInstructed', LATER);
    expect(foundIn({}, has('one'), of, theirs, released(5), paid)).toEqual([]);
    const mine = closed('one', { position: 3 });
    expect(foundIn({}, has('one'), of, mine, theirs, released(5), paid)).toEqual(AFTER);
    const late = closed('one', { stream: 2, position: 6 }, 'p2');
    expect(foundIn({}, has('one'), of, mine, released(5), late, paid)).toEqual(AFTER);
  });
  test('that nobody closed is paid on', () => {
    expect(foundIn({}, has('one'), released(5), instructed('PaymentInstructed', LATER))).toEqual(
      [],
    );
    expect(foundIn({}, has('two'), closed('two'), instructed('PaymentInstructed', LATER))).toEqual(
      [],
    );
  });
  test.each([
    ['again', 'PaymentReinstructed', []],
    ['after its cycle was', 'PaymentInstructed', [['CycleInstructed', { cycleId }]]],
  ] as const)(
    'is the one of then where a payment is instructed %s, but for an hour',
    (_, type, more) => {
      const log = [
        has('one'),
        released(5),
        closed('one', { position: 6, time: NOON }),
        ...more,
      ] as const;
      expect(foundIn({}, ...log, instructed(type, '2026-01-15T13:00:00.000Z'))).toEqual([]);
      expect(foundIn({}, ...log, instructed(type, '2026-01-15T13:00:00.001Z'))).toEqual(AFTER);
    },
  );
  test('is that of the release of its own cycle', () => {
    const log = [has('one'), released(5, 'asd-2026-02'), closed('one', { position: 6 })] as const;
    expect(foundIn({}, ...log, instructed('PaymentInstructed', LATER))).toEqual(AFTER);
  });
});

describe.each(FAR_STREAMS)('the person of stream %d', (far) => {
  test('has a region and an account of their own', () => {
    const there: Step = ['EnrolmentMoved', { region: 'R2', personId: 'far' }];
    const account = { accountId: 'one' };
    expect(
      foundIn(
        { far },
        registered('R1'),
        moved('R1', 'R5'),
        ['PayeeAccountRegistered', { accountId: 'two' }],
        registered('R2', far),
        moved('R2', 'R3', far),
        ['PayeeAccountRegistered', account, { stream: far }],
        there,
        ['PayeeAccountVerified', account, { stream: far }],
        ['PayeeAccountVerified', { accountId: 'two' }],
        ['EnrolmentMoved', { region: 'R1' }],
        ['EnrolmentMoved', { region: 'R5' }],
      ),
    ).toEqual([]);
  });
  test('keeps who registered their account', () => {
    const account = { accountId: 'one' };
    const has: Step = ['PayeeAccountRegistered', account, { by: 'case' }];
    const theirs: Step = ['PayeeAccountRegistered', account, { stream: far, by: 'super' }];
    const verified: Step = ['PayeeAccountVerified', account, { by: 'case' }];
    expect(foundIn({ far }, has, theirs, verified)).toHaveLength(1);
  });
  test.each(['PersonRegistered', 'PersonMoved', 'PayeeAccountRegistered'] as const)(
    'is found room for by %s',
    (type) => {
      const data = { region: 'R2', fromRegion: '', accountId: 'one' };
      const there: Step = ['EnrolmentMoved', { region: 'R2', personId: 'far' }];
      const verified: Step = ['PayeeAccountVerified', { accountId: 'one' }, { stream: far }];
      const isOfAccount = type === 'PayeeAccountRegistered';
      expect(
        foundIn({ far }, [type, data, { stream: far }], isOfAccount ? verified : there),
      ).toEqual([]);
    },
  );
});
