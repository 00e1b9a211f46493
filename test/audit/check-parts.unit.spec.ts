import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { eventId } from '../../src/kernel/ids.js';
import { factsOf, versions } from '../simulation/model-programme.js';
import { eventOf } from './direct.js';

type Step = readonly [EventType, object, Parameters<typeof eventOf>[2]?];

/** What the whole check finds, each after its stream. */
function foundIn(positionGaps: boolean, ...log: readonly Step[]): readonly string[] {
  const check = createAuditCheck({ positionGaps });
  log.forEach(([type, data, rest = {}], position) =>
    check.add(eventOf(type, data, { position, id: `id ${position}`, ...rest })),
  );
  const { violations } = check.finish();
  return violations.map(({ invariant, stream, detail }) => `${invariant} ${stream}: ${detail}`);
}

const personId = '00000000-0000-4000-8000-000000000001';
const paymentId = `asd-2026-01-${personId}`;
const programmeId = 'asd';
const by = { channel: 'http', role: 'finance-officer' } as const;
const moved: Step = ['PersonMoved', { personId, fromRegion: '', region: 'R' }];
const outcome = (type: EventType, source: string): Step => [
  type,
  { paymentId, attempt: 1, endToEndId: 'E', source, amountMinor: '1', settledOn: '2026-01-15' },
  { meta: by },
];
const account = (accountId: string): Step => [
  'PayeeAccountRegistered',
  { personId, accountId, sealed: { record: `person/${personId}/account/${accountId}` } },
  { stream: `person-${personId}` },
];
const withStream = ([type, data, more]: Step): Step => [
  type,
  data,
  { ...more, stream: `payment-${paymentId}` },
];
const arrears = {
  programmeId,
  personId,
  correctionId: 'asd-0001',
  correctionIds: ['asd-0001'],
  differenceMinor: '1',
  amountMinor: '1',
};
const rich = factsOf(4);
const failed = withStream(outcome('PaymentRejected', 'pain.002'));
const broken: Step = [
  'PaymentBreakRecorded',
  { paymentId, breakId: 'b', attempt: 1, endToEndId: 'E', reported: 'settled' },
  { stream: `payment-${paymentId}` },
];

