import type { EventData } from '../../events/generated.js';
import {
  requireRegion,
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { addMonths, parseLocalDate, parsePeriod } from '../kernel/time.js';
import { requireOwnWord, wordOf } from '../kernel/two-people.js';
import {
  evolve,
  heldOrPaidFrom,
  INELIGIBLE,
  initialState,
  isEnrolled,
  payableIn,
  type EnrolmentEvent,
  type EnrolmentState,
} from './enrolment.state.js';
import {
  contentOfRecertification,
  contentOfReinstatement,
  contentOfRevision,
} from './new-facts.rule.js';
import { isOverdueReason } from './overdue-reason.rule.js';

type Started = EventData['EnrolmentStarted'];

interface Revision {
  readonly fromPeriod: string;
  readonly facts: Started['facts'];
  readonly contentHash: string;
  readonly entitlement: Started['entitlement'];
}
/** Criteria that the new facts do not meet; absent or empty: they are eligible. */
interface Unmet {
  readonly unmet?: readonly string[];
  /** The first month in which they do not; absent: the first of the facts. */
  readonly unmetFrom?: string;
}
export type EnrolmentCommand =
  | ({ readonly type: 'StartEnrolment' } & Started)
  | ({ readonly type: 'ReviseEntitlement'; readonly reason: string } & Revision & Unmet)
  | { readonly type: 'SuspendEnrolment'; readonly fromPeriod: string; readonly reason: string }
  | { readonly type: 'ReinstateEnrolment'; readonly fromPeriod: string; readonly reason: string }
  | { readonly type: 'MarkRecertificationDue'; readonly dueOn: string }
  | ({ readonly type: 'RecertifyEnrolment'; readonly nextDueOn: string } & Revision & Unmet)
  | { readonly type: 'EndEnrolment'; readonly lastPeriod: string; readonly reason: string }
  | { readonly type: 'MoveEnrolment'; readonly region: string }
  | { readonly type: 'WithdrawProposal'; readonly reason: string };

/** Codes that enrolments refuse with. */
export const ENROLMENT_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'ALREADY_ENROLLED',
  'ENROLMENT_NOT_FOUND',
  'ENROLMENT_STATUS',
  'INVALID_PERIOD',
  'PERIOD_BEFORE_START',
  'RECERTIFICATION_ALREADY_DUE',
  'INVALID_DATE',
  'NOT_ELIGIBLE',
  'NOTHING_PROPOSED',
] as const;

function requireStatus(
  state: EnrolmentState,
  ...allowed: readonly EnrolmentState['status'][]
): void {
  if (!allowed.includes(state.status))
    throw new DomainError(
      'ENROLMENT_STATUS',
      `The enrolment is ${state.status}; this takes one that is ${allowed.join(' or ')}.`,
      'rule',
    );
}

function requirePeriod(state: EnrolmentState, period: string, field: string): void {
  parsePeriod(period, field);
  if (period < state.startPeriod)
    throw new DomainError(
      'PERIOD_BEFORE_START',
      `The enrolment starts in ${state.startPeriod}.`,
      'rule',
      field,
    );
}

function requireBeforeEnd({ lastPeriod }: EnrolmentState, period: string): void {
  if (lastPeriod !== undefined && period > lastPeriod)
    throw new DomainError(
      'ENROLMENT_STATUS',
      `The enrolment ended after ${lastPeriod}; new facts are of a month through which it is paid.`,
      'rule',
      'fromPeriod',
    );
}

/**
 * A recertification falls due in or after the month from which the household was certified: a day
 * before that would take back everything that was paid since.
 */
function requireDueAfter(certifiedFrom: string, day: string, field: string): void {
  if (parseLocalDate(day, field).slice(0, 7) < certifiedFrom)
    throw new DomainError(
      'PERIOD_BEFORE_START',
      `The facts are certified from ${certifiedFrom} on; a recertification falls due later.`,
      'rule',
      field,
    );
}

/** The same facts from the same period are what the enrolment says already. */
function isNewest(state: EnrolmentState, { fromPeriod, contentHash }: Revision): boolean {
  const newest = state.history.at(-1);
  return newest?.fromPeriod === fromPeriod && newest.contentHash === contentHash;
}

type Drafts = readonly Draft<EnrolmentEvent>[];

function decide(state: EnrolmentState, command: EnrolmentCommand, context: Context): Drafts {
  if (command.type === 'StartEnrolment') return start(state, command, context);
  if (state.status === 'none')
    throw new DomainError(
      'ENROLMENT_NOT_FOUND',
      'The person is not enrolled in this programme.',
      'not-found',
      'personId',
    );
  requireRegion(context, state.region);
  switch (command.type) {
    case 'ReviseEntitlement':
      return revise(state, command, context);
    case 'SuspendEnrolment':
      return suspend(state, command, context);
    case 'ReinstateEnrolment':
      return reinstate(state, command, context);
    case 'MarkRecertificationDue':
      return markRecertificationDue(state, command, context);
    case 'RecertifyEnrolment':
      return recertify(state, command, context);
    case 'EndEnrolment':
      return end(state, command, context);
    case 'MoveEnrolment':
      return move(state, command, context);
    case 'WithdrawProposal':
      return withdrawProposal(state, command, context);
    default:
      return never(command);
  }
}

