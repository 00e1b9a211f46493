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
import type { RecoveryState, RecoveryEvent } from './recovery.state.js';
import {
  offsettableMinor,
  balanceMinor,
  deductibleMinor,
  recoveredMinor,
  initialState,
  evolve,
} from './recovery.state.js';
import { isSamePerson } from '../kernel/subject.js';
import { requireOwnWord } from '../kernel/two-people.js';
import { contentOfWaiver } from './waiver.rule.js';

export type RecoveryCommand =
  | ({ readonly type: 'EstablishOverpayment' } & EventData['OverpaymentEstablished'])
  | {
      readonly type: 'OffsetOverpayment';
      readonly correctionId: string;
      readonly amountMinor: string;
    }
  | {
      readonly type: 'AgreePlan';
      readonly sharePercent: number;
      readonly floorMinor: string;
      readonly reason: string;
    }
  | {
      readonly type: 'Deduct';
      readonly paymentId: string;
      readonly round: number;
      readonly grossMinor: string;
      readonly amountMinor: string;
    }
  | {
      readonly type: 'ReverseDeduction';
      readonly paymentId: string;
      readonly round: number;
      readonly reason: string;
    }
  | { readonly type: 'MoveRecovery'; readonly region: string }
  | { readonly type: 'SuspendRecovery'; readonly reason: string }
  | { readonly type: 'ResumeRecovery'; readonly reason: string }
  | { readonly type: 'WaiveOverpayment'; readonly amountMinor: string; readonly reason: string }
  | { readonly type: 'WithdrawWaiver'; readonly reason: string };

/** Codes that recoveries refuse with. */
export const RECOVERY_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'AMOUNT_NOT_POSITIVE',
  'RECOVERY_NOT_FOUND',
  'RECOVERY_STATUS',
  'SHARE_OUT_OF_RANGE',
  'FLOOR_MISSING',
  'RECOVERY_SUSPENDED',
  'RECOVERY_NOT_SUSPENDED',
  'DEDUCTION_NOT_PLANNED',
  'OFFSET_EXCEEDS_DEBT',
  'WAIVER_EXCEEDS_BALANCE',
  'SAME_PERSON',
  'NOTHING_PROPOSED',
] as const;

type Drafts = readonly Draft<RecoveryEvent>[];

function decide(state: RecoveryState, command: RecoveryCommand, context: Context): Drafts {
  if (command.type === 'EstablishOverpayment') return establish(state, command, context);
  if (state.status === 'none')
    throw new DomainError(
      'RECOVERY_NOT_FOUND',
      'This household owes the programme nothing.',
      'not-found',
      'recoveryId',
    );
  switch (command.type) {
    case 'AgreePlan':
      return agreePlan(state, command, context);
    case 'OffsetOverpayment':
      return offset(state, command, context);
    case 'Deduct':
      return deduct(state, command, context);
    case 'ReverseDeduction':
      return reverseDeduction(state, command, context);
    case 'MoveRecovery':
      return move(state, command, context);
    case 'SuspendRecovery':
      return suspend(state, command, context);
    case 'ResumeRecovery':
      return resume(state, command, context);
    case 'WaiveOverpayment':
      return waive(state, command, context);
    case 'WithdrawWaiver':
      return withdrawWaiver(state, command, context);
    default:
      return never(command);
  }
}

function establish(
  state: RecoveryState,
  command: CommandOf<RecoveryCommand, 'EstablishOverpayment'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  if (BigInt(command.amountMinor) <= 0n)
    throw new DomainError(
      'AMOUNT_NOT_POSITIVE',
      'An overpayment is of more than nothing.',
      'invalid',
      'amountMinor',
    );
  if (state.overpaidBy[command.correctionId] !== undefined) return [];
  const { type, ...data } = command;
  return [{ type: 'OverpaymentEstablished', data }];
}

/** With its household, so that who decides on them decides on it. */
function move(
  { recoveryId, region: fromRegion }: RecoveryState,
  { region }: CommandOf<RecoveryCommand, 'MoveRecovery'>,
  context: Context,
): Drafts {
  requireRole(context, 'supervisor');
  requireRegion(context, region);
  if (region === fromRegion) return [];
  return [{ type: 'RecoveryMoved', data: { recoveryId, fromRegion, region } }];
}