/** Of each part of the check one thing that only it finds. */
const PARTS: Readonly<Record<string, readonly [string, ...Step[]]>> = {
  era: [
    'I6 s: in XOF; the programme pays in MAD',
    ['ProgrammeDefined', { programmeId, currency: 'MAD' }],
    ['BudgetAllotted', { programmeId, currency: 'XOF', amountMinor: '1' }, { meta: by }],
  ],
  versions: [
    'I8 s: PersonMoved of version 1, after version 2',
    [moved[0], moved[1], { v: 2 }],
    [moved[0], moved[1], { time: '2026-01-17T12:00:00.000Z' }],
  ],
  names: [
    'I8 person-other: the event is about something else than its stream',
    [moved[0], moved[1], { stream: 'person-other' }],
  ],
  roles: ['I4 s: PersonMoved by intake, which may not', moved],
  'two people': ['I4 s: an outcome that only one person said', outcome('PaymentRejected', 'http')],
  'two people, at the end': [
    'I4 s: an outcome that one person said of an entry that nobody gave to the payment',
    outcome('PaymentRejected', 'operator'),
  ],
  proposals: [
    'I4 s: an erasure that one person alone said',
    ['PersonErased', { personId }, { v: 2 }],
  ],
  'held accounts': [
    'I4 s: instructed to an account that waits for a second person',
    account('one'),
    account('two'),
    [
      'PaymentInstructed',
      {
        paymentId,
        accountId: 'two',
        attempt: 1,
        amountMinor: '1',
        currency: 'MAD',
        endToEndId: 'E',
        executionDate: '2026-01-15',
      },
      { meta: by },
    ],
  ],
  instructions: [
    'I2 s: instructed as E, which is not the reference of attempt 2',
    [
      'PaymentReinstructed',
      {
        paymentId,
        accountId: 'one',
        attempt: 2,
        amountMinor: '1',
        currency: 'MAD',
        endToEndId: 'E',
        executionDate: '2026-01-15',
      },
    ],
  ],
  'doubted arrears': [
    'I2 s: arrears are ordered of what may have been paid: a break of it is open',
    failed,
    broken,
    ['AdjustmentProposed', { ...arrears, periods: [{ period: '2026-02', items: [] }] }],
    ['ArrearsReleased', { ...arrears, paymentId, round: 1 }],
    ['CyclePreparationStarted', { cycleId: 'asd-2026-02', asOf: 3, round: 1 }],
    ['ArrearsOrdered', { ...arrears, paymentId: `asd-2026-02-${personId}`, round: 1 }],
  ],
  'arrears of what was paid after all': [
    'I2 s: arrears are ordered of what was paid after all: no correction looked since',
    failed,
    ['AdjustmentProposed', { ...arrears, periods: [{ period: '2026-02', items: [] }] }],
    ['ArrearsReleased', { ...arrears, paymentId, round: 1 }],
    withStream(outcome('PaymentSettled', 'camt.053')),
    ['CyclePreparationStarted', { cycleId: 'asd-2026-02', asOf: 4, round: 1 }],
    ['ArrearsOrdered', { ...arrears, paymentId: `asd-2026-02-${personId}`, round: 1 }],
  ],
  'arrears of what a cycle of another month paid': [
    'I2 s: arrears are ordered of what may have been paid: a break of it is open',
    [
      'EnrolmentStarted',
      { programmeId, personId, region: 'R', startPeriod: '2025-12', facts: rich, contentHash: '' },
      { stream: `enrolment-${programmeId}-${personId}` },
    ],
    ['CyclePreparationStarted', { cycleId: 'asd-2026-01', asOf: 0, round: 1 }],
    withStream([
      'PaymentOrdered',
      {
        ...{ programmeId, personId, paymentId, period: '2026-01', round: 1, region: 'R' },
        items: [{ code: 'child', period: '2025-12', amountMinor: '1' }],
        amountMinor: '1',
      },
    ]),
    failed,
    broken,
    ['AdjustmentProposed', { ...arrears, periods: [{ period: '2025-12', items: [] }] }],
    ['CyclePreparationStarted', { cycleId: 'asd-2026-02', asOf: 5, round: 1 }],
    ['ArrearsOrdered', { ...arrears, paymentId: `asd-2026-02-${personId}`, round: 1 }],
  ],
  breaks: ['I2 s: a break of attempt 1, of 0', moved, [broken[0], broken[1], { meta: by }]],
  cycles: [
    'I6 s: CycleReleased when the cycle is none',
    ['CycleReleased', { cycleId: 'asd-2026-01', totalMinor: '1' }],
  ],
  outcomes: [
    'I2 s: PaymentAccepted for E, which is not what was instructed',
    outcome('PaymentAccepted', 'camt.053'),
  ],
  bookings: [
    'I2 s: booked as settled, which nobody had said',
    ['PaymentBooked', { paymentId, attempt: 1, outcome: 'settled', source: 'camt.053' }],
  ],
  'entries of banks': [
    'I4 s: paid again, and not said who took away what stood against it',
    ['PaymentBreakResolved', { paymentId, breakId: 'b' }, { meta: { actor: 'farid' } }],
    [
      'PaymentReinstructed',
      { paymentId, accountId: 'one', attempt: 2, amountMinor: '1', currency: 'MAD' },
      { v: 2 },
    ],
  ],
  'bank messages': [
    'I2 s: 1 read; 0 of them accounted for',
    [
      'BankMessageApplied',
      { outcomes: { read: 1, applied: 0, unchanged: 0, breaks: 0, refused: 0 } },
    ],
  ],
  'money, at the end': [
    'I6 cycle-c: 5 spent and 0 to be, and 0 settled and 0 kept by banks',
    ['BudgetSpent', { cycleId: 'c', amountMinor: '5', count: 1, throughPosition: 0 }],
  ],
  'corrections, at the end': [
    'I6 recovery-asd-p: 5 more recovered and waived than was overpaid',
    ['OverpaymentWaived', { recoveryId: 'asd-p', amountMinor: '5' }],
  ],
  'determinations, at the end': [
    'I5 s: new facts that are not eligible, and the household is not suspended',
    ['PolicyPublished', versions[0]!],
    [
      'EntitlementRevised',
      {
        programmeId: 'sim',
        personId,
        fromPeriod: '2026-01',
        facts: rich,
        contentHash: contentHash(rich),
      },
      { meta: by },
    ],
  ],
  times: [
    'I8 t: at 2026-01-15T10:59:59.000Z, more than an hour before the event before it',
    moved,
    [moved[0], moved[1], { stream: 't', time: '2026-01-15T10:59:59.000Z' }],
  ],
  causes: [
    'I8 s: its cause is not before it',
    [moved[0], moved[1], { meta: { causation: 'nothing' } }],
  ],
  ids: [
    'I8 t: the event id id 0 occurs twice',
    moved,
    [moved[0], moved[1], { id: 'id 0', stream: 't' }],
  ],
};

test.each(Object.entries(PARTS))('the whole check asks its part for %s', (_, [wanted, ...log]) => {
  expect(foundIn(false, ...log)).toContain(wanted);
});

test('what was caused by the first event was caused by something', () => {
  const caused: Step = [moved[0], moved[1], { meta: { causation: 'id 0' } }];
  const said = foundIn(false, moved, caused);
  expect(said.filter((detail) => detail.includes('its cause'))).toEqual([]);
  const none = foundIn(false, moved, moved);
  expect(none.filter((detail) => detail.includes('its cause'))).toEqual([]);
});

test('positions grow where they have gaps', () => {
  const at = (position: number): Step => [moved[0], moved[1], { position }];
  const placed = (...log: readonly Step[]) =>
    foundIn(true, ...log).filter((detail) => detail.includes('position'));
  expect(placed(at(5), at(9))).toEqual([]);
  expect(placed(at(5), at(5))).toEqual(['I8 s: position 5 follows 5']);
  expect(placed(at(5), at(4))).toEqual(['I8 s: position 4 follows 5']);
});

test('revisions are known of many streams', () => {
  const check = createAuditCheck();
  const count = 4_200;
  let position = 0;
  const add = (number: number, revision: number): void => {
    const command = `c${position}`;
    const rest = { position, stream: `s${number}`, revision, id: eventId(command, 0) };
    const data = { identityHash: `i${number}`, personId: `p${number}` };
    check.add(eventOf('IdentityClaimed', data, { ...rest, meta: { command } }));
    position += 1;
  };
  for (let number = 0; number < count; number += 1) add(number, 0);
  for (const number of [0, 4_095, 4_096, 4_199]) add(number, 1);
  for (const number of [0, 4_096]) add(number, 1);
  const said = check.finish().violations.map(({ stream, detail }) => `${stream} ${detail}`);
  expect(said.filter((detail) => detail.includes('revision'))).toEqual([
    's0 revision 1 follows 1',
    's4096 revision 1 follows 1',
  ]);
});
