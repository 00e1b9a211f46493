import type { AggregateEvents, EventData } from '../../events/generated.js';
import {
  requireEverywhere,
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { isOneOf, isSamePerson } from '../kernel/subject.js';
import { requireOwnWord, withoutWordsOf } from '../kernel/two-people.js';

export type BankEntryEvent = AggregateEvents['entry'];
type Quarantined = EventData['BankEntryQuarantined'];
type Assigned = EventData['BankEntryAssigned'];
type Dismissed = EventData['BankEntryDismissed'];
type Drafts = readonly Draft<BankEntryEvent>[];

/**
 * One statement of a bank that could not be given to a payment by itself: quarantined until a
 * person says what it is.
 */
export interface BankEntryState {
  readonly status: 'none' | 'quarantined' | 'assigned' | 'dismissed';
  readonly entry: Quarantined | undefined;
  /** Who looks after it; '' for nobody. */
  readonly owner: string;
  readonly candidates: EventData['BankEntryCandidatesFound'] | undefined;
  readonly assigned: Assigned | undefined;
  /** Who handed over the file that says it, or had it applied in spite of what was found. */
  readonly handedOverBy: string;
  readonly proposals: readonly AssignmentProposal[];
}

/** What a person says that an entry is about; it counts once a second person says the same. */
type AssignmentProposal = Said & { readonly by: string };

type Assignment = Omit<Assigned, 'entryId' | 'proposedBy'>;
export type BankEntryCommand =
  | ({ readonly type: 'QuarantineEntry' } & Quarantined)
  | ({ readonly type: 'ProposeAssignment' } & Assignment)
  | ({
      readonly type: 'AssignEntry';
      /** Who proposed it, as the entry was read; absent: whoever did. */
      readonly proposedBy?: string;
    } & Assignment)
  | { readonly type: 'SetEntryOwner'; readonly owner: string }
  | { readonly type: 'WithdrawAssignment'; readonly reason: string }
  | ({ readonly type: 'RecordCandidates' } & Omit<EventData['BankEntryCandidatesFound'], 'entryId'>)
  | {
      readonly type: 'DismissEntry';
      readonly kind: Dismissed['kind'];
      readonly reason: string;
      /** Who handed over the file, where another person had it applied. */
      readonly handedOverBy?: string;
    };

/** Codes that entries refuse with. */
export const ENTRY_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'ENTRY_NOT_FOUND',
  'ENTRY_STATUS',
  'OUTCOME_DIFFERS',
  'SAME_PERSON',
  'NOTHING_PROPOSED',
] as const;

const initialState: BankEntryState = {
  status: 'none',
  entry: undefined,
  owner: '',
  candidates: undefined,
  assigned: undefined,
  handedOverBy: '',
  proposals: [],
};

function decide(state: BankEntryState, command: BankEntryCommand, context: Context): Drafts {
  if (command.type === 'QuarantineEntry') {
    requireRole(context, 'payment-system', 'finance-officer', 'finance-controller');
    const { type, ...data } = command;
    return state.entry === undefined ? [{ type: 'BankEntryQuarantined', data }] : [];
  }
  // As whatever else is said of entries; and who is limited is not told which there are.
  if (command.type === 'WithdrawAssignment') requireEverywhere(context);
  if (state.entry === undefined)
    throw new DomainError(
      'ENTRY_NOT_FOUND',
      'No such entry is or was in quarantine.',
      'not-found',
      'entryId',
    );
  const { entryId, outcome } = state.entry;
  if (command.type === 'RecordCandidates') {
    requireRole(context, 'automation');
    const { type, ...data } = command;
    const found = { entryId, ...data };
    return state.status !== 'quarantined' ||
      JSON.stringify(state.candidates) === JSON.stringify(found)
      ? []
      : [{ type: 'BankEntryCandidatesFound', data: found }];
  }
  requireRole(context, 'finance-officer');
  switch (command.type) {
    case 'ProposeAssignment':
    case 'AssignEntry': {
      if (state.assigned && isSame(state.assigned, command)) return [];
      requireQuarantined(state);
      if (outcome !== undefined && outcome !== 'unknown' && outcome !== command.outcome)
        throw new DomainError('OUTCOME_DIFFERS', `The entry says ${outcome}.`, 'rule', 'outcome');
      requireDirection(state.entry, command.outcome);
      const { type, ...data } = command;
      return type === 'AssignEntry'
        ? assign(state, { entryId, ...data }, context)
        : propose(state, { entryId, ...data }, context);
    }
    case 'SetEntryOwner':
      requireQuarantined(state);
      return state.owner === command.owner
        ? []
        : [{ type: 'BankEntryOwnerSet', data: { entryId, owner: command.owner } }];
    case 'WithdrawAssignment': {
      requireQuarantined(state);
      requireOwnWord(
        state.proposals.map(({ by }) => by),
        context.actor.id,
      );
      const { reason } = command;
      return [{ type: 'BankEntryAssignmentWithdrawn', data: { entryId, reason } }];
    }
    case 'DismissEntry':
      return dismiss(state, entryId, command, context);
    default:
      return never(command);
  }
}