function start(
  state: EnrolmentState,
  command: CommandOf<EnrolmentCommand, 'StartEnrolment'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation', 'supervisor');
  // An approval that is delivered again begins nothing, also where its enrolment is over.
  if (state.applicationIds.includes(command.applicationId)) return [];
  if (isEnrolled(state)) {
    throw new DomainError(
      'ALREADY_ENROLLED',
      'The person is enrolled in this programme already.',
      'conflict',
      'personId',
    );
  }
  parsePeriod(command.startPeriod, 'startPeriod');
  if (state.lastPeriod !== undefined && command.startPeriod <= state.lastPeriod)
    throw new DomainError(
      'PERIOD_BEFORE_START',
      `An earlier enrolment is paid through ${state.lastPeriod}.`,
      'rule',
      'startPeriod',
    );
  const { type, ...data } = command;
  return [{ type: 'EnrolmentStarted', data }];
}

function revise(
  state: EnrolmentState,
  command: CommandOf<EnrolmentCommand, 'ReviseEntitlement'>,
  context: Context,
): Drafts {
  const { programmeId, personId } = state;
  requireRole(context, 'supervisor');
  requirePeriod(state, command.fromPeriod, 'fromPeriod');
  // What is said late of a household that is over is due to it, or was too much, all the same.
  if (state.status === 'ended') requireBeforeEnd(state, command.fromPeriod);
  if (isNewest(state, command)) return [];
  const { type, unmet, unmetFrom, ...rest } = command;
  const data = { programmeId, personId, ...rest };
  const word = wordOf(state.proposals, { by: context.actor.id, content: contentOfRevision(data) });
  if (word === 'first') return [{ type: 'EntitlementRevisionProposed', data }];
  if (word === 'again') return [];
  const stopped = state.status === 'ended' ? endedWhere : suspendedWhere;
  return [{ type: 'EntitlementRevised', data }, ...stopped(state, command)];
}

/** An enrolment that is over is ended sooner where its facts turn out not to be eligible. */
const endedWhere = (
  state: EnrolmentState,
  {
    unmet = [],
    fromPeriod: first,
    unmetFrom: fromPeriod = first,
  }: Unmet & Pick<Revision, 'fromPeriod'>,
): Drafts => {
  const { programmeId, personId } = state;
  const lastPeriod = addMonths(fromPeriod, -1);
  if (unmet.length === 0 || !endsSooner(state, lastPeriod)) return [];
  const data = { programmeId, personId, lastPeriod, reason: notEligible(unmet) };
  return [{ type: 'EnrolmentEnded', data }];
};

const notEligible = (unmet: readonly string[]): string =>
  `${INELIGIBLE}${unmet.join(', ')}.`.slice(0, 1000);

/** Facts that are not eligible any more are kept, and not paid from the month on that is said. */
const suspendedWhere = (
  { programmeId, personId }: EnrolmentState,
  {
    unmet = [],
    fromPeriod: first,
    unmetFrom: fromPeriod = first,
  }: Unmet & Pick<Revision, 'fromPeriod'>,
): Drafts =>
  unmet.length === 0
    ? []
    : [
        {
          type: 'EnrolmentSuspended',
          data: {
            programmeId,
            personId,
            fromPeriod,
            reason: notEligible(unmet),
          },
        },
      ];

function suspend(
  state: EnrolmentState,
  command: CommandOf<EnrolmentCommand, 'SuspendEnrolment'>,
  context: Context,
): Drafts {
  const { programmeId, personId } = state;
  requireRole(context, 'supervisor', 'automation');
  // One that is said for later does not keep anybody from suspending sooner.
  if (!isSuspendedLater(state, command.fromPeriod)) requireStatus(state, 'active');
  requirePeriod(state, command.fromPeriod, 'fromPeriod');
  return [
    {
      type: 'EnrolmentSuspended',
      data: { programmeId, personId, fromPeriod: command.fromPeriod, reason: command.reason },
    },
  ];
}

const isSuspendedLater = (state: EnrolmentState, fromPeriod: string): boolean =>
  state.status === 'suspended' && payableIn(state, fromPeriod);

function reinstate(
  state: EnrolmentState,
  command: CommandOf<EnrolmentCommand, 'ReinstateEnrolment'>,
  context: Context,
): Drafts {
  const { programmeId, personId } = state;
  requireRole(context, 'supervisor');
  requireStatus(state, 'suspended');
  requirePeriod(state, command.fromPeriod, 'fromPeriod');
  if (state.ineligible)
    throw new DomainError(
      'NOT_ELIGIBLE',
      'The newest facts are not eligible; revise them or recertify first.',
      'rule',
    );
  const data = { programmeId, personId, fromPeriod: command.fromPeriod, reason: command.reason };
  const said = { by: context.actor.id, content: contentOfReinstatement(data) };
  const word = wordOf(state.proposals, said);
  if (word === 'first') return [{ type: 'EnrolmentReinstatementProposed', data }];
  return word === 'second' ? [{ type: 'EnrolmentReinstated', data }] : [];
}

