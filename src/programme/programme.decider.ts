import type { AggregateEvents, EventData } from '../../events/generated.js';
import {
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { scaleOf } from '../kernel/money.js';
import { parseLocalDate, parsePeriod } from '../kernel/time.js';
import { proposed, withoutWordsOf, wordOf } from '../kernel/two-people.js';
import {
  CLOSING,
  contentOfBackdating,
  contentOfChecks,
  contentOfHold,
  contentOfPolicy,
  contentOfTerms,
  DEFAULT_BACKDATED_MONTHS,
  DEFAULT_HOLD,
  holdOf,
  REOPENING,
} from './controls.rule.js';
import { setCalendar, type Calendar } from './calendar.rule.js';
import { requireAccount, requireParty } from './paying-party.rule.js';
import {
  byTwo,
  configureChecks,
  setAccountHold,
  setBackdatingLimit,
  setTerms,
  withdrawProposal,
  type Controls,
  type ControlsCommand,
  type ProposedByManager,
  type WithdrawProposal,
} from './programme-controls.decider.js';

export type ProgrammeEvent = AggregateEvents['programme'];
export type PublishedPolicy = EventData['PolicyPublished'];

export interface ProgrammeState extends Controls {
  readonly status: 'none' | 'defined' | 'open' | 'closed';
  readonly definition: EventData['ProgrammeDefined'] | undefined;
  /** In order of version, which is also the order of first paid periods. */
  readonly policies: readonly PublishedPolicy[];
  /** Set last; absent: nobody said when banks execute. */
  readonly calendar: Calendar | undefined;
}

export type ProgrammeCommand =
  | ({ readonly type: 'DefineProgramme' } & EventData['ProgrammeDefined'])
  | ({
      readonly type: 'PublishPolicy';
      /** A cycle of it was begun, as older versions could before it was opened. */
      readonly isPaying?: boolean;
    } & EventData['PolicyPublished'])
  | ControlsCommand
  | ({ readonly type: 'SetCalendar' } & EventData['CalendarSet'])
  | { readonly type: 'OpenProgramme'; readonly programmeId: string }
  | WithdrawProposal
  | ({ readonly type: 'CloseProgramme' } & EventData['ProgrammeClosed'])
  | ({ readonly type: 'ReopenProgramme' } & EventData['ProgrammeReopened']);

/** Codes that programmes refuse with. */
export const PROGRAMME_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'PROGRAMME_ALREADY_DEFINED',
  'PROGRAMME_NOT_FOUND',
  'PROGRAMME_CLOSED',
  'PROGRAMME_ALREADY_OPEN',
  'PROGRAMME_NOT_OPEN',
  'PROGRAMME_NOT_CLOSED',
  'PROGRAMME_HAS_NO_POLICY',
  'POLICY_VERSION_OUT_OF_ORDER',
  'POLICY_DATES_OUT_OF_ORDER',
  'UNKNOWN_CURRENCY',
  'UNKNOWN_TIME_ZONE',
  'INVALID_DATE',
  'INVALID_PERIOD',
  'INVALID_ACCOUNT',
  'INVALID_TEXT',
  'ACCOUNT_ID_USED',
  'CHECK_TWICE',
  'LIMIT_MISSING',
  'NOTHING_PROPOSED',
  'REGION_NOT_ALLOWED',
] as const;

const NOTHING_PROPOSED: ProgrammeState['proposals'] = {
  policy: [],
  terms: [],
  hold: [],
  checks: [],
  backdating: [],
  closing: [],
  reopening: [],
};

const initialState: ProgrammeState = {
  status: 'none',
  definition: undefined,
  policies: [],
  terms: undefined,
  rules: [],
  hold: DEFAULT_HOLD,
  proposals: NOTHING_PROPOSED,
  calendar: undefined,
  backdatedMonths: DEFAULT_BACKDATED_MONTHS,
};

type Drafts = readonly Draft<ProgrammeEvent>[];
type Acting = Pick<Context, 'actor'>;