function dismiss(
  state: BankEntryState,
  entryId: string,
  { kind, reason, handedOverBy = '' }: CommandOf<BankEntryCommand, 'DismissEntry'>,
  { actor }: Context,
): Drafts {
  if (state.status === 'dismissed') return [];
  requireQuarantined(state);
  if (isOneOf([state.handedOverBy, handedOverBy], actor.id))
    throw new DomainError(
      'SAME_PERSON',
      'Who handed over a file, or had it applied, does not dismiss an entry of it.',
      'forbidden',
    );
  return [{ type: 'BankEntryDismissed', data: { entryId, kind, reason } }];
}

/** Money that came in settles no payment, and money that went out is not one that came back. */
function requireDirection({ direction }: Quarantined, outcome: Assigned['outcome']): void {
  if (
    (direction === 'credit' && outcome === 'settled') ||
    (direction === 'debit' && outcome === 'returned')
  )
    throw new DomainError('OUTCOME_DIFFERS', `The entry is a ${direction}.`, 'rule', 'outcome');
}

type Said = Pick<Assigned, 'paymentId' | 'attempt' | 'outcome'>;
const isSame = (a: Said, b: Said): boolean =>
  a.paymentId === b.paymentId && a.attempt === b.attempt && a.outcome === b.outcome;

/** The proposal that another person made of the same, where there is one. */
export const proposedByAnother = (
  { proposals }: BankEntryState,
  said: Said,
  actor: string,
): AssignmentProposal | undefined =>
  proposals.find((one) => isSame(one, said) && !isSamePerson(one.by, actor));

/** @throws DomainError SAME_PERSON where nobody else proposed the same */
function assign(state: BankEntryState, data: Assigned, { actor }: Context): Drafts {
  const { proposedBy, ...said } = data;
  const proposed = proposedByAnother(state, said, actor.id);
  // The payment is told of who proposed it as the entry was read.
  if (proposedBy !== undefined && !(proposed && isSamePerson(proposed.by, proposedBy)))
    throw new DomainError(
      'NOTHING_PROPOSED',
      'What was proposed of this entry was taken back meanwhile; look at it again.',
      'conflict',
    );
  if (!proposed)
    throw new DomainError(
      'SAME_PERSON',
      'An entry is given to a payment once a second person says the same.',
      'forbidden',
    );
  return [{ type: 'BankEntryAssigned', data: { ...said, proposedBy: proposed.by } }];
}

function propose({ proposals }: BankEntryState, data: Assigned, { actor }: Context): Drafts {
  const isProposed = proposals.some((one) => isSame(one, data) && isSamePerson(one.by, actor.id));
  return isProposed ? [] : [{ type: 'BankEntryAssignmentProposed', data }];
}

function requireQuarantined({ status }: BankEntryState): void {
  if (status !== 'quarantined')
    throw new DomainError('ENTRY_STATUS', `The entry is ${status} already.`, 'conflict', 'entryId');
}

export const bankEntryDecider: Decider<BankEntryState, BankEntryCommand, BankEntryEvent> = {
  initialState,
  decide,
  evolve(state, event) {
    switch (event.type) {
      case 'BankEntryQuarantined':
        return {
          ...state,
          status: 'quarantined',
          entry: event.data,
          handedOverBy: event.meta.actor,
        };
      case 'BankEntryOwnerSet':
        return { ...state, owner: event.data.owner };
      case 'BankEntryCandidatesFound':
        return { ...state, candidates: event.data };
      case 'BankEntryAssignmentProposed': {
        const { paymentId, attempt, outcome } = event.data;
        const proposal = { paymentId, attempt, outcome, by: event.meta.actor };
        return { ...state, proposals: [...state.proposals, proposal] };
      }
      case 'BankEntryAssignmentWithdrawn':
        return { ...state, proposals: withoutWordsOf(state.proposals, event.meta.actor) };
      case 'BankEntryAssigned':
        return { ...state, status: 'assigned', assigned: event.data };
      case 'BankEntryDismissed':
        return { ...state, status: 'dismissed' };
      default:
        return state;
    }
  },
};
