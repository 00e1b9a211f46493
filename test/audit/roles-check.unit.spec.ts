import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { Era } from '../../src/audit/era.js';
import { checkRole, MAY_CAUSE } from '../../src/audit/roles-check.js';
import { ROLES, type Recorded, type Role } from '../../src/kernel/decider.js';
import { eventOf, Findings } from './direct.js';
import { CORRECTED, Tampered } from './tampered.js';

function found(events: readonly Recorded[]): readonly string[] {
  const check = createAuditCheck();
  for (const event of events) check.add(event);
  return check.finish().violations.map(({ position, detail }) => `${position} ${detail}`);
}

/** The first event of each type of a log. */
const eachOf = (log: Tampered): readonly Recorded[] => [
  ...new Map([...log.events].reverse().map((event) => [event.type, event])).values(),
];

/** Types of events of a log that pass though they are said to be by a role that may not. */
function unnoticed(good: readonly Recorded[] | undefined, role: Role): readonly EventType[] {
  const log = new Tampered(good);
  const forged = eachOf(log).filter(({ type }) => !MAY_CAUSE[type].includes(role));
  for (const event of forged) log.replace(event, { meta: { ...event.meta, role } });
  const says = new Set(found(log.events));
  return forged
    .filter(({ position, type }) => !says.has(`${position} ${type} by ${role}, which may not`))
    .map(({ type }) => type);
}

test('finds an event of each type that is said to be by a role that may not cause it', () => {
  const types = new Set<EventType>();
  for (const good of [undefined, CORRECTED]) {
    for (const { type } of eachOf(new Tampered(good))) types.add(type);
    for (const role of ROLES) expect([role, unnoticed(good, role)]).toEqual([role, []]);
  }
  expect(types.size).toBeGreaterThan(40);
});

test('leaves alone what an older version let the automation do', () => {
  const log = new Tampered();
  const { stream, data } = log.find('EnrolmentStarted');
  const { programmeId, personId, facts, contentHash, entitlement } = data;
  const { meta, position } = log.append(stream, 'EntitlementRevised', {
    programmeId,
    personId,
    fromPeriod: data.startPeriod,
    facts,
    contentHash,
    entitlement,
    reason: 'counted again',
  });
  const { channel, authentication, ...older } = { ...meta, role: 'automation' } as const;
  const revised = log.replace(log.events[position]!, { meta: older });
  const detail = 'EntitlementRevised by automation, which may not';
  expect(found(log.events)).toContain(`${position} ${detail}`);
  log.events.length = log.find('CycleOpened').position;
  log.events.push({ ...revised, position: log.events.length });
  log.asOlder(log.events.at(-1)!);
  expect(found(log.events).filter((one) => one.endsWith(detail))).toEqual([]);
});

const BANK = `PaymentAccepted PaymentSettled PaymentRejected PaymentReturned PaymentOutcomeUnknown
  PaymentBooked PaymentBreakRecorded BankMessageQuarantined BankMessageApplied BankEntryQuarantined`;
const BREAKS = `PaymentOutcomeProposed PaymentBreakOwnerSet PaymentBreakResolutionProposed
  PaymentBreakResolved BankMessageReleased`;
