import assert from 'node:assert/strict';
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
import { parseLocalDate } from '../kernel/time.js';
import {
  decidedResolution,
  clearedBy,
  requireOtherPayer,
  withdrawWord,
  type WithdrawWord,
} from './payment-people.rule.js';
import type { ReportOutcome } from './reportable.rule.js';
import { report } from './payment.report.js';
import type { PaymentState, PaymentEvent } from './payment.state.js';
import { countedAs, isFurtherPart, put, lastOf, initialState, evolve } from './payment.state.js';

interface Instruct {
  readonly messageId: string;
  readonly endToEndId: string;
  readonly accountId: string;
  readonly executionDate: string;
}

export type PaymentCommand =
  | ({ readonly type: 'OrderPayment' } & EventData['PaymentOrdered'])
  | ({ readonly type: 'InstructPayment' } & Instruct)
  | ReportOutcome
  | ({
      readonly type: 'ReinstructPayment';
      /** Who dismissed entries of banks' files about the payment. */
      readonly dismissedBy?: readonly string[];
    } & Instruct)
  | {
      readonly type: 'CancelPayment';
      readonly reason: string;
      /** What a later round ordered stands. */ readonly throughRound?: number;
    }
  | { readonly type: 'RequestCancellation'; readonly reason: string }
  | WithdrawWord
  | { readonly type: 'SetBreakOwner'; readonly breakId: string; readonly owner: string }
  | {
      readonly type: 'ResolveBreak';
      readonly breakId: string;
      readonly resolution: EventData['PaymentBreakResolved']['resolution'];
      readonly reason: string;
    };

/** Codes that payments refuse with. */
export const PAYMENT_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'SAME_PERSON',
  'PAYMENT_ALREADY_ORDERED',
  'PAYMENT_UNKNOWN',
  'PAYMENT_STATUS',
  'ALREADY_INSTRUCTED',
  'ATTEMPT_UNKNOWN',
  'END_TO_END_ID_UNKNOWN',
  'CURRENCY_DIFFERS',
  'AMOUNT_DIFFERS',
  'AMOUNT_NOT_POSITIVE',
  'REASON_MISSING',
  'REASON_INVALID',
  'REFERENCE_INVALID',
  'OUTCOME_NOT_DEFINITE',
  'BREAK_NOT_FOUND',
  'BREAK_RESOLVED',
  'BREAKS_OPEN',
  'RESOLUTION_DOES_NOT_FIT',
  'INVALID_DATE',
  'NOTHING_PROPOSED',
] as const;

type Drafts = readonly Draft<PaymentEvent>[];

function decide(state: PaymentState, command: PaymentCommand, context: Context): Drafts {
  if (command.type === 'OrderPayment') return order(state, command, context);
  if (state.status === 'none')
    throw new DomainError('PAYMENT_UNKNOWN', 'There is no such payment.', 'not-found', 'paymentId');
  requireRegion(context, state.region);
  switch (command.type) {
    case 'InstructPayment':
      return instruct(state, command, context);
    case 'ReinstructPayment':
      return reinstruct(state, command, context);
    case 'ReportOutcome':
      return report(state, command, context);
    case 'CancelPayment':
      return cancel(state, command, context);
    case 'RequestCancellation':
      return requestCancellation(state, command, context);
    case 'SetBreakOwner':
      return setBreakOwner(state, command, context);
    case 'ResolveBreak':
      return resolveBreak(state, command, context);
    case 'WithdrawOutcome':
    case 'WithdrawResolution':
      return withdrawWord(state, command, context);
    default:
      return never(command);
  }
}