function agreePlan(
  state: RecoveryState,
  command: CommandOf<RecoveryCommand, 'AgreePlan'>,
  context: Context,
): Drafts {
  const { recoveryId } = state;
  requireRole(context, 'finance-officer');
  requireRegion(context, state.region);
  requireOpen(state);
  const { sharePercent, floorMinor, reason } = command;
  if (!Number.isInteger(sharePercent) || sharePercent < 1 || sharePercent > 100)
    throw new DomainError(
      'SHARE_OUT_OF_RANGE',
      'The share of each payment is 1 to 100 percent.',
      'invalid',
      'sharePercent',
    );
  if (BigInt(floorMinor) <= 0n)
    throw new DomainError(
      'FLOOR_MISSING',
      'A family keeps something of each payment: the floor is more than nothing.',
      'invalid',
      'floor',
    );
  if (state.plan?.sharePercent === sharePercent && state.plan.floorMinor === floorMinor) return [];
  return [{ type: 'RecoveryPlanAgreed', data: { recoveryId, sharePercent, floorMinor, reason } }];
}

function offset(
  state: RecoveryState,
  command: CommandOf<RecoveryCommand, 'OffsetOverpayment'>,
  context: Context,
): Drafts {
  const { recoveryId } = state;
  requireRole(context, 'automation');
  const { correctionId, amountMinor } = command;
  if (state.offsets[correctionId] !== undefined) return [];
  const amount = BigInt(amountMinor);
  if (amount > offsettableMinor(state))
    throw new DomainError(
      'OFFSET_EXCEEDS_DEBT',
      'No more is set against a debt than is owed or was waived.',
      'rule',
      'amountMinor',
    );
  const balance = balanceMinor(state);
  const waivedMinor = amount > balance ? amount - balance : 0n;
  const after = {
    ...state,
    overpaidMinor: state.overpaidMinor - amount,
    waivedMinor: state.waivedMinor - waivedMinor,
  };
  return [
    {
      type: 'OverpaymentOffset',
      data: { recoveryId, correctionId, amountMinor, waivedMinor: String(waivedMinor) },
    },
    ...(state.status === 'open' ? completion(after) : []),
  ];
}

function reverseDeduction(
  state: RecoveryState,
  command: CommandOf<RecoveryCommand, 'ReverseDeduction'>,
  context: Context,
): Drafts {
  const { recoveryId } = state;
  requireRole(context, 'automation');
  const { paymentId, round, reason } = command;
  const deduction = state.deductions[paymentId];
  if (deduction?.round !== round) return [];
  return [
    {
      type: 'RecoveryDeductionReversed',
      data: {
        recoveryId,
        paymentId,
        round,
        amountMinor: String(deduction.amountMinor),
        reason,
      },
    },
  ];
}

function suspend(
  state: RecoveryState,
  command: CommandOf<RecoveryCommand, 'SuspendRecovery'>,
  context: Context,
): Drafts {
  const { recoveryId } = state;
  requireRole(context, 'supervisor', 'finance-officer');
  requireRegion(context, state.region);
  requireOpen(state);
  if (state.suspended)
    throw new DomainError('RECOVERY_SUSPENDED', 'The recovery is suspended already.', 'conflict');
  return [{ type: 'RecoverySuspended', data: { recoveryId, reason: command.reason } }];
}

function resume(
  state: RecoveryState,
  command: CommandOf<RecoveryCommand, 'ResumeRecovery'>,
  context: Context,
): Drafts {
  const { recoveryId } = state;
  requireRole(context, 'supervisor', 'finance-officer');
  requireRegion(context, state.region);
  if (!state.suspended)
    throw new DomainError('RECOVERY_NOT_SUSPENDED', 'The recovery is not suspended.', 'conflict');
  return [{ type: 'RecoveryResumed', data: { recoveryId, reason: command.reason } }];
}

/**
 * A debt is let off once a finance controller says the amount that another person proposed, no more
 * than is owed by then. Who agreed its plan may propose it, and does not decide it.
 */
