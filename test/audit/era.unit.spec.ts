import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { eventOf } from './direct.js';

/** The first version of each type that only those write who say how an actor came (version 0.3). */
const SINCE: Readonly<Partial<Record<EventType, number>>> = {
  AccountHoldProposed: 1,
  BackdatingLimitProposed: 1,
  BackdatingLimitSet: 1,
  BankEntryAssignmentWithdrawn: 1,
  CalendarSet: 1,
  ChecksProposed: 1,
  CyclePreparationResumed: 1,
  CycleReconciled: 2,
  CycleReinstructionEnded: 1,
  CycleReinstructionStarted: 1,
  EnrolmentMoved: 1,
  EnrolmentProposalWithdrawn: 1,
  EnrolmentRecertificationProposed: 1,
  EnrolmentReinstated: 2,
  EnrolmentReinstatementProposed: 1,
  EntitlementRevisionProposed: 1,
  LaterCycleStarted: 1,
  OverpaymentWaived: 2,
  OverpaymentWaiverProposed: 1,
  OverpaymentWaiverWithdrawn: 1,
  PaymentBooked: 1,
  PaymentBreakRecorded: 4,
  PaymentBreakResolutionWithdrawn: 1,
  PaymentBreakResolved: 3,
  PaymentOutcomeWithdrawn: 1,
  PaymentReturned: 4,
  PaymentSettled: 4,
  PaymentTermsProposed: 1,
  PaymentTermsSet: 2,
  PersonErased: 2,
  PersonErasureProposed: 1,
  PersonErasureWithdrawn: 1,
  PersonMoved: 1,
  PolicyProposed: 1,
  PolicyPublished: 2,
  ProgrammeClosed: 2,
  ProgrammeClosingProposed: 1,
  ProgrammeProposalWithdrawn: 1,
  ProgrammeReopened: 1,
  ProgrammeReopeningProposed: 1,
  SetAsideDismissalProposed: 1,
  SetAsideDismissalWithdrawn: 1,
  SetAsideDismissed: 1,
};

const isNewAfter = (type: EventType, v: number): boolean => {
  const era = new Era();
  era.add(eventOf(type, {}, { v }));
  return era.isNew;
};

test.each(Object.entries(SINCE))('%s is of a newer version from version %d on', (type, v) => {
  const told = [v - 1, v, v + 1].map((one) => isNewAfter(type as EventType, one));
  expect(told).toEqual([false, true, true]);
});

test('what older versions wrote too says nothing, in whatever version', () => {
  expect(isNewAfter('PersonRegistered', 9)).toBe(false);
});

test('an event that says how its actor came is enough, and what follows changes nothing', () => {
  const era = new Era();
  expect(era.isNew).toBe(false);
  era.add(eventOf('PersonRegistered', {}, { meta: { channel: 'http' } }));
  expect(era.isNew).toBe(true);
  era.add(eventOf('PersonRegistered'));
  expect(era.isNew).toBe(true);
});

describe('a log whose first event does not say how its actor came', () => {
  const came = (how: object) => {
    const era = new Era();
    const first = { command: 'first', actor: 'meryem' };
    era.add(eventOf('ProgrammeDefined', {}, { meta: first }));
    const before = [era.saysChannels, era.hasSaidChannels];
    era.add(eventOf('PaymentTermsSet', {}, { meta: { ...first, channel: 'cli', ...how } }));
    return [before, [era.saysChannels, era.hasSaidChannels]];
  };
  test('is no older one where its first command says it all the same', () => {
    expect(came({})).toEqual([
      [false, false],
      [true, true],
    ]);
  });
  test.each([{ command: 'later' }, { actor: 'automation' }])(
    'was upgraded where what is said is of %p',
    (how) => {
      expect(came(how)).toEqual([
        [false, false],
        [false, true],
      ]);
    },
  );
  test('and is an older one where nothing is', () => {
    expect(came({ channel: undefined })[1]).toEqual([false, false]);
  });
});
