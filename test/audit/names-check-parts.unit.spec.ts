import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { NamesCheck } from '../../src/audit/names-check.js';
import { eventOf, Findings } from './direct.js';

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
    ['SetAsideDismissed', { eventId: personId }, `automation-${personId}`],
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
      const sealed = { record: `person/${payee}/account/one` };
      check.add(
        eventOf('PayeeAccountRegistered', { personId: payee, accountId: 'one', sealed }),
        found,
      );
      check.add(eventOf(type, { paymentId: `asd-2026-01-${personId}`, accountId }), found);
      return said;
    };
    const wrong = ['I2 instructed to an account that is not of the payee'];
    expect(saidOf(payee, 'one')).toEqual([]);
    expect(saidOf(payee, 'two')).toEqual(wrong);
    expect(saidOf(other, 'one')).toEqual(wrong);
  });
});

describe('what is sealed of somebody is kept under their own name', () => {
  const personId = '00000000-0000-4000-8000-000000000001';
  const other = '00000000-0000-4000-8000-000000000002';
  const saidOf = (type: EventType, record: string): readonly string[] => {
    const { said, found } = new Findings();
    const data = { personId, accountId: 'one', sealed: { record } };
    new NamesCheck().add(eventOf(type, data, { stream: `person-${personId}` }), found);
    return said;
  };
  const NOT_ITS_OWN = ['I2 what is sealed of the person is kept under the name of another record'];
  test.each([
    ['PersonRegistered', `person/${personId}/profile`, `person/${other}/profile`],
    ['PayeeAccountRegistered', `person/${personId}/account/one`, `person/${other}/account/one`],
  ] as const)('by %s', (type, own, another) => {
    expect(saidOf(type, own)).toEqual([]);
    expect(saidOf(type, `${own}/0f0f`)).toEqual([]);
    for (const wrong of [another, `${another}/0f0f`, `${own}0`, own.slice(0, -1), `/${own}`])
      expect(saidOf(type, wrong)).toEqual(NOT_ITS_OWN);
  });
});