function waive(
  state: RecoveryState,
  command: CommandOf<RecoveryCommand, 'WaiveOverpayment'>,
  context: Context,
): Drafts {
  const { recoveryId } = state;
  requireRole(context, 'finance-controller', 'finance-officer');
  requireRegion(context, state.region);
  requireOpen(state);
  const waivedMinor = BigInt(command.amountMinor);
  if (waivedMinor <= 0n)
    throw new DomainError(
      'AMOUNT_NOT_POSITIVE',
      'A waiver is of more than nothing.',
      'invalid',
      'amount',
    );
  if (waivedMinor > balanceMinor(state))
    throw new DomainError(
      'WAIVER_EXCEEDS_BALANCE',
      'No more is waived than the household owes.',
      'rule',
      'amount',
    );
  const { id, role } = context.actor;
  const { type, ...said } = command;
  const content = contentOfWaiver(said);
  const alike = state.waivers.filter((waiver) => waiver.content === content);
  const proposedBy = alike.find(({ by }) => !isSamePerson(by, id))?.by;
  if (proposedBy === undefined || role !== 'finance-controller') {
    if (alike.some(({ by }) => isSamePerson(by, id))) return [];
    return [{ type: 'OverpaymentWaiverProposed', data: { recoveryId, ...said } }];
  }
  if (state.plan && isSamePerson(state.plan.agreedBy, id))
    throw new DomainError(
      'SAME_PERSON',
      'Who agreed the plan does not waive the debt.',
      'forbidden',
    );
  const waived = { ...state, waivedMinor: state.waivedMinor + waivedMinor };
  return [
    { type: 'OverpaymentWaived', data: { recoveryId, ...said, proposedBy } },
    ...completion(waived),
  ];
}

function withdrawWaiver(
  { recoveryId, region, waivers }: RecoveryState,
  { reason }: CommandOf<RecoveryCommand, 'WithdrawWaiver'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-controller', 'finance-officer');
  requireRegion(context, region);
  requireOwnWord(
    waivers.map(({ by }) => by),
    context.actor.id,
  );
  return [{ type: 'OverpaymentWaiverWithdrawn', data: { recoveryId, reason } }];
}

function requireOpen(state: RecoveryState): void {
  if (state.status !== 'open')
    throw new DomainError('RECOVERY_STATUS', 'The household owes nothing any more.', 'rule');
}

/**
 * The same deduction again changes nothing; one that the plan does not allow (any more) is refused,
 * so that the payment goes without.
 */
function deduct(
  state: RecoveryState,
  { paymentId, round, grossMinor, amountMinor }: CommandOf<RecoveryCommand, 'Deduct'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  const before = state.deductions[paymentId];
  if (before?.round === round && String(before.amountMinor) === amountMinor) return [];
  const amount = BigInt(amountMinor);
  if (
    (before && before.round >= round) ||
    amount <= 0n ||
    amount > deductibleMinor(state, paymentId, BigInt(grossMinor))
  ) {
    throw new DomainError(
      'DEDUCTION_NOT_PLANNED',
      'The plan as it is now does not give so much of this payment.',
      'rule',
      'amountMinor',
    );
  }
  const deducted = {
    ...state,
    deductions: { ...state.deductions, [paymentId]: { round, amountMinor: amount } },
  };
  const remaining = balanceMinor(deducted);
  return [
    {
      type: 'RecoveryDeducted',
      data: {
        recoveryId: state.recoveryId,
        paymentId,
        round,
        grossMinor,
        amountMinor,
        remainingMinor: String(remaining),
      },
    },
    ...completion(deducted),
  ];
}

function completion(state: RecoveryState): Drafts {
  if (balanceMinor(state) > 0n) return [];
  const { recoveryId, overpaidMinor, waivedMinor } = state;
  return [
    {
      type: 'RecoveryCompleted',
      data: {
        recoveryId,
        overpaidMinor: String(overpaidMinor),
        recoveredMinor: String(recoveredMinor(state)),
        waivedMinor: String(waivedMinor),
      },
    },
  ];
}

export const recoveryDecider: Decider<RecoveryState, RecoveryCommand, RecoveryEvent> = {
  initialState,
  decide,
  evolve,
};
