import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas, type EventData, type EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import type { ProposalKind } from '../../src/kernel/two-people.js';

/** What the published example of the newest version says, with other values for some fields. */
export function exampleOf<T extends EventType>(type: T, other: Partial<EventData[T]> = {}) {
  const { aggregate, version } = schemas
    .filter((schema) => schema.type === type)
    .toSorted((a, b) => b.version - a.version)[0]!;
  const path = join('events', aggregate, 'examples', `${type}.v${version}.json`);
  return { type, v: version, data: { ...JSON.parse(readFileSync(path, 'utf8')), ...other } };
}
export type Said = ReturnType<typeof exampleOf>;

export const personId = uuidOf('who waits');
const entryId = uuidOf('an entry');
const breakId = uuidOf('a break');
export const paymentId = `asd-2026-01-${personId}`;
const asd = { programmeId: 'asd' };
const person = { personId };
const enrolled = { ...asd, personId };
const ofPayment = { paymentId, attempt: 1 };
const recovery = { recoveryId: `asd-${personId}` };
const correction = { correctionId: 'asd-0001' };

interface Story {
  readonly kind: ProposalKind;
  readonly stream: string;
  /** What was there before. */
  readonly before?: readonly Said[];
  readonly proposed: Said;
  /** Each answers it. */
  readonly answers: readonly Said[];
  /** Who said it takes it back; absent: an answer does. */
  readonly withdrawn?: Said;
  /** Something else by the same person takes its place. */
  readonly replacedBy?: Said;
  readonly programmeId?: string;
}

const enrolment = `enrolment-asd-${personId}`;
const changed: readonly Said[] = [
  exampleOf('EntitlementRevised', enrolled),
  exampleOf('EnrolmentRecertified', enrolled),
  exampleOf('EnrolmentReinstated', enrolled),
  exampleOf('EnrolmentEnded', enrolled),
  exampleOf('EnrolmentStarted', enrolled),
];
const closed = exampleOf('ProgrammeClosed', asd);

