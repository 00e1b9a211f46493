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
import { isSamePerson } from '../kernel/subject.js';
import {
  proposed,
  requireOwnWord,
  withoutWordsOf,
  wordOf,
  type Proposal,
} from '../kernel/two-people.js';

export type PersonEvent =
  | 'PersonRegistered'
  | 'PayeeAccountRegistered'
  | 'PayeeAccountVerified'
  | 'PayeeAccountClosed'
  | 'PersonMoved'
  | 'PersonErasureProposed'
  | 'PersonErasureWithdrawn'
  | 'PersonErased';
type Account = EventData['PayeeAccountRegistered'];

export interface PersonState {
  readonly status: 'none' | 'registered' | 'erased';
  readonly personId: string;
  readonly identityHash: string;
  readonly region: string;
  readonly sealed: EventData['PersonRegistered']['sealed'] | undefined;
  /** The account that is paid now. */
  readonly account: Account | undefined;
  readonly accountRegisteredBy: string;
  readonly accountVerified: boolean;
  readonly accountIds: readonly string[];
  /** Of administrators who asked to erase the person. */
  readonly erasureProposals: readonly Proposal[];
}
export type PersonCommand =
  | ({ readonly type: 'RegisterPerson' } & EventData['PersonRegistered'])
  | ({ readonly type: 'RegisterPayeeAccount' } & Account)
  | {
      readonly type: 'VerifyPayeeAccount';
      readonly personId: string;
      readonly accountId: string;
      readonly method: string;
    }
  | {
      readonly type: 'ClosePayeeAccount';
      readonly personId: string;
      readonly accountId: string;
      readonly reason: string;
    }
  | {
      readonly type: 'MovePerson';
      readonly personId: string;
      readonly region: string;
      readonly reason: string;
    }
  | ({ readonly type: 'ProposeErasure' } & EventData['PersonErasureProposed'])
  | { readonly type: 'WithdrawErasure'; readonly personId: string; readonly reason: string }
  | { readonly type: 'WithdrawPayeeAccount'; readonly personId: string; readonly reason: string }
  | ({ readonly type: 'ErasePerson' } & EventData['PersonErased']);

/** Codes that persons refuse with. */
export const PERSON_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'PERSON_ALREADY_REGISTERED',
  'PERSON_NOT_FOUND',
  'PERSON_ERASED',
  'ACCOUNT_NOT_FOUND',
  'ACCOUNT_ID_USED',
  'ACCOUNT_ALREADY_VERIFIED',
  'SAME_PERSON',
  'NOTHING_PROPOSED',
] as const;

const initialState: PersonState = {
  status: 'none',
  personId: '',
  identityHash: '',
  region: '',
  sealed: undefined,
  account: undefined,
  accountRegisteredBy: '',
  accountVerified: false,
  accountIds: [],
  erasureProposals: [],
};

type Drafts = readonly Draft<PersonEvent>[];

function decide(state: PersonState, command: PersonCommand, context: Context): Drafts {
  if (command.type === 'RegisterPerson') return register(state, command, context);
  if (state.status === 'none')
    throw new DomainError('PERSON_NOT_FOUND', 'There is no such person.', 'not-found', 'personId');
  requireRegion(context, state.region);
  if (state.status === 'erased')
    throw new DomainError('PERSON_ERASED', 'This person was erased.', 'rule', 'personId');
  switch (command.type) {
    case 'RegisterPayeeAccount':
      return registerAccount(state, command, context);
    case 'VerifyPayeeAccount':
      return verifyAccount(state, command, context);
    case 'ClosePayeeAccount':
      return closeAccount(state, command, context);
    case 'MovePerson':
      return move(state, command, context);
    case 'ProposeErasure':
      return proposeErasure(state, command, context);
    case 'WithdrawErasure':
      return withdrawErasure(state, command, context);
    case 'WithdrawPayeeAccount':
      return withdrawAccount(state, command, context);
    case 'ErasePerson':
      return erase(state, command, context);
    default:
      return never(command);
  }
}

