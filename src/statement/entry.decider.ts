import type { AggregateEvents, EventData } from '../../events/generated.js';
import { requireRole, type Context, type Decider, type Draft } from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';

export type BankEntryEvent = AggregateEvents['entry'];
type Quarantined = EventData['BankEntryQuarantined'];
type Assigned = EventData['BankEntryAssigned'];
type Dismissed = EventData['BankEntryDismissed'];

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
  readonly paymentId: string;
}

export type BankEntryCommand =
  | ({ readonly type: 'QuarantineEntry' } & Quarantined)
  | ({ readonly type: 'AssignEntry' } & Omit<Assigned, 'entryId'>)
  | { readonly type: 'SetEntryOwner'; readonly owner: string }
  | ({ readonly type: 'RecordCandidates' } & Omit<EventData['BankEntryCandidatesFound'], 'entryId'>)
  | { readonly type: 'DismissEntry'; readonly kind: Dismissed['kind']; readonly reason: string };

const initialState: BankEntryState = {
  status: 'none',
  entry: undefined,
  owner: '',
  candidates: undefined,
  paymentId: '',
};

function decide(
  state: BankEntryState,
  command: BankEntryCommand,
  context: Context,
): readonly Draft<BankEntryEvent>[] {
  if (command.type === 'QuarantineEntry') {
    requireRole(context, 'payment-system', 'finance-officer');
    const { type, ...data } = command;
    return state.entry === undefined ? [{ type: 'BankEntryQuarantined', data }] : [];
  }
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
    case 'AssignEntry': {
      if (state.status === 'assigned' && state.paymentId === command.paymentId) return [];
      requireQuarantined(state);
      if (outcome !== undefined && outcome !== 'unknown' && outcome !== command.outcome)
        throw new DomainError('OUTCOME_DIFFERS', `The entry says ${outcome}.`, 'rule', 'outcome');
      const { type, ...data } = command;
      return [{ type: 'BankEntryAssigned', data: { entryId, ...data } }];
    }
    case 'SetEntryOwner':
      requireQuarantined(state);
      return state.owner === command.owner
        ? []
        : [{ type: 'BankEntryOwnerSet', data: { entryId, owner: command.owner } }];
    case 'DismissEntry':
      if (state.status === 'dismissed') return [];
      requireQuarantined(state);
      return [
        {
          type: 'BankEntryDismissed',
          data: { entryId, kind: command.kind, reason: command.reason },
        },
      ];
    default:
      return never(command);
  }
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
        return { ...state, status: 'quarantined', entry: event.data };
      case 'BankEntryOwnerSet':
        return { ...state, owner: event.data.owner };
      case 'BankEntryCandidatesFound':
        return { ...state, candidates: event.data };
      case 'BankEntryAssigned':
        return { ...state, status: 'assigned', paymentId: event.data.paymentId };
      case 'BankEntryDismissed':
        return { ...state, status: 'dismissed' };
      default:
        return state;
    }
  },
};