function decide(state: ProgrammeState, command: ProgrammeCommand, context: Acting): Drafts {
  requireRole(context, 'programme-manager');
  if (command.type === 'DefineProgramme') return define(state, command);
  if (state.status === 'none')
    throw new DomainError(
      'PROGRAMME_NOT_FOUND',
      `There is no programme ${command.programmeId}.`,
      'not-found',
      'programmeId',
    );
  if (state.status === 'closed' && !isOfReopening(command))
    throw new DomainError(
      'PROGRAMME_CLOSED',
      `The programme ${command.programmeId} is closed.`,
      'rule',
    );
  switch (command.type) {
    case 'PublishPolicy':
      return publish(state, command, context);
    case 'SetPaymentTerms':
      return setTerms(state, command, context);
    case 'ConfigureChecks':
      return configureChecks(state, command, context);
    case 'SetAccountHold':
      return setAccountHold(state, command, context);
    case 'SetCalendar':
      return setCalendar(state.calendar, command);
    case 'SetBackdatingLimit':
      return setBackdatingLimit(state, command, context);
    case 'OpenProgramme':
      return open(state, command);
    case 'CloseProgramme':
      return close(state, command, context);
    case 'ReopenProgramme':
      return reopen(state, command, context);
    case 'WithdrawProposal':
      return withdrawProposal(state, command, context);
    default:
      return never(command);
  }
}

function define(
  state: ProgrammeState,
  command: CommandOf<ProgrammeCommand, 'DefineProgramme'>,
): Drafts {
  if (state.status !== 'none')
    throw new DomainError(
      'PROGRAMME_ALREADY_DEFINED',
      `The programme ${command.programmeId} is defined already.`,
      'conflict',
      'programmeId',
    );
  scaleOf(command.currency);
  requireTimeZone(command.timeZone);
  requireAccount({ kind: 'iban', number: command.debtor.iban }, 'debtor/iban');
  requireParty(command.debtor, 'debtor/');
  const { type, ...data } = command;
  return [{ type: 'ProgrammeDefined', data }];
}

function open(
  state: ProgrammeState,
  command: CommandOf<ProgrammeCommand, 'OpenProgramme'>,
): Drafts {
  if (state.status === 'open')
    throw new DomainError(
      'PROGRAMME_ALREADY_OPEN',
      `The programme ${command.programmeId} is open already.`,
      'conflict',
    );
  if (state.policies.length === 0)
    throw new DomainError(
      'PROGRAMME_HAS_NO_POLICY',
      'A programme opens with a published policy, not before.',
      'rule',
    );
  return [{ type: 'ProgrammeOpened', data: { programmeId: command.programmeId } }];
}

function close(
  state: ProgrammeState,
  { type, ...data }: CommandOf<ProgrammeCommand, 'CloseProgramme'>,
  { actor }: Acting,
): Drafts {
  if (state.status !== 'open')
    throw new DomainError(
      'PROGRAMME_NOT_OPEN',
      `The programme ${data.programmeId} is not open.`,
      'rule',
    );
  const word = wordOf(state.proposals.closing, { by: actor.id, content: CLOSING });
  const closed = [{ type: 'ProgrammeClosed', data } as const];
  return byTwo(word, { type: 'ProgrammeClosingProposed', data }, closed);
}

/** For what is left to be done, or where it was closed by mistake: it goes on where it stood. */
function reopen(
  state: ProgrammeState,
  { type, ...data }: CommandOf<ProgrammeCommand, 'ReopenProgramme'>,
  { actor }: Acting,
): Drafts {
  if (state.status !== 'closed')
    throw new DomainError(
      'PROGRAMME_NOT_CLOSED',
      `The programme ${data.programmeId} is not closed.`,
      'rule',
    );
  const word = wordOf(state.proposals.reopening, { by: actor.id, content: REOPENING });
  const reopened = [{ type: 'ProgrammeReopened', data } as const];
  return byTwo(word, { type: 'ProgrammeReopeningProposed', data }, reopened);
}

/** All that is said of a closed programme. */
const isOfReopening = (command: ProgrammeCommand): boolean =>
  command.type === 'ReopenProgramme' ||
  (command.type === 'WithdrawProposal' && command.what === 'reopening');