function order(
  state: PaymentState,
  command: CommandOf<PaymentCommand, 'OrderPayment'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  if (BigInt(command.amountMinor) <= 0n)
    throw new DomainError(
      'AMOUNT_NOT_POSITIVE',
      'A payment is of more than nothing.',
      'invalid',
      'amountMinor',
    );
  let total = 0n;
  for (const item of command.items) total += BigInt(item.amountMinor);
  assert.equal(total, BigInt(command.amountMinor), 'the items sum to the amount');
  if (isOrdered(state, command)) return [];
  if (!isOrderable(state, command.round))
    throw new DomainError(
      'PAYMENT_ALREADY_ORDERED',
      'The enrolment has a payment for this period already.',
      'conflict',
      'paymentId',
    );
  const { type, ...data } = command;
  return [{ type: 'PaymentOrdered', data }];
}

/** By the same order: the round and the amount are the same. */
const isOrdered = (
  { status, round, amountMinor }: PaymentState,
  command: CommandOf<PaymentCommand, 'OrderPayment'>,
): boolean =>
  status === 'ordered' && round === command.round && amountMinor === command.amountMinor;

/** Once only; again in a later round, where the order was cancelled before it was instructed. */
const isOrderable = (state: PaymentState, round: number): boolean =>
  state.status === 'none' ||
  (state.status === 'cancelled' && state.attempt === 0 && round > state.round);

function instruct(
  state: PaymentState,
  command: CommandOf<PaymentCommand, 'InstructPayment'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  if (state.attempt > 0)
    throw new DomainError('ALREADY_INSTRUCTED', 'The payment is instructed already.', 'conflict');
  requireStatus(state, 'ordered');
  return [{ type: 'PaymentInstructed', data: instruction(state, command, 1) }];
}

function reinstruct(
  state: PaymentState,
  command: CommandOf<PaymentCommand, 'ReinstructPayment'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  if (state.status !== 'rejected' && state.status !== 'returned') {
    throw new DomainError(
      'OUTCOME_NOT_DEFINITE',
      `The payment is ${state.status}; only a rejected or returned one is instructed again.`,
      'rule',
    );
  }
  if (state.openBreaks.length > 0)
    throw new DomainError(
      'BREAKS_OPEN',
      'The payment has an open break; resolve it before it is instructed again.',
      'rule',
    );
  const cleared = clearedBy(state.people, command.dismissedBy ?? []);
  requireOtherPayer(state.people, state.attempt, cleared, context);
  const data = { ...instruction(state, command, state.attempt + 1), clearedBy: [...cleared] };
  return [{ type: 'PaymentReinstructed', data }];
}

function cancel(
  state: PaymentState,
  command: CommandOf<PaymentCommand, 'CancelPayment'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer', 'automation');
  if (state.status === 'cancelled') return [];
  if (command.throughRound !== undefined && state.round > command.throughRound) return [];
  requireStatus(state, 'ordered');
  return [
    { type: 'PaymentCancelled', data: { paymentId: state.paymentId, reason: command.reason } },
  ];
}

function requestCancellation(
  state: PaymentState,
  command: CommandOf<PaymentCommand, 'RequestCancellation'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  if (state.status !== 'instructed' && state.status !== 'accepted')
    throw new DomainError(
      'PAYMENT_STATUS',
      `The payment is ${state.status}; only one that is with the bank can be asked back.`,
      'rule',
    );
  if (state.callBack === state.attempt) return [];
  return [
    {
      type: 'PaymentCancellationRequested',
      data: { paymentId: state.paymentId, attempt: state.attempt, reason: command.reason },
    },
  ];
}

function setBreakOwner(
  state: PaymentState,
  command: CommandOf<PaymentCommand, 'SetBreakOwner'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer', 'finance-controller');
  requireBreak(state, command.breakId);
  const open = state.openBreaks.find((one) => one.breakId === command.breakId);
  if (!open)
    throw new DomainError(
      'BREAK_RESOLVED',
      'The break is resolved; nobody has to look after it.',
      'conflict',
      'breakId',
    );
  const { breakId, owner } = command;
  if (open.owner === owner) return [];
  return [{ type: 'PaymentBreakOwnerSet', data: { paymentId: state.paymentId, breakId, owner } }];
}

