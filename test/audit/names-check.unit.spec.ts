import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { NamesCheck } from '../../src/audit/names-check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { eventOf, Findings } from './direct.js';
import { Tampered } from './tampered.js';

const ofAnother = uuidOf('somebody', 'else');
/** What the check says first, and of which event. */
function found(log: Tampered): readonly [invariant: string, detail: string, position: number] {
  const check = createAuditCheck();
  for (const event of log.events) check.add(event);
  const [first] = check.finish().violations;
  return [first?.invariant ?? '', first?.detail ?? '', first?.position ?? -1];
}
/** Events of a type that are not found when their data names another than their stream. */
function unnoticed(type: EventType, field: string): boolean {
  const log = new Tampered();
  const event = log.find(type);
  const other = field === 'paymentId' ? event.stream.slice(8, -36) + ofAnother : ofAnother;
  log.replace(event, { data: { ...event.data, [field]: other } });
  const [invariant, , position] = found(log);
  return invariant !== 'I8' || position !== event.position;
}

test('finds an event that is about something else than its stream', () => {
  const types: Readonly<Partial<Record<EventType, string>>> = {
    PersonRegistered: 'personId',
    IdentityClaimed: 'identityHash',
    ApplicationSubmitted: 'applicationId',
    EnrolmentStarted: 'personId',
    CycleReleased: 'cycleId',
    PaymentOrdered: 'paymentId',
    PaymentInstructed: 'paymentId',
    PaymentSettled: 'paymentId',
    BudgetSpent: 'programmeId',
    ProgrammeOpened: 'programmeId',
  };
  const missed = Object.entries(types).filter(([type, field]) =>
    unnoticed(type as EventType, field),
  );
  expect(missed).toEqual([]);
});

test('finds a payment whose id is not of its person and month', () => {
  for (const change of [{ personId: ofAnother }, { period: '2031-01' }]) {
    const log = new Tampered();
    const { position } = log.edit(log.find('PaymentOrdered'), change);
    expect(found(log)).toEqual(['I8', expect.stringContaining('not made of'), position]);
  }
});

test('finds a payment that was instructed to an account of somebody else', () => {
  const log = new Tampered();
  const { stream } = log.find('PaymentInstructed');
  const { data } = log.find(
    'PayeeAccountRegistered',
    (event) => !stream.endsWith(event.data.personId),
  );
  const instructed = log.find('PaymentInstructed');
  const { position } = log.edit(instructed, { accountId: data.accountId });
  expect(found(log)).toEqual(['I2', 'instructed to an account that is not of the payee', position]);
});

test('finds a person whose identity was not claimed for them', () => {
  const log = new Tampered();
  const claimed = log.find('IdentityClaimed');
  log.edit(claimed, { personId: ofAnother });
  const { position } = log.find(
    'PersonRegistered',
    ({ data }) => data.identityHash === claimed.data.identityHash,
  );
  expect(found(log)).toEqual([
    'I1',
    'registered with an identity that was not claimed for them',
    position,
  ]);
});

test('finds an enrolment that somebody else had applied for', () => {
  const log = new Tampered();
  const { data } = log.find('EnrolmentStarted');
  const other = { ...data, personId: ofAnother };
  const identity = { identityHash: 'e'.repeat(64), personId: ofAnother };
  const { sealed } = log.find('PersonRegistered').data;
  const person = { ...identity, sealed, region: data.region };
  log.append(`identity-${identity.identityHash}`, 'IdentityClaimed', identity);
  log.append(`person-${ofAnother}`, 'PersonRegistered', person);
  const { position } = log.append(
    `enrolment-${data.programmeId}-${ofAnother}`,
    'EnrolmentStarted',
    other,
  );
  expect(found(log)).toEqual([
    'I5',
    'started on content that nobody approved for this person',
    position,
  ]);
});

test('finds payments that were instructed before their cycle was released', () => {
  const log = new Tampered();
  const { data, meta, position } = log.find('CycleReleased');
  const { cycleId } = data;
  log.replace(log.events[position]!, {
    type: 'LaterCycleStarted',
    meta: { ...meta, role: 'finance-officer' },
    data: { cycleId, laterCycleId: `${cycleId.slice(0, -7)}2031-01`, round: 1 },
  } satisfies Partial<Recorded<'LaterCycleStarted'>>);
  const instructed = log.find('PaymentInstructed').position;
  expect(found(log)).toEqual(['I6', 'instructed before its cycle was released', instructed]);
});

test('finds an approval and a release of another set than was prepared', () => {
  const wrong = { contentHash: 'e'.repeat(64) };
  for (const [type, change, detail] of [
    ['CycleApproved', wrong, 'CycleApproved of another set than was prepared'],
    ['CycleReleased', wrong, 'CycleReleased of another set than was prepared'],
    ['CycleReleased', { count: 99 }, 'CycleReleased of another count than was prepared'],
  ] as const) {
    const log = new Tampered();
    const { position } = log.edit(log.find(type), change);
    expect(found(log)).toEqual(['I6', detail, position]);
  }
});

