import type { AggregateEvents } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';

export type BudgetEvent = AggregateEvents['budget'];

/**
 * Minor units. For every budget at every position: reserved + spent ≤ allotted, and what
 * `BudgetOverdrawn` says beyond that.
 */
export interface BudgetState {
  readonly status: 'none' | 'allotted';
  readonly programmeId: string;
  readonly fiscalYear: number;
  readonly currency: string;
  readonly allottedMinor: bigint;
  readonly reservedMinor: bigint;
  readonly spentMinor: bigint;
  readonly cycles: Readonly<Record<string, CycleAccount>>;
}
export interface CycleAccount {
  readonly reservedMinor: bigint;
  readonly spentMinor: bigint;
  readonly spentThrough: number;
  readonly refundedThrough: number;
}

/** Of a cycle that nothing was reserved for. */
export const NO_ACCOUNT: CycleAccount = {
  reservedMinor: 0n,
  spentMinor: 0n,
  spentThrough: -1,
  refundedThrough: -1,
};

export const initialState: BudgetState = {
  status: 'none',
  programmeId: '',
  fiscalYear: 0,
  currency: '',
  allottedMinor: 0n,
  reservedMinor: 0n,
  spentMinor: 0n,
  cycles: {},
};

/** What was allotted already with the same reference, amount and currency. */
export const sameAllotment = (
  recorded: readonly Recorded[],
  asked: Readonly<Record<'reference' | 'amountMinor' | 'currency', string>>,
): Recorded | undefined =>
  recorded.find(
    ({ type, data }) =>
      type === 'BudgetAllotted' &&
      data.reference === asked.reference &&
      data.amountMinor === asked.amountMinor &&
      data.currency === asked.currency,
  );

/** Below nothing where the budget is overdrawn. */
export const freeMinor = (state: BudgetState): bigint =>
  state.allottedMinor - state.reservedMinor - state.spentMinor;

/** Moves money between free, reserved and spent, in total and for the cycle. */
function move(
  state: BudgetState,
  cycleId: string,
  reserved: bigint,
  spent: bigint,
  through?: Partial<CycleAccount>,
): BudgetState {
  const account = state.cycles[cycleId] ?? NO_ACCOUNT;
  return {
    ...state,
    reservedMinor: state.reservedMinor + reserved,
    spentMinor: state.spentMinor + spent,
    cycles: {
      ...state.cycles,
      [cycleId]: {
        ...account,
        reservedMinor: account.reservedMinor + reserved,
        spentMinor: account.spentMinor + spent,
        ...through,
      },
    },
  };
}

export function evolve(state: BudgetState, event: Recorded<BudgetEvent>): BudgetState {
  switch (event.type) {
    case 'BudgetAllotted': {
      const { programmeId, fiscalYear, currency } = event.data;
      return {
        ...state,
        status: 'allotted',
        programmeId,
        fiscalYear,
        currency,
        allottedMinor: BigInt(event.data.amountMinor),
      };
    }
    case 'BudgetAdjusted':
      return { ...state, allottedMinor: state.allottedMinor + BigInt(event.data.deltaMinor) };
    case 'BudgetReserved':
      return move(state, event.data.cycleId, BigInt(event.data.amountMinor), 0n);
    case 'BudgetReservationReleased':
      return move(state, event.data.cycleId, -BigInt(event.data.amountMinor), 0n);
    case 'BudgetSpent':
      return move(
        state,
        event.data.cycleId,
        -BigInt(event.data.amountMinor),
        BigInt(event.data.amountMinor),
        { spentThrough: event.data.throughPosition },
      );
    case 'BudgetRefunded':
      return move(
        state,
        event.data.cycleId,
        BigInt(event.data.amountMinor),
        -BigInt(event.data.amountMinor),
        { refundedThrough: event.data.throughPosition },
      );
    default:
      return state;
  }
}