/** How each kind begins to wait, and what ends it. */
export const STORIES: readonly Story[] = [
  {
    kind: 'facts',
    stream: enrolment,
    proposed: exampleOf('EntitlementRevisionProposed', enrolled),
    withdrawn: exampleOf('EnrolmentProposalWithdrawn', enrolled),
    answers: changed,
    replacedBy: exampleOf('EnrolmentReinstatementProposed', enrolled),
  },
  {
    kind: 'recertification',
    stream: enrolment,
    proposed: exampleOf('EnrolmentRecertificationProposed', enrolled),
    withdrawn: exampleOf('EnrolmentProposalWithdrawn', enrolled),
    answers: changed,
    replacedBy: exampleOf('EntitlementRevisionProposed', enrolled),
  },
  {
    kind: 'reinstatement',
    stream: enrolment,
    proposed: exampleOf('EnrolmentReinstatementProposed', enrolled),
    withdrawn: exampleOf('EnrolmentProposalWithdrawn', enrolled),
    answers: changed,
    replacedBy: exampleOf('EnrolmentReinstatementProposed', { ...enrolled, fromPeriod: '2027-01' }),
  },
  {
    kind: 'erasure',
    stream: `person-${personId}`,
    proposed: exampleOf('PersonErasureProposed', person),
    withdrawn: exampleOf('PersonErasureWithdrawn', person),
    answers: [exampleOf('PersonErased', person)],
    replacedBy: exampleOf('PersonErasureProposed', { ...person, reason: 'asked again' }),
  },
  {
    kind: 'payee-account',
    stream: `person-${personId}`,
    before: [exampleOf('PayeeAccountRegistered', person), exampleOf('PayeeAccountClosed', person)],
    proposed: exampleOf('PayeeAccountRegistered', { ...person, accountId: uuidOf('second') }),
    answers: [
      exampleOf('PayeeAccountVerified', { ...person, accountId: uuidOf('second') }),
      exampleOf('PayeeAccountClosed', { ...person, accountId: uuidOf('second') }),
      exampleOf('PersonErased', person),
    ],
  },
  {
    kind: 'policy',
    stream: 'programme-asd',
    proposed: exampleOf('PolicyProposed', asd),
    withdrawn: exampleOf('ProgrammeProposalWithdrawn', { ...asd, what: 'policy' }),
    answers: [exampleOf('PolicyPublished', asd), closed],
    replacedBy: exampleOf('PolicyProposed', { ...asd, version: 9 }),
  },
  {
    kind: 'paying-accounts',
    stream: 'programme-asd',
    proposed: exampleOf('PaymentTermsProposed', asd),
    withdrawn: exampleOf('ProgrammeProposalWithdrawn', { ...asd, what: 'terms' }),
    answers: [exampleOf('PaymentTermsSet', asd), closed],
    replacedBy: exampleOf('PaymentTermsProposed', { ...asd, remittance: 'other' }),
  },
  {
    kind: 'account-hold',
    stream: 'programme-asd',
    proposed: exampleOf('AccountHoldProposed', asd),
    withdrawn: exampleOf('ProgrammeProposalWithdrawn', { ...asd, what: 'hold' }),
    answers: [exampleOf('AccountHoldSet', asd), closed],
    replacedBy: exampleOf('AccountHoldProposed', { ...asd, days: 1 }),
  },
  {
    kind: 'checks',
    stream: 'programme-asd',
    proposed: exampleOf('ChecksProposed', asd),
    withdrawn: exampleOf('ProgrammeProposalWithdrawn', { ...asd, what: 'checks' }),
    answers: [exampleOf('ChecksConfigured', asd), closed],
    replacedBy: exampleOf('ChecksProposed', { ...asd, rules: [] }),
  },
  {
    kind: 'backdating-limit',
    stream: 'programme-asd',
    proposed: exampleOf('BackdatingLimitProposed', asd),
    withdrawn: exampleOf('ProgrammeProposalWithdrawn', { ...asd, what: 'backdating' }),
    answers: [exampleOf('BackdatingLimitSet', asd), closed],
    replacedBy: exampleOf('BackdatingLimitProposed', { ...asd, months: 60 }),
  },
  {
    kind: 'closing',
    stream: 'programme-asd',
    proposed: exampleOf('ProgrammeClosingProposed', asd),
    withdrawn: exampleOf('ProgrammeProposalWithdrawn', { ...asd, what: 'closing' }),
    answers: [closed],
    replacedBy: exampleOf('ProgrammeClosingProposed', { ...asd, reason: 'over' }),
  },
  {
    kind: 'reopening',
    stream: 'programme-asd',
    proposed: exampleOf('ProgrammeReopeningProposed', asd),
    withdrawn: exampleOf('ProgrammeProposalWithdrawn', { ...asd, what: 'reopening' }),
    answers: [exampleOf('ProgrammeReopened', asd), closed],
    replacedBy: exampleOf('ProgrammeReopeningProposed', { ...asd, reason: 'left' }),
  },
  {
    kind: 'outcome',
    stream: `payment-${paymentId}`,
    proposed: exampleOf('PaymentOutcomeProposed', { ...ofPayment, outcome: 'settled' }),
    withdrawn: exampleOf('PaymentOutcomeWithdrawn', { paymentId }),
    answers: [
      exampleOf('PaymentSettled', ofPayment),
      exampleOf('PaymentBooked', { ...ofPayment, outcome: 'settled' }),
      exampleOf('PaymentBreakRecorded', { ...ofPayment, reported: 'settled' }),
    ],
  },
  {
    kind: 'break',
    stream: `payment-${paymentId}`,
    proposed: exampleOf('PaymentBreakResolutionProposed', { paymentId, breakId }),
    withdrawn: exampleOf('PaymentBreakResolutionWithdrawn', { paymentId, breakId }),
    answers: [exampleOf('PaymentBreakResolved', { paymentId, breakId })],
  },
  {
    kind: 'entry',
    stream: `entry-${entryId}`,
    proposed: exampleOf('BankEntryAssignmentProposed', { entryId, paymentId }),
    withdrawn: exampleOf('BankEntryAssignmentWithdrawn', { entryId }),
    answers: [
      exampleOf('BankEntryAssigned', { entryId, paymentId }),
      exampleOf('BankEntryDismissed', { entryId }),
    ],
  },
  {
    kind: 'correction',
    stream: 'correction-asd-0001',
    proposed: exampleOf('CorrectionProposed', { ...correction, arrearsCount: 1 }),
    answers: [
      exampleOf('CorrectionApproved', correction),
      exampleOf('CorrectionRejected', correction),
    ],
  },
  {
    kind: 'waiver',
    stream: `recovery-asd-${personId}`,
    before: [exampleOf('OverpaymentEstablished', { ...recovery, ...enrolled, region: 'MA-04' })],
    proposed: exampleOf('OverpaymentWaiverProposed', recovery),
    withdrawn: exampleOf('OverpaymentWaiverWithdrawn', recovery),
    answers: [exampleOf('OverpaymentWaived', recovery), exampleOf('RecoveryCompleted', recovery)],
    replacedBy: exampleOf('OverpaymentWaiverProposed', { ...recovery, amountMinor: '1' }),
  },
  {
    kind: 'set-aside',
    stream: `automation-${exampleOf('SetAsideDismissed').data.eventId}`,
    proposed: exampleOf('SetAsideDismissalProposed'),
    withdrawn: exampleOf('SetAsideDismissalWithdrawn'),
    answers: [exampleOf('SetAsideDismissed')],
    replacedBy: exampleOf('SetAsideDismissalProposed', { failure: 'TypeError' }),
  },
];

/** Gives events their places in a log, each stream counting by itself. */
export function recorder(): (stream: string, said: Said, actor?: string) => Recorded {
  let position = -1;
  const revisions = new Map<string, number>();
  return (stream, said, actor = 'first') => {
    position += 1;
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const event = {
      ...said,
      position,
      stream,
      revision,
      id: uuidOf('event', position),
      time: '2026-02-10T09:00:00.000Z',
      meta: {
        actor,
        role: 'supervisor',
        command: uuidOf('command', position),
        correlation: uuidOf('correlation', position),
      },
    };
    return JSON.parse(JSON.stringify(event));
  };
}
