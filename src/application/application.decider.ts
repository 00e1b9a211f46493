import { contentHash } from '../kernel/canonical.js';
import {
  requireRegion,
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { addDays, parseLocalDate, parsePeriod } from '../kernel/time.js';
import type {
  ApplicationEvent,
  ApplicationState,
  Determined,
  Submitted,
} from './application.state.js';
import { determinedOf, evolve, initialState } from './application.state.js';
import { isOneOf, isSamePerson } from '../kernel/subject.js';

/**
 * The version that is paid in the month it was received in; absent: whichever it was determined by.
 */
interface UnderVersion {
  readonly policyVersion?: number;
}
export type ApplicationCommand =
  | ({ readonly type: 'SubmitApplication' } & Omit<Submitted, 'contentHash'>)
  | {
      readonly type: 'AmendApplication';
      readonly facts: Submitted['facts'];
      readonly reason: string;
    }
  | {
      readonly type: 'DetermineEligibility';
      readonly determination: Omit<Determined, 'applicationId' | 'contentHash'>;
    }
  | ({
      readonly type: 'RecommendApplication';
      readonly recommendation: 'approve' | 'reject';
      readonly contentHash: string;
      readonly note?: string;
    } & UnderVersion)
  | { readonly type: 'ReturnApplication'; readonly reason: string }
  | ({
      readonly type: 'ApproveApplication';
      readonly contentHash: string;
      readonly startPeriod: string;
    } & UnderVersion)
  | ({
      readonly type: 'RejectApplication';
      readonly contentHash: string;
      readonly reason: string;
    } & UnderVersion)
  | { readonly type: 'WithdrawApplication'; readonly reason: string }
  | {
      readonly type: 'LodgeAppeal';
      readonly grounds: string;
      /** Civil date in the programme's time zone. */ readonly today: string;
      readonly decidedOn: string;
      readonly appealDays: number;
    }
  | { readonly type: 'UpholdAppeal'; readonly reason: string }
  | { readonly type: 'DismissAppeal'; readonly reason: string };

/** Codes that applications refuse with. */
export const APPLICATION_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'APPLICATION_ALREADY_SUBMITTED',
  'APPLICATION_NOT_FOUND',
  'APPLICATION_STATUS',
  'CONTENT_CHANGED',
  'NOT_DETERMINED',
  'NOT_ELIGIBLE',
  'SAME_PERSON',
  'NOT_RECOMMENDED_FOR_THIS',
  'START_PERIOD_TOO_EARLY',
  'APPEAL_TOO_LATE',
  'APPEAL_ALREADY_DECIDED',
  'INVALID_DATE',
  'INVALID_PERIOD',
] as const;

type Drafts = readonly Draft<ApplicationEvent>[];

const samePerson = (what: string): never => {
  throw new DomainError('SAME_PERSON', what, 'forbidden');
};

function requireStatus(
  state: ApplicationState,
  ...allowed: readonly ApplicationState['status'][]
): void {
  if (!allowed.includes(state.status))
    throw new DomainError(
      'APPLICATION_STATUS',
      `The application is ${state.status}; this takes one that is ${allowed.join(' or ')}.`,
      'rule',
    );
}

function requireContent(state: ApplicationState, hash: string): void {
  if (hash !== state.contentHash)
    throw new DomainError(
      'CONTENT_CHANGED',
      'The application was amended since; look at it again and name its present content hash.',
      'conflict',
      'contentHash',
    );
}

function decide(state: ApplicationState, command: ApplicationCommand, context: Context): Drafts {
  if (command.type === 'SubmitApplication') return submit(state, command, context);
  if (state.status === 'none')
    throw new DomainError(
      'APPLICATION_NOT_FOUND',
      'There is no such application.',
      'not-found',
      'applicationId',
    );
  requireRegion(context, state.region);
  switch (command.type) {
    case 'AmendApplication':
      return amend(state, command, context);
    case 'DetermineEligibility':
      return determine(state, command, context);
    case 'RecommendApplication':
      return recommend(state, command, context);
    case 'ReturnApplication':
      return sendBack(state, command, context);
    case 'ApproveApplication':
      return approve(state, command, context);
    case 'RejectApplication':
      return reject(state, command, context);
    case 'WithdrawApplication':
      return withdraw(state, command, context);
    case 'LodgeAppeal':
      return lodgeAppeal(state, command, context);
    case 'UpholdAppeal':
    case 'DismissAppeal':
      return decideAppeal(state, command, context);
    default:
      return never(command);
  }
}

function submit(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'SubmitApplication'>,
  context: Context,
): Drafts {
  requireRole(context, 'intake');
  requireRegion(context, command.region);
  parseLocalDate(command.receivedOn, 'receivedOn');
  const { type, ...data } = command;
  const hash = contentHash(command.facts);
  if (state.status !== 'none')
    throw new DomainError(
      'APPLICATION_ALREADY_SUBMITTED',
      'An application of this id is there already.',
      'conflict',
      'applicationId',
    );
  return [{ type: 'ApplicationSubmitted', data: { ...data, contentHash: hash } }];
}

function amend(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'AmendApplication'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'intake');
  requireStatus(state, 'submitted', 'determined', 'recommended', 'returned');
  const hash = contentHash(command.facts);
  if (hash === state.contentHash) return [];
  return [
    {
      type: 'ApplicationAmended',
      data: { applicationId, facts: command.facts, contentHash: hash, reason: command.reason },
    },
  ];
}

