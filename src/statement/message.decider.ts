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
  /** Whether a bank's folder or a payment system delivered it, and not a person. */
  readonly isDelivered: boolean;
  /** The persons who had it applied: again, where more was found in it. */
  readonly releasedBy: readonly string[];
}

/** Why a file waits that only a person handed over. */
export const HANDED_OVER = 'HANDED_OVER_BY_PERSON';

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
  isDelivered: false,
  releasedBy: [],
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
      // Of a bank that delivers it twice at once, or while a person releases it.
      if (isDone(state) && context.actor.role === 'payment-system') return [];
      requireReleaser(state, context);
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
      const { type, ...data } = command;
      const applied = { type: 'BankMessageApplied', data: { sha256, ...data } } as const;
      // The bank delivered it while a person's copy was being put aside.
      if (isAwaited(state) && context.actor.role === 'payment-system')
        return [{ type: 'BankMessageReleased', data: { sha256, reason: DELIVERED } }, applied];
      requireStatus(state, 'received', 'released');
      return [applied];
    }
    default:
      return never(command);
  }
}

/** Whether it waits for nothing but another's word that it is the bank's. */
export const isAwaited = ({ status, code }: Pick<BankMessageState, 'status' | 'code'>): boolean =>
  status === 'quarantined' && code === HANDED_OVER;
/**
 * The persons on whose word a file is applied, besides who does it: what a bank delivers is its own
 * word, unless a person released it; what one person handed over and another releases is both's.
 */
export function personsBehind(
  { handedOverBy, isDelivered, releasedBy }: BankMessageState,
  { id, role }: Context['actor'],
): readonly string[] {
  if (role === 'payment-system') return [];
  const persons = isDelivered ? releasedBy : [handedOverBy, ...releasedBy];
  return [...new Set(persons)].filter((by) => by !== '' && !isSamePerson(by, id));
}
export const DELIVERED = 'The bank delivered the same file.';

const isDone = ({ status }: BankMessageState): boolean =>
  status === 'released' || status === 'applied';

/** A bank that delivers a file vouches for the copy that a person handed over. */
function requireReleaser(state: BankMessageState, context: Context): void {
  const { role } = context.actor;
  if (role === 'payment-system' && isAwaited(state)) return;
  requireRole(context, 'finance-officer', 'finance-controller');
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
          isDelivered: event.meta.role === 'payment-system',
        };
      case 'BankMessageQuarantined':
        return { ...state, status: 'quarantined', code: event.data.code };
      case 'BankMessageReleased':
        return event.meta.role === 'payment-system'
          ? { ...state, status: 'released', isDelivered: true }
          : { ...state, status: 'released', releasedBy: [...state.releasedBy, event.meta.actor] };
      case 'BankMessageApplied':
        return { ...state, status: 'applied' };
      default:
        return state;
    }
  },
};
