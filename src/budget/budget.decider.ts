import {
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { MOST_MINOR, scaleOf } from '../kernel/money.js';
import {
  evolve,
  freeMinor,
  initialState,
  NO_ACCOUNT,
  type BudgetEvent,
  type BudgetState,
} from './budget.state.js';

interface Flow {
  readonly cycleId: string;
  readonly amountMinor: string;
  readonly count: number;
  readonly throughPosition: number;
}
export type BudgetCommand =
  | {
      readonly type: 'AllotBudget';
      readonly programmeId: string;
      readonly fiscalYear: number;
      readonly currency: string;
      readonly amountMinor: string;
      readonly reference: string;
      /** What the programme pays in, where the caller knows it. */
      readonly programmeCurrency?: string;
    }
  | {
      readonly type: 'AdjustBudget';
      readonly deltaMinor: string;
      /** Of the delta, where the caller knows it. */
      readonly currency?: string;
      readonly reason: string;
    }
  | {
      readonly type: 'ReserveBudget';
      readonly cycleId: string;
      readonly amountMinor: string;
      /** Of the cycle, where the caller knows it. */ readonly currency?: string;
    }
  | {
      readonly type: 'ReleaseReservation';
      readonly cycleId: string;
      readonly amountMinor: string;
      readonly reason: string;
    }
  | ({ readonly type: 'SpendBudget' } & Flow)
  | ({ readonly type: 'RefundBudget' } & Flow);

/** Codes that budgets refuse with. */
export const BUDGET_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'BUDGET_ALREADY_ALLOTTED',
  'BUDGET_NOT_FOUND',
  'BUDGET_EXCEEDED',
  'BUDGET_BELOW_COMMITMENTS',
  'BUDGET_TOO_LARGE',
  'AMOUNT_NOT_POSITIVE',
  'ALREADY_RESERVED',
  'RESERVATION_TOO_SMALL',
  'REFUND_TOO_LARGE',
  'CURRENCY_DIFFERS',
  'UNKNOWN_CURRENCY',
] as const;

function positive(amountMinor: string): bigint {
  const amount = BigInt(amountMinor);
  if (amount <= 0n)
    throw new DomainError(
      'AMOUNT_NOT_POSITIVE',
      'The amount must be more than nothing.',
      'invalid',
      'amountMinor',
    );
  return amount;
}

function requireHeld(allottedMinor: bigint, field: string): void {
  if (allottedMinor > MOST_MINOR)
    throw new DomainError(
      'BUDGET_TOO_LARGE',
      'A budget is of at most 18 digits of minor units.',
      'rule',
      field,
    );
}

/** What is said of a budget is in its currency. */
function requireCurrency(state: BudgetState, currency: string | undefined): void {
  if (currency !== undefined && currency !== state.currency)
    throw new DomainError(
      'CURRENCY_DIFFERS',
      `The budget is in ${state.currency}.`,
      'rule',
      'currency',
    );
}

const exceeded = (state: BudgetState, amount: bigint): DomainError =>
  new DomainError(
    'BUDGET_EXCEEDED',
    `The budget of ${state.fiscalYear} has ${freeMinor(state)} minor units free; ${amount} are needed.`,
    'rule',
    'amountMinor',
  );

type Drafts = readonly Draft<BudgetEvent>[];

function decide(state: BudgetState, command: BudgetCommand, context: Context): Drafts {
  if (command.type === 'AllotBudget') return allot(state, command, context);
  if (state.status === 'none')
    throw new DomainError(
      'BUDGET_NOT_FOUND',
      'No budget was allotted to this programme for this fiscal year.',
      'not-found',
    );
  switch (command.type) {
    case 'AdjustBudget':
      return adjust(state, command, context);
    case 'ReserveBudget':
      return reserve(state, command, context);
    case 'ReleaseReservation':
      return releaseReservation(state, command, context);
    case 'SpendBudget':
      return spend(state, command, context);
    case 'RefundBudget':
      return refund(state, command, context);
    default:
      return never(command);
  }
}

function allot(
  state: BudgetState,
  command: CommandOf<BudgetCommand, 'AllotBudget'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  const { type, programmeCurrency = command.currency, ...data } = command;
  if (programmeCurrency !== command.currency)
    throw new DomainError(
      'CURRENCY_DIFFERS',
      `The programme pays in ${programmeCurrency}, not ${command.currency}.`,
      'rule',
      'currency',
    );
  if (state.status !== 'none')
    throw new DomainError(
      'BUDGET_ALREADY_ALLOTTED',
      'This budget is allotted already; adjust it instead.',
      'conflict',
    );
  scaleOf(command.currency);
  requireHeld(positive(command.amountMinor), 'amountMinor');
  return [{ type: 'BudgetAllotted', data }];
}