function register(
  state: PersonState,
  command: CommandOf<PersonCommand, 'RegisterPerson'>,
  context: Context,
): Drafts {
  requireRole(context, 'intake', 'case-officer');
  requireRegion(context, command.region);
  if (state.status === 'erased')
    throw new DomainError(
      'PERSON_ERASED',
      'This person was erased; the id cannot be used again.',
      'conflict',
      'personId',
    );
  if (state.status === 'registered')
    throw new DomainError(
      'PERSON_ALREADY_REGISTERED',
      'This person is registered already.',
      'conflict',
      'personId',
    );
  const { type, ...data } = command;
  return [{ type: 'PersonRegistered', data }];
}

function registerAccount(
  state: PersonState,
  command: CommandOf<PersonCommand, 'RegisterPayeeAccount'>,
  context: Context,
): Drafts {
  const { personId } = state;
  requireRole(context, 'intake', 'case-officer');
  if (state.accountIds.includes(command.accountId)) {
    if (
      state.account?.accountId === command.accountId &&
      state.account.accountHash === command.accountHash
    )
      return [];
    throw new DomainError(
      'ACCOUNT_ID_USED',
      'This account id was used before.',
      'conflict',
      'accountId',
    );
  }
  const { type, ...data } = command;
  const registered = { type: 'PayeeAccountRegistered', data } as const;
  if (!state.account) return [registered];
  const { accountId } = state.account;
  const reason = 'replaced by another account';
  return [{ type: 'PayeeAccountClosed', data: { personId, accountId, reason } }, registered];
}

function verifyAccount(
  state: PersonState,
  command: CommandOf<PersonCommand, 'VerifyPayeeAccount'>,
  context: Context,
): Drafts {
  const { personId } = state;
  requireRole(context, 'case-officer', 'supervisor', 'finance-officer', 'payment-system');
  requireAccount(state, command.accountId);
  if (state.accountVerified)
    throw new DomainError(
      'ACCOUNT_ALREADY_VERIFIED',
      'This account is verified already.',
      'conflict',
      'accountId',
    );
  if (isSamePerson(state.accountRegisteredBy, context.actor.id))
    throw new DomainError(
      'SAME_PERSON',
      'Who registered an account does not verify it.',
      'forbidden',
    );
  return [
    {
      type: 'PayeeAccountVerified',
      data: { personId, accountId: command.accountId, method: command.method },
    },
  ];
}

function closeAccount(
  state: PersonState,
  command: CommandOf<PersonCommand, 'ClosePayeeAccount'>,
  context: Context,
): Drafts {
  const { personId } = state;
  requireRole(context, 'intake', 'case-officer', 'supervisor');
  requireAccount(state, command.accountId);
  return [
    {
      type: 'PayeeAccountClosed',
      data: { personId, accountId: command.accountId, reason: command.reason },
    },
  ];
}

/** Whoever moves a person is responsible for both regions. */
function move(
  state: PersonState,
  { region, reason }: CommandOf<PersonCommand, 'MovePerson'>,
  context: Context,
): Drafts {
  const { personId, region: fromRegion } = state;
  requireRole(context, 'supervisor');
  requireRegion(context, region);
  if (region === fromRegion) return [];
  return [{ type: 'PersonMoved', data: { personId, fromRegion, region, reason } }];
}

/** What an administrator's word is worth who asks to erase the person. */
export const wordOnErasure = (
  { erasureProposals }: PersonState,
  by: string,
  forfeit: Forfeit = {},
): ReturnType<typeof wordOf> =>
  wordOf(erasureProposals, { by, content: contentOfErasure(forfeit) });
type Forfeit = Pick<EventData['PersonErasureProposed'], 'forfeitsArrears'>;
/** Each has a reason of their own, and both say what is given up. */
const contentOfErasure = ({ forfeitsArrears }: Forfeit): string =>
  forfeitsArrears === true ? 'erasure that gives arrears up' : 'erasure';