function resolveBreak(
  state: PaymentState,
  command: CommandOf<PaymentCommand, 'ResolveBreak'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer', 'finance-controller');
  requireBreak(state, command.breakId);
  if (!state.openBreaks.some((open) => open.breakId === command.breakId)) return [];
  requireFitting(state, command.breakId, command.resolution);
  const { type, ...said } = command;
  const resolved = { paymentId: state.paymentId, ...said, ...cameBack(state, command) };
  const draft = decidedResolution(state.people, resolved, context);
  return draft === undefined ? [] : [draft];
}

/** Where less came back than was paid, only that is given back. */
function cameBack(
  state: PaymentState,
  { breakId, resolution }: CommandOf<PaymentCommand, 'ResolveBreak'>,
): Pick<EventData['PaymentBreakResolved'], 'returnedMinor' | 'furtherPart'> {
  if (countedAs(resolution) !== 'returned') return {};
  const { openBreaks, amountMinor } = state;
  const { attempt, reported, reportedMinor } = openBreaks.find((one) => one.breakId === breakId)!;
  const isLess =
    reported === 'returned' &&
    reportedMinor !== undefined &&
    BigInt(reportedMinor) < BigInt(amountMinor);
  return {
    ...(isLess ? { returnedMinor: reportedMinor } : {}),
    ...(isFurtherPart(state, attempt) ? { furtherPart: true } : {}),
  };
}

function requireBreak(state: PaymentState, breakId: string): void {
  if (!state.breakIds.includes(breakId))
    throw new DomainError(
      'BREAK_NOT_FOUND',
      'The payment has no such break.',
      'not-found',
      'breakId',
    );
}

function requireStatus(state: PaymentState, allowed: PaymentState['status']): void {
  if (state.status !== allowed)
    throw new DomainError(
      'PAYMENT_STATUS',
      `The payment is ${state.status}; this takes one that is ${allowed}.`,
      'rule',
    );
}

const instruction = (
  state: PaymentState,
  { messageId, endToEndId, accountId, executionDate }: Instruct,
  attempt: number,
): EventData['PaymentInstructed'] => ({
  paymentId: state.paymentId,
  attempt,
  messageId,
  endToEndId,
  accountId,
  amountMinor: state.amountMinor,
  currency: state.currency,
  executionDate: parseLocalDate(executionDate, 'executionDate'),
});

/**
 * A resolution may move the payment, so what it says must be true of all attempts together: one of
 * them settled, or none; and while the newest is with the bank, nobody can say. Another part of
 * what came back before moves nothing.
 */
function requireFitting(
  state: PaymentState,
  breakId: string,
  resolution: EventData['PaymentBreakResolved']['resolution'],
): void {
  const counted = countedAs(resolution);
  if (counted === undefined) return;
  const { attempt } = state.openBreaks.find((open) => open.breakId === breakId)!;
  if (counted === 'returned' && isFurtherPart(state, attempt)) return;
  const outcomes = put(state.outcomes, attempt - 1, counted);
  const live = lastOf(outcomes[state.attempt - 1]);
  const settled = outcomes.filter((said) => lastOf(said) === 'settled').length;
  if (live === undefined || live === 'accepted')
    throw new DomainError(
      'RESOLUTION_DOES_NOT_FIT',
      `Attempt ${state.attempt} is with the bank; resolve the break once it has an outcome.`,
      'rule',
      'resolution',
    );
  if (settled > (counted === 'settled' ? 1 : 0))
    throw new DomainError(
      'RESOLUTION_DOES_NOT_FIT',
      `Another attempt settled; attempt ${attempt} does not change where the payment stands.`,
      'rule',
      'resolution',
    );
}

export const paymentDecider: Decider<PaymentState, PaymentCommand, PaymentEvent> = {
  initialState,
  decide,
  evolve,
};