/** What each role may be the cause of, as the domain has it. */
const MAY: Readonly<Record<Role, string>> = {
  intake: `ApplicationSubmitted ApplicationAmended ApplicationWithdrawn AppealLodged
    PersonRegistered PayeeAccountRegistered PayeeAccountClosed IdentityClaimed IdentityReleased`,
  'case-officer': `EligibilityDetermined ApplicationRecommended ApplicationReturned
    PersonRegistered PayeeAccountRegistered PayeeAccountVerified PayeeAccountClosed IdentityClaimed
    IdentityReleased RecertificationFellDue`,
  supervisor: `ApplicationReturned ApplicationApproved ApplicationRejected AppealUpheld
    AppealDismissed PersonMoved PayeeAccountVerified PayeeAccountClosed IdentityClaimed
    IdentityReleased EnrolmentStarted EnrolmentMoved EnrolmentSuspended
    EnrolmentReinstatementProposed EnrolmentReinstated EntitlementRevisionProposed
    EntitlementRevised EnrolmentRecertificationProposed EnrolmentRecertified EnrolmentEnded
    RecoverySuspended RecoveryResumed`,
  'programme-manager': `ProgrammeDefined ProgrammeOpened ProgrammeClosed PolicyProposed
    PolicyPublished PaymentTermsProposed PaymentTermsSet AccountHoldProposed AccountHoldSet
    ChecksProposed ChecksConfigured CalendarSet BackdatingLimitProposed BackdatingLimitSet`,
  'finance-officer': `${BANK} ${BREAKS} PayeeAccountVerified BudgetAllotted BudgetAdjusted
    BudgetReservationReleased CycleOpened CyclePreparationStarted CyclePreparationResumed
    CycleHouseholdsLeftOut CyclePrepared LaterCycleStarted CycleChecked CycleReinstructionStarted
    CycleReconciled CycleClosed CorrectionStarted CorrectionProposed CorrectionRejected
    AdjustmentProposed ArrearsOrdered RecoveryPlanAgreed RecoveryDeducted RecoverySuspended
    RecoveryResumed RecoveryCompleted PaymentOrdered PaymentReinstructed PaymentCancelled
    PaymentCancellationRequested BankMessageReceived BankEntryAssignmentProposed BankEntryAssigned
    BankEntryOwnerSet BankEntryDismissed`,
  'finance-controller': `${BANK} ${BREAKS} BudgetReserved BudgetReservationReleased
    CycleFindingOverridden CycleApproved CycleReturned CycleAbandoned CycleReleased
    CorrectionApproved CorrectionRejected OverpaymentWaived RecoveryCompleted`,
  auditor: '',
  'payment-system': `${BANK} PayeeAccountVerified BankMessageReceived`,
  administrator: 'PersonErasureProposed PersonErased IdentityReleased EnrolmentEnded',
  automation: `EligibilityDetermined EnrolmentStarted EnrolmentSuspended RecertificationFellDue
    EnrolmentEnded BudgetReserved BudgetReservationReleased BudgetSpent BudgetRefunded
    BudgetOverdrawn CycleChecked CycleInstructed CycleReinstructed CycleReinstructionEnded
    CorrectionApplied AdjustmentEstablished ArrearsReleased OverpaymentEstablished
    OverpaymentOffset RecoveryDeductionReversed RecoveryCompleted PaymentInstructed
    PaymentCancelled BankEntryCandidatesFound`,
};

/** What is found of an event of each type that a role caused. */
function saidOf(role: Role, era: Era): readonly string[] {
  const { said, found } = new Findings();
  for (const type of Object.keys(MAY_CAUSE) as EventType[])
    checkRole(eventOf(type, {}, { meta: { role } }), era, found);
  return said;
}

test.each(ROLES)('%s may cause what the domain lets them, and nothing else', (role) => {
  const era = new Era();
  era.add(eventOf('PersonMoved'));
  const may = new Set<string>(MAY[role].split(/\s+/));
  const wanted = Object.keys(MAY_CAUSE)
    .filter((type) => !may.has(type))
    .map((type) => `I4 ${type} by ${role}, which may not`);
  expect(saidOf(role, era)).toEqual(wanted);
});

test('every type is somebody’s, and every name above is a type', () => {
  const named = Object.values(MAY).flatMap((types) => types.split(/\s+/).filter(Boolean));
  expect([...new Set(named)].sort()).toEqual(Object.keys(MAY_CAUSE).sort());
});

test('older versions revised and recertified by themselves, and did nothing else of others', () => {
  const era = new Era();
  const since = new Era();
  since.add(eventOf('PersonMoved'));
  const before = saidOf('automation', era);
  const more = saidOf('automation', since).filter((detail) => !before.includes(detail));
  expect([...more].sort()).toEqual([
    'I4 EnrolmentRecertified by automation, which may not',
    'I4 EntitlementRevised by automation, which may not',
  ]);
  expect(saidOf('auditor', era)).toEqual(saidOf('auditor', since));
});