const forfeitOf = ({ forfeitsArrears }: Forfeit): Forfeit =>
  forfeitsArrears === true ? { forfeitsArrears } : {};

function proposeErasure(
  state: PersonState,
  { personId, reason, ...forfeit }: CommandOf<PersonCommand, 'ProposeErasure'>,
  context: Context,
): Drafts {
  requireRole(context, 'administrator');
  if (wordOnErasure(state, context.actor.id, forfeit) === 'again') return [];
  return [{ type: 'PersonErasureProposed', data: { personId, reason, ...forfeitOf(forfeit) } }];
}

function withdrawErasure(
  { erasureProposals }: PersonState,
  { personId, reason }: CommandOf<PersonCommand, 'WithdrawErasure'>,
  context: Context,
): Drafts {
  requireRole(context, 'administrator');
  requireOwnWord(
    erasureProposals.map(({ by }) => by),
    context.actor.id,
  );
  return [{ type: 'PersonErasureWithdrawn', data: { personId, reason } }];
}

/**
 * Who registered an account that nobody verified closes it; the person has none until another is.
 */
function withdrawAccount(
  { personId, account, accountVerified, accountRegisteredBy }: PersonState,
  { reason }: CommandOf<PersonCommand, 'WithdrawPayeeAccount'>,
  context: Context,
): Drafts {
  requireRole(context, 'intake', 'case-officer');
  const waits = account !== undefined && !accountVerified;
  requireOwnWord(waits ? [accountRegisteredBy] : [], context.actor.id);
  const { accountId } = account!;
  return [{ type: 'PayeeAccountClosed', data: { personId, accountId, reason } }];
}

function erase(
  state: PersonState,
  command: CommandOf<PersonCommand, 'ErasePerson'>,
  context: Context,
): Drafts {
  const { personId } = state;
  requireRole(context, 'administrator');
  if (wordOnErasure(state, context.actor.id, command) !== 'second')
    throw new DomainError(
      'SAME_PERSON',
      'A person is erased by another administrator than proposed it.',
      'forbidden',
    );
  return [
    { type: 'PersonErased', data: { personId, reason: command.reason, ...forfeitOf(command) } },
  ];
}

function requireAccount(state: PersonState, accountId: string): void {
  if (state.account?.accountId !== accountId)
    throw new DomainError(
      'ACCOUNT_NOT_FOUND',
      'The person has no open account of this id.',
      'not-found',
      'accountId',
    );
}

export const personDecider: Decider<PersonState, PersonCommand, PersonEvent> = {
  initialState,
  decide,
  evolve(state, event) {
    switch (event.type) {
      case 'PersonRegistered':
        return {
          ...state,
          status: 'registered',
          personId: event.data.personId,
          identityHash: event.data.identityHash,
          region: event.data.region,
          sealed: event.data.sealed,
        };
      case 'PayeeAccountRegistered':
        return {
          ...state,
          account: event.data,
          accountRegisteredBy: event.meta.actor,
          accountVerified: false,
          accountIds: [...state.accountIds, event.data.accountId],
        };
      case 'PayeeAccountVerified':
        return { ...state, accountVerified: true };
      case 'PayeeAccountClosed':
        return state.account?.accountId === event.data.accountId
          ? { ...state, account: undefined, accountVerified: false }
          : state;
      case 'PersonMoved':
        return { ...state, region: event.data.region };
      case 'PersonErasureProposed': {
        const proposal = { by: event.meta.actor, content: contentOfErasure(event.data) };
        return { ...state, erasureProposals: proposed(state.erasureProposals, proposal) };
      }
      case 'PersonErasureWithdrawn': {
        const left = withoutWordsOf(state.erasureProposals, event.meta.actor);
        return { ...state, erasureProposals: left };
      }
      case 'PersonErased':
        return { ...state, status: 'erased', account: undefined };
      default:
        return state;
    }
  },
};