describe('the name of a stream is made of what its events are about', () => {
  const personId = '00000000-0000-4000-8000-000000000001';
  const sha256 = 'a'.repeat(64);
  /** By category: an event, what its data names, and the stream that it belongs in. */
  const STREAMS: readonly (readonly [EventType, Readonly<Record<string, unknown>>, string])[] = [
    ['ProgrammeOpened', { programmeId: 'asd' }, 'programme-asd'],
    ['BudgetSpent', { programmeId: 'asd', fiscalYear: 2026 }, 'budget-asd-2026'],
    ['PersonMoved', { personId }, `person-${personId}`],
    ['IdentityClaimed', { identityHash: sha256 }, `identity-${sha256}`],
    ['ApplicationReturned', { applicationId: personId }, `application-${personId}`],
    ['EnrolmentEnded', { programmeId: 'asd', personId }, `enrolment-asd-${personId}`],
    ['CycleClosed', { cycleId: 'asd-2026-01' }, 'cycle-asd-2026-01'],
    ['PaymentSettled', { paymentId: `asd-2026-01-${personId}` }, `payment-asd-2026-01-${personId}`],
    ['BankMessageApplied', { sha256 }, `message-${sha256}`],
    ['BankEntryAssigned', { entryId: personId }, `entry-${personId}`],
    ['CorrectionApplied', { correctionId: 'asd-0001' }, 'correction-asd-0001'],
    ['ArrearsOrdered', { programmeId: 'asd', personId }, `adjustment-asd-${personId}`],
    ['RecoveryResumed', { recoveryId: `asd-${personId}` }, `recovery-asd-${personId}`],
  ];
  const ELSEWHERE = ['I8 the event is about something else than its stream'];
  function saidOf(type: EventType, data: object, stream: string): readonly string[] {
    const { said, found } = new Findings();
    new NamesCheck().add(eventOf(type, data, { stream }), found);
    return said;
  }

  test.each(STREAMS)('%s %j is in %s, and in no other', (type, data, stream) => {
    expect(saidOf(type, data, stream)).toEqual([]);
    for (const field of Object.keys(data))
      expect(saidOf(type, { ...data, [field]: 'other' }, stream)).toEqual(ELSEWHERE);
    for (const other of [
      `${stream}0`,
      `${stream}-0`,
      stream.slice(0, -1),
      `${stream.split('-')[0]}-`,
    ])
      expect(saidOf(type, data, other)).toEqual(ELSEWHERE);
    // The parts are told apart by dashes.
    const at = stream.indexOf('-') + 1;
    for (let dash = stream.indexOf('-', at); dash > 0; dash = stream.indexOf('-', dash + 1))
      expect(saidOf(type, data, `${stream.slice(0, dash)}_${stream.slice(dash + 1)}`)).toEqual(
        ELSEWHERE,
      );
  });

  test('a stream of no category that is known says nothing', () => {
    expect(saidOf('PersonMoved', { personId }, `other-${sha256}`)).toEqual([]);
  });
});

describe('an id is made of the parts that it is of', () => {
  const personId = '00000000-0000-4000-8000-000000000001';
  const period = '2026-01';
  const programmeId = 'asd';
  const all = { programmeId, period, personId };
  test.each([
    ['PaymentOrdered', 'paymentId', `asd-2026-01-${personId}`, all],
    ['CycleOpened', 'cycleId', 'asd-2026-01', { programmeId, period }],
    ['OverpaymentEstablished', 'recoveryId', `asd-${personId}`, { programmeId, personId }],
  ] as const)('%s: %s', (type, field, id, parts) => {
    const saidOf = (more: object): readonly string[] => {
      const { said, found } = new Findings();
      new NamesCheck().add(eventOf(type, { ...parts, [field]: id, ...more }), found);
      return said;
    };
    expect(saidOf({})).toEqual([]);
    for (const part of Object.keys(parts))
      expect(saidOf({ [part]: 'other' })).toEqual([
        `I8 ${id} is not made of what it is said to be of`,
      ]);
  });
});

describe('a payment is instructed to an account of its payee', () => {
  const payee = '00000000-0000-4000-8000-000000000001';
  const other = '00000000-0000-4000-8000-000000000002';
  test.each(['PaymentInstructed', 'PaymentReinstructed'] as const)('by %s', (type) => {
    const saidOf = (personId: string, accountId: string): readonly string[] => {
      const { said, found } = new Findings();
      const check = new NamesCheck();
      check.add(eventOf('PayeeAccountRegistered', { personId: payee, accountId: 'one' }), found);
      check.add(eventOf(type, { paymentId: `asd-2026-01-${personId}`, accountId }), found);
      return said;
    };
    const wrong = ['I2 instructed to an account that is not of the payee'];
    expect(saidOf(payee, 'one')).toEqual([]);
    expect(saidOf(payee, 'two')).toEqual(wrong);
    expect(saidOf(other, 'one')).toEqual(wrong);
  });
});