function markRecertificationDue(
  state: EnrolmentState,
  command: CommandOf<EnrolmentCommand, 'MarkRecertificationDue'>,
  context: Context,
): Drafts {
  const { programmeId, personId } = state;
  requireRole(context, 'automation', 'case-officer');
  requireStatus(state, 'active', 'suspended');
  if (state.recertificationDue && command.dueOn >= (state.dueOn ?? ''))
    throw new DomainError(
      'RECERTIFICATION_ALREADY_DUE',
      `Recertification is due on ${state.dueOn} already; one person only brings that day nearer.`,
      'conflict',
      'dueOn',
    );
  requireDueAfter(state.certifiedFrom, command.dueOn, 'dueOn');
  // One person brings the day that two agreed on nearer, and does not put it off.
  const dueOn = [command.dueOn, state.dueOn ?? command.dueOn].sort()[0]!;
  return [{ type: 'RecertificationFellDue', data: { programmeId, personId, dueOn } }];
}

function recertify(
  state: EnrolmentState,
  command: CommandOf<EnrolmentCommand, 'RecertifyEnrolment'>,
  context: Context,
): Drafts {
  const { programmeId, personId } = state;
  requireRole(context, 'supervisor');
  requireStatus(state, 'active', 'suspended');
  requirePeriod(state, command.fromPeriod, 'fromPeriod');
  requireDueAfter(command.fromPeriod, command.nextDueOn, 'nextDueOn');
  const { type, unmet = [], unmetFrom, ...rest } = command;
  const data = { programmeId, personId, ...rest };
  const said = { by: context.actor.id, content: contentOfRecertification(data) };
  const word = wordOf(state.proposals, said);
  if (word === 'first') return [{ type: 'EnrolmentRecertificationProposed', data }];
  if (word === 'again') return [];
  const late = state.status === 'suspended' && state.suspendedFor.every(isOverdueReason);
  const reason = 'Recertified.';
  // Months for which it was held before are not paid by this.
  const fromPeriod = [data.fromPeriod, heldOrPaidFrom(state)].sort().at(-1)!;
  const isEligibleAtFirst = unmet.length === 0 || (unmetFrom ?? data.fromPeriod) > fromPeriod;
  return [
    { type: 'EnrolmentRecertified', data },
    ...(late && isEligibleAtFirst
      ? [
          {
            type: 'EnrolmentReinstated',
            data: { programmeId, personId, fromPeriod, reason },
          } as const,
        ]
      : []),
    ...suspendedWhere(state, command),
  ];
}

const endsSooner = ({ status, lastPeriod }: EnrolmentState, month: string): boolean =>
  status === 'ended' && lastPeriod !== undefined && month < lastPeriod;

function end(
  state: EnrolmentState,
  command: CommandOf<EnrolmentCommand, 'EndEnrolment'>,
  context: Context,
): Drafts {
  const { programmeId, personId } = state;
  // An administrator who erases a person ends what the person receives.
  requireRole(context, 'supervisor', 'automation', 'administrator');
  parsePeriod(command.lastPeriod, 'lastPeriod');
  // One that ends in a month to come may end sooner: for a death, or a month that was mistyped.
  if (!endsSooner(state, command.lastPeriod)) requireStatus(state, 'active', 'suspended');
  return [
    {
      type: 'EnrolmentEnded',
      data: { programmeId, personId, lastPeriod: command.lastPeriod, reason: command.reason },
    },
  ];
}

/** The household is of its new region from now on; what was ordered before stays of the old one. */
function move(
  state: EnrolmentState,
  { region }: CommandOf<EnrolmentCommand, 'MoveEnrolment'>,
  context: Context,
): Drafts {
  const { programmeId, personId, region: fromRegion } = state;
  requireRole(context, 'supervisor');
  requireRegion(context, region);
  if (region === fromRegion) return [];
  return [{ type: 'EnrolmentMoved', data: { programmeId, personId, fromRegion, region } }];
}

/** Of one person there is one word: new facts, a recertification or a reinstatement. */
function withdrawProposal(
  { programmeId, personId, proposals }: EnrolmentState,
  { reason }: CommandOf<EnrolmentCommand, 'WithdrawProposal'>,
  context: Context,
): Drafts {
  requireRole(context, 'supervisor');
  requireOwnWord(
    proposals.map(({ by }) => by),
    context.actor.id,
  );
  return [{ type: 'EnrolmentProposalWithdrawn', data: { programmeId, personId, reason } }];
}

export const enrolmentDecider: Decider<EnrolmentState, EnrolmentCommand, EnrolmentEvent> = {
  initialState,
  decide,
  evolve,
};