function determine(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'DetermineEligibility'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'case-officer', 'automation');
  requireStatus(state, 'submitted', 'determined', 'returned');
  // Pure: the same facts, policy version and date give the same again.
  if (state.status === 'determined' && state.determined === determinedOf(command.determination))
    return [];
  return [
    {
      type: 'EligibilityDetermined',
      data: { applicationId, ...command.determination, contentHash: state.contentHash },
    },
  ];
}

function recommend(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'RecommendApplication'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'case-officer');
  requireContent(state, command.contentHash);
  if (state.status === 'submitted')
    throw new DomainError(
      'NOT_DETERMINED',
      'Eligibility was not determined for what the application says now.',
      'rule',
    );
  requireStatus(state, 'determined');
  requireUnder(state, command);
  if (isOneOf(state.authors, context.actor.id))
    samePerson('Who submitted or amended an application does not recommend it.');
  if (command.recommendation === 'approve' && !state.eligible)
    throw new DomainError(
      'NOT_ELIGIBLE',
      'The determination says not eligible; it can only be recommended for rejection.',
      'rule',
      'recommendation',
    );
  return [
    {
      type: 'ApplicationRecommended',
      data: {
        applicationId,
        recommendation: command.recommendation,
        contentHash: command.contentHash,
        ...(command.note === undefined ? {} : { note: command.note }),
      },
    },
  ];
}

function sendBack(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'ReturnApplication'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'case-officer', 'supervisor');
  requireStatus(state, 'submitted', 'determined', 'recommended');
  return [{ type: 'ApplicationReturned', data: { applicationId, reason: command.reason } }];
}

function approve(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'ApproveApplication'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'supervisor');
  requireContent(state, command.contentHash);
  requireStatus(state, 'recommended');
  requireUnder(state, command);
  requireThird(state, context);
  if (parsePeriod(command.startPeriod, 'startPeriod') < state.receivedOn.slice(0, 7))
    throw new DomainError(
      'START_PERIOD_TOO_EARLY',
      `The application was received on ${state.receivedOn}; nothing is paid for months before.`,
      'rule',
      'startPeriod',
    );
  if (state.recommendation !== 'approve')
    throw new DomainError(
      'NOT_RECOMMENDED_FOR_THIS',
      'It is recommended for rejection; return it to have it assessed again.',
      'rule',
    );
  return [
    {
      type: 'ApplicationApproved',
      data: {
        applicationId,
        contentHash: command.contentHash,
        startPeriod: command.startPeriod,
      },
    },
  ];
}

function reject(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'RejectApplication'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'supervisor');
  requireContent(state, command.contentHash);
  requireStatus(state, 'recommended');
  requireUnder(state, command);
  requireThird(state, context);
  if (state.recommendation !== 'reject')
    throw new DomainError(
      'NOT_RECOMMENDED_FOR_THIS',
      'It is recommended for approval; return it to have it assessed again.',
      'rule',
    );
  return [
    {
      type: 'ApplicationRejected',
      data: { applicationId, contentHash: command.contentHash, reason: command.reason },
    },
  ];
}

function withdraw(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'WithdrawApplication'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'intake');
  requireStatus(state, 'submitted', 'determined', 'recommended', 'returned', 'appealed');
  return [{ type: 'ApplicationWithdrawn', data: { applicationId, reason: command.reason } }];
}

function lodgeAppeal(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'LodgeAppeal'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'intake');
  requireStatus(state, 'rejected');
  if (state.appealDismissed)
    throw new DomainError(
      'APPEAL_ALREADY_DECIDED',
      'An appeal against this decision was dismissed already.',
      'rule',
    );
  if (command.today > addDays(command.decidedOn, command.appealDays))
    throw new DomainError(
      'APPEAL_TOO_LATE',
      `An appeal is lodged within ${command.appealDays} days of the decision.`,
      'rule',
    );
  return [{ type: 'AppealLodged', data: { applicationId, grounds: command.grounds } }];
}

function decideAppeal(
  state: ApplicationState,
  command: CommandOf<ApplicationCommand, 'UpholdAppeal' | 'DismissAppeal'>,
  context: Context,
): Drafts {
  const { applicationId } = state;
  requireRole(context, 'supervisor');
  requireStatus(state, 'appealed');
  if (isSamePerson(state.decider, context.actor.id))
    samePerson('Who rejected an application does not decide its appeal.');
  if (isOneOf([...state.authors, state.recommender], context.actor.id))
    samePerson(
      'Who submitted, amended or recommended an application, or lodged its appeal, does not decide it.',
    );
  return [
    {
      type: command.type === 'UpholdAppeal' ? 'AppealUpheld' : 'AppealDismissed',
      data: { applicationId, reason: command.reason },
    },
  ];
}

/**
 * A version that was published since, for the month it was received in, asks for another
 * determination.
 */
function requireUnder(
  { determined, receivedOn: asOf }: ApplicationState,
  { policyVersion }: UnderVersion,
): void {
  if (policyVersion !== undefined && determined !== determinedOf({ policyVersion, asOf }))
    throw new DomainError(
      'NOT_DETERMINED',
      `Version ${policyVersion} of the policy is paid now in the month it was received in, and eligibility was determined under another: return it where it is recommended, and determine it again.`,
      'rule',
    );
}

function requireThird(state: ApplicationState, context: Context): void {
  if (isOneOf(state.authors, context.actor.id))
    samePerson('Who submitted or amended an application does not decide it.');
  if (isSamePerson(state.recommender, context.actor.id))
    samePerson('Who recommended an application does not decide it.');
}

export const applicationDecider: Decider<ApplicationState, ApplicationCommand, ApplicationEvent> = {
  initialState,
  decide,
  evolve,
};