function publish(
  state: ProgrammeState,
  command: CommandOf<ProgrammeCommand, 'PublishPolicy'>,
  { actor }: Acting,
): Drafts {
  parseLocalDate(command.announcedOn, 'announcedOn');
  parseLocalDate(command.effectiveFrom, 'effectiveFrom');
  parsePeriod(command.firstPaidPeriod, 'firstPaidPeriod');
  const last = state.policies.at(-1);
  if (command.version !== (last?.version ?? 0) + 1) {
    throw new DomainError(
      'POLICY_VERSION_OUT_OF_ORDER',
      `The next version is ${(last?.version ?? 0) + 1}.`,
      'conflict',
      'version',
    );
  }
  if (last && command.firstPaidPeriod <= last.firstPaidPeriod) {
    throw new DomainError(
      'POLICY_DATES_OUT_OF_ORDER',
      `Version ${last.version} is first paid in ${last.firstPaidPeriod}; a newer one is first paid later.`,
      'rule',
      'firstPaidPeriod',
    );
  }
  if (command.firstPaidPeriod < command.effectiveFrom.slice(0, 7)) {
    throw new DomainError(
      'POLICY_DATES_OUT_OF_ORDER',
      'A policy is not paid before it takes effect.',
      'rule',
      'firstPaidPeriod',
    );
  }
  const { type, isPaying, ...data } = command;
  if (state.status === 'defined' && isPaying === true)
    throw new DomainError(
      'PROGRAMME_NOT_OPEN',
      `The programme ${command.programmeId} pays and was never opened: open it first; what it pays is said by two.`,
      'rule',
      'programmeId',
    );
  const published: Drafts = [{ type: 'PolicyPublished', data }];
  // A programme is made by one manager; what it pays once it is open is said by two.
  if (state.status !== 'open') return published;
  const word = wordOf(state.proposals.policy, { by: actor.id, content: contentOfPolicy(data) });
  return byTwo(word, { type: 'PolicyProposed', data }, published);
}

function requireTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new DomainError(
      'UNKNOWN_TIME_ZONE',
      'timeZone is not an IANA time zone such as "Africa/Casablanca".',
      'invalid',
      'timeZone',
    );
  }
}

function proposing(
  state: ProgrammeState,
  what: ProposedByManager,
  content: string,
  by: string,
): ProgrammeState {
  const kept = proposed(state.proposals[what], { by, content });
  return { ...state, proposals: { ...state.proposals, [what]: kept } };
}

/** What is decided answers everything that was proposed of it before. */
const answered = (state: ProgrammeState, what: ProposedByManager): ProgrammeState => ({
  ...state,
  proposals: { ...state.proposals, [what]: [] },
});

export const programmeDecider: Decider<ProgrammeState, ProgrammeCommand, ProgrammeEvent> = {
  initialState,
  decide,
  evolve(state, event) {
    switch (event.type) {
      case 'ProgrammeDefined':
        return { ...state, status: 'defined', definition: event.data };
      case 'PolicyPublished':
        return answered({ ...state, policies: [...state.policies, event.data] }, 'policy');
      case 'PaymentTermsSet':
        return answered({ ...state, terms: event.data }, 'terms');
      case 'ChecksConfigured':
        return answered({ ...state, rules: event.data.rules }, 'checks');
      case 'AccountHoldSet':
        return answered({ ...state, hold: holdOf(event.data) }, 'hold');
      case 'PolicyProposed':
        return proposing(state, 'policy', contentOfPolicy(event.data), event.meta.actor);
      case 'PaymentTermsProposed':
        return proposing(state, 'terms', contentOfTerms(event.data), event.meta.actor);
      case 'AccountHoldProposed':
        return proposing(state, 'hold', contentOfHold(event.data), event.meta.actor);
      case 'ChecksProposed':
        return proposing(state, 'checks', contentOfChecks(event.data), event.meta.actor);
      case 'CalendarSet': {
        const { weekend, holidays } = event.data;
        return { ...state, calendar: { weekend, holidays } };
      }
      case 'BackdatingLimitProposed':
        return proposing(state, 'backdating', contentOfBackdating(event.data), event.meta.actor);
      case 'BackdatingLimitSet':
        return answered({ ...state, backdatedMonths: event.data.months }, 'backdating');
      case 'ProgrammeProposalWithdrawn': {
        const { what } = event.data;
        const left = withoutWordsOf(state.proposals[what], event.meta.actor);
        return { ...state, proposals: { ...state.proposals, [what]: left } };
      }
      case 'ProgrammeOpened':
        return { ...state, status: 'open' };
      case 'ProgrammeClosingProposed':
        return proposing(state, 'closing', CLOSING, event.meta.actor);
      case 'ProgrammeClosed':
        // What waited for a second word does not count after a reopening.
        return { ...state, status: 'closed', proposals: NOTHING_PROPOSED };
      case 'ProgrammeReopeningProposed':
        return proposing(state, 'reopening', REOPENING, event.meta.actor);
      case 'ProgrammeReopened':
        return { ...answered(state, 'reopening'), status: 'open' };
      default:
        return state;
    }
  },
};

/** The policy that a period is paid under: the newest first paid in it or before. */
export const policyForPeriod = (
  state: ProgrammeState,
  period: string,
): PublishedPolicy | undefined =>
  state.policies.findLast((policy) => policy.firstPaidPeriod <= period);
