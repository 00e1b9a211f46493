import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
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
  const sealed = { record: `person/${ofAnother}/profile`, sha256: 'f'.repeat(64) };
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
