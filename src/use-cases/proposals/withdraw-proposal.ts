import { setAsideDecider } from '../../automation/set-aside.decider.js';
import { correctionDecider } from '../../correction/correction.decider.js';
import { enrolmentDecider } from '../../enrolment/enrolment.decider.js';
import type { Role } from '../../kernel/decider.js';
import {
  parseBreakId,
  parseCorrectionId,
  parseEntryId,
  parsePaymentId,
  parsePersonId,
  parseProgrammeId,
  parseSetAsideId,
  recoveryId,
  streams,
} from '../../kernel/ids.js';
import type { ProposalKind } from '../../kernel/two-people.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { personDecider } from '../../person/person.decider.js';
import { programmeDecider } from '../../programme/programme.decider.js';
import type { ProposedByManager } from '../../programme/programme-controls.decider.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import { bankEntryDecider } from '../../statement/entry.decider.js';
import { part, type Part } from '../../write-side/unit.js';

/** What somebody proposed, as the list of proposals names it, and why they take it back. */
export interface Withdrawal {
  readonly programmeId?: string;
  readonly personId?: string;
  readonly paymentId?: string;
  readonly breakId?: string;
  readonly entryId?: string;
  readonly correctionId?: string;
  readonly eventId?: string;
  readonly automation?: string;
  readonly reason: string;
}

interface Withdrawable {
  /** Who proposes it, and may take it back. */
  readonly roles: readonly Role[];
  readonly part: (withdrawal: Withdrawal) => Part;
}

const ofEnrolment: Withdrawable = {
  roles: ['supervisor'],
  part: ({ programmeId = '', personId = '', reason }) =>
    part(
      streams.enrolment(parseProgrammeId(programmeId), parsePersonId(personId)),
      enrolmentDecider,
      { type: 'WithdrawProposal', reason },
    ),
};
const ofProgramme = (what: ProposedByManager): Withdrawable => ({
  roles: ['programme-manager'],
  part: ({ programmeId = '', reason }) =>
    part(streams.programme(parseProgrammeId(programmeId)), programmeDecider, {
      type: 'WithdrawProposal',
      programmeId,
      what,
      reason,
    }),
});
const ofPerson = (
  type: 'WithdrawErasure' | 'WithdrawPayeeAccount',
  ...roles: readonly Role[]
): Withdrawable => ({
  roles,
  part: ({ personId = '', reason }) =>
    part(streams.person(parsePersonId(personId)), personDecider, { type, personId, reason }),
});
const OF_PAYMENTS: readonly Role[] = ['finance-officer', 'finance-controller'];

const WITHDRAWABLE: Readonly<Record<ProposalKind, Withdrawable>> = {
  facts: ofEnrolment,
  recertification: ofEnrolment,
  reinstatement: ofEnrolment,
  erasure: ofPerson('WithdrawErasure', 'administrator'),
  'payee-account': ofPerson('WithdrawPayeeAccount', 'intake', 'case-officer'),
  policy: ofProgramme('policy'),
  'paying-accounts': ofProgramme('terms'),
  'account-hold': ofProgramme('hold'),
  checks: ofProgramme('checks'),
  'backdating-limit': ofProgramme('backdating'),
  closing: ofProgramme('closing'),
  reopening: ofProgramme('reopening'),
  outcome: {
    roles: OF_PAYMENTS,
    part: ({ paymentId = '', reason }) =>
      part(streams.payment(parsePaymentId(paymentId)), paymentDecider, {
        type: 'WithdrawOutcome',
        reason,
      }),
  },
  break: {
    roles: OF_PAYMENTS,
    part: ({ paymentId = '', breakId = '', reason }) =>
      part(streams.payment(parsePaymentId(paymentId)), paymentDecider, {
        type: 'WithdrawResolution',
        breakId: parseBreakId(breakId),
        reason,
      }),
  },
  entry: {
    roles: ['finance-officer'],
    part: ({ entryId = '', reason }) =>
      part(streams.entry(parseEntryId(entryId)), bankEntryDecider, {
        type: 'WithdrawAssignment',
        reason,
      }),
  },
  correction: {
    roles: ['finance-officer'],
    part: ({ correctionId = '', reason }) =>
      part(streams.correction(parseCorrectionId(correctionId)), correctionDecider, {
        type: 'WithdrawCorrection',
        reason,
      }),
  },
  waiver: {
    roles: OF_PAYMENTS,
    part: ({ programmeId = '', personId = '', reason }) =>
      part(
        streams.recovery(recoveryId(parseProgrammeId(programmeId), parsePersonId(personId))),
        recoveryDecider,
        { type: 'WithdrawWaiver', reason },
      ),
  },
  'set-aside': {
    roles: ['programme-manager', 'finance-controller'],
    part: ({ eventId = '', automation = '', reason }) =>
      part(streams.automation(parseSetAsideId(eventId)), setAsideDecider, {
        type: 'WithdrawDismissal',
        eventId,
        automation,
        reason,
      }),
  },
};

/** The decision of who takes their own word back. @throws DomainError INVALID_ID */
export const withdrawalPart = (kind: ProposalKind, withdrawal: Withdrawal): Part =>
  WITHDRAWABLE[kind].part(withdrawal);

/** Who proposes a kind. */
export const proposersOf = (kind: ProposalKind): readonly Role[] => WITHDRAWABLE[kind].roles;