function adjust(
  state: BudgetState,
  command: CommandOf<BudgetCommand, 'AdjustBudget'>,
  context: Context,
): Drafts {
  const { programmeId, fiscalYear } = state;
  requireRole(context, 'finance-officer');
  requireCurrency(state, command.currency);
  const delta = BigInt(command.deltaMinor);
  if (delta === 0n)
    throw new DomainError(
      'AMOUNT_NOT_POSITIVE',
      'An adjustment by nothing is none.',
      'invalid',
      'deltaMinor',
    );
  // An overdrawn budget may be covered in parts.
  if (delta < 0n && freeMinor(state) + delta < 0n)
    throw new DomainError(
      'BUDGET_BELOW_COMMITMENTS',
      'The budget cannot be less than what is reserved and spent.',
      'rule',
      'deltaMinor',
    );
  requireHeld(state.allottedMinor + delta, 'deltaMinor');
  return [
    {
      type: 'BudgetAdjusted',
      data: { programmeId, fiscalYear, deltaMinor: command.deltaMinor, reason: command.reason },
    },
  ];
}

function reserve(
  state: BudgetState,
  command: CommandOf<BudgetCommand, 'ReserveBudget'>,
  context: Context,
): Drafts {
  const { programmeId, fiscalYear } = state;
  requireRole(context, 'finance-controller');
  requireCurrency(state, command.currency);
  // A cycle without a payment needs no money.
  if (BigInt(command.amountMinor) === 0n) return [];
  const amount = positive(command.amountMinor);
  if ((state.cycles[command.cycleId]?.reservedMinor ?? 0n) > 0n)
    throw new DomainError(
      'ALREADY_RESERVED',
      `Money is reserved for ${command.cycleId} already.`,
      'conflict',
      'cycleId',
    );
  if (amount > freeMinor(state)) throw exceeded(state, amount);
  return [
    {
      type: 'BudgetReserved',
      data: {
        programmeId,
        fiscalYear,
        cycleId: command.cycleId,
        amountMinor: command.amountMinor,
      },
    },
  ];
}

function releaseReservation(
  state: BudgetState,
  command: CommandOf<BudgetCommand, 'ReleaseReservation'>,
  context: Context,
): Drafts {
  const { programmeId, fiscalYear } = state;
  requireRole(context, 'finance-officer', 'finance-controller', 'automation');
  const reserved = state.cycles[command.cycleId]?.reservedMinor ?? 0n;
  const amount = command.amountMinor === 'all' ? reserved : positive(command.amountMinor);
  if (amount === 0n) return [];
  if (amount > reserved)
    throw new DomainError(
      'RESERVATION_TOO_SMALL',
      `Only ${reserved} minor units are reserved for ${command.cycleId}.`,
      'rule',
      'amountMinor',
    );
  return [
    {
      type: 'BudgetReservationReleased',
      data: {
        programmeId,
        fiscalYear,
        cycleId: command.cycleId,
        amountMinor: String(amount),
        reason: command.reason,
      },
    },
  ];
}

function spend(
  state: BudgetState,
  command: CommandOf<BudgetCommand, 'SpendBudget'>,
  context: Context,
): Drafts {
  const { programmeId, fiscalYear } = state;
  requireRole(context, 'automation');
  const { type, ...flow } = command;
  const { reservedMinor, spentThrough } = state.cycles[flow.cycleId] ?? NO_ACCOUNT;
  if (flow.throughPosition <= spentThrough) return [];
  const short = positive(flow.amountMinor) - reservedMinor;
  const spent = { type: 'BudgetSpent', data: { programmeId, fiscalYear, ...flow } } as const;
  if (short <= 0n) return [spent];
  // The money has left already, after the cycle closed and its reservation was released: it is
  // taken from what is free, and the budget is overdrawn by what is not.
  const { cycleId } = flow;
  const of = { programmeId, fiscalYear, cycleId };
  const free = freeMinor(state) > 0n ? freeMinor(state) : 0n;
  const beyond = short - free;
  return [
    ...(beyond > 0n
      ? [{ type: 'BudgetOverdrawn', data: { ...of, amountMinor: String(beyond) } } as const]
      : []),
    { type: 'BudgetReserved', data: { ...of, amountMinor: String(short) } },
    spent,
  ];
}

function refund(
  state: BudgetState,
  command: CommandOf<BudgetCommand, 'RefundBudget'>,
  context: Context,
): Drafts {
  const { programmeId, fiscalYear } = state;
  requireRole(context, 'automation');
  const { type, ...flow } = command;
  const { spentMinor, refundedThrough } = state.cycles[flow.cycleId] ?? NO_ACCOUNT;
  if (flow.throughPosition <= refundedThrough) return [];
  if (positive(flow.amountMinor) > spentMinor)
    throw new DomainError(
      'REFUND_TOO_LARGE',
      `Only ${spentMinor} minor units were spent for ${flow.cycleId}.`,
      'rule',
      'amountMinor',
    );
  return [{ type: 'BudgetRefunded', data: { programmeId, fiscalYear, ...flow } }];
}

export const budgetDecider: Decider<BudgetState, BudgetCommand, BudgetEvent> = {
  initialState,
  decide,
  evolve,
};
