import type { AggregateEvents, EventData } from '../../events/generated.js';
import { requireRole, type Context, type Decider, type Draft } from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { isSamePerson } from '../kernel/subject.js';

export type BankMessageEvent = AggregateEvents['message'];

/**
 * Where a file from a bank stands. What is `received` or `released` is being applied, or was when a
 * process ended; it goes on when the file is taken in again. A file is its bytes: the same bytes
 * are the same message for ever.
 */
export interface BankMessageState {
  readonly status: 'none' | 'received' | 'quarantined' | 'released' | 'applied';
  readonly sha256: string;
  /** Why it is, or was, in quarantine. */
  readonly code: string;
  readonly handedOverBy: string;
}

export type BankMessageCommand =
  | ({ readonly type: 'ReceiveMessage' } & EventData['BankMessageReceived'])
  | {
      readonly type: 'QuarantineMessage';
      readonly code: string;
      readonly detail: string;
      readonly findings?: number;
    }
  | { readonly type: 'ReleaseMessage'; readonly reason: string }
  | ({ readonly type: 'RecordApplication' } & Omit<EventData['BankMessageApplied'], 'sha256'>);

const initialState: BankMessageState = {
  status: 'none',
  sha256: '',
  code: '',
  handedOverBy: '',
};

function decide(
  state: BankMessageState,
  command: BankMessageCommand,
  context: Context,
): readonly Draft<BankMessageEvent>[] {
  if (command.type === 'ReceiveMessage') {
    requireRole(context, 'payment-system', 'finance-officer');
    const { type, ...data } = command;
    return state.status === 'none' ? [{ type: 'BankMessageReceived', data }] : [];
  }
  if (state.status === 'none')
    throw new DomainError(
      'MESSAGE_NOT_FOUND',
      'No message with this hash was received.',
      'not-found',
      'sha256',
    );
  const { sha256 } = state;
  switch (command.type) {
    case 'QuarantineMessage': {
      requireRole(context, 'payment-system', 'finance-officer', 'finance-controller');
      if (state.status === 'quarantined' && state.code === command.code) return [];
      requireStatus(state, 'received', 'released', 'quarantined');
      const { type, ...data } = command;
      return [{ type: 'BankMessageQuarantined', data: { sha256, ...data } }];
    }
    case 'ReleaseMessage':
      requireRole(context, 'finance-officer', 'finance-controller');
      if (state.status === 'released') return [];
      requireStatus(state, 'quarantined');
      if (isSamePerson(state.handedOverBy, context.actor.id))
        throw new DomainError(
          'SAME_PERSON',
          'Who handed over a file does not have it applied in spite of what was found.',
          'forbidden',
        );
      return [{ type: 'BankMessageReleased', data: { sha256, reason: command.reason } }];
    case 'RecordApplication': {
      requireRole(context, 'payment-system', 'finance-officer', 'finance-controller');
      if (state.status === 'applied') return [];
      requireStatus(state, 'received', 'released');
      const { type, ...data } = command;
      return [{ type: 'BankMessageApplied', data: { sha256, ...data } }];
    }
    default:
      return never(command);
  }
}

function requireStatus(
  state: BankMessageState,
  ...allowed: readonly BankMessageState['status'][]
): void {
  if (!allowed.includes(state.status))
    throw new DomainError(
      'MESSAGE_STATUS',
      `The message is ${state.status}; this takes one that is ${allowed.join(' or ')}.`,
      'rule',
      'sha256',
    );
}

export const bankMessageDecider: Decider<BankMessageState, BankMessageCommand, BankMessageEvent> = {
  initialState,
  decide,
  evolve(state, event) {
    switch (event.type) {
      case 'BankMessageReceived':
        return {
          ...state,
          status: 'received',
          sha256: event.data.sha256,
          handedOverBy: event.meta.actor,
        };
      case 'BankMessageQuarantined':
        return { ...state, status: 'quarantined', code: event.data.code };
      case 'BankMessageReleased':
        return { ...state, status: 'released' };
      case 'BankMessageApplied':
        return { ...state, status: 'applied' };
      default:
        return state;
    }
  },
};
