import type { AggregateEvents, EventData } from '../../events/generated.js';
import { type Recorded } from '../kernel/decider.js';
import { proposed, withoutWordsOf, type Proposal } from '../kernel/two-people.js';
import { contentOfWaiver } from './waiver.rule.js';

export type RecoveryEvent = AggregateEvents['recovery'];

export interface RecoveryPlan {
  readonly sharePercent: number;
  readonly floorMinor: string;
  readonly agreedBy: string;
}

interface Deduction {
  readonly round: number;
  readonly amountMinor: bigint;
}

/**
 * What a household was paid too much by a programme, and what became of it. Amounts in minor units.
 */
export interface RecoveryState {
  readonly status: 'none' | 'open' | 'completed';
  readonly recoveryId: string;
  readonly programmeId: string;
  readonly personId: string;
  readonly region: string;
  readonly currency: string;
  readonly overpaidMinor: bigint;
  readonly waivedMinor: bigint;
  /** Of payments that stand, by payment. */
  readonly deductions: Readonly<Record<string, Deduction>>;
  readonly plan: RecoveryPlan | undefined;
  readonly suspended: boolean;
  /** What each correction found to be overpaid, less what was set against arrears. */
  readonly overpaidBy: Readonly<Record<string, bigint>>;
  /** What was set against the debt, by the correction that found it due. */
  readonly offsets: Readonly<Record<string, bigint>>;
  /** What one person said is to be let off, until a second one says the same or it is settled. */
  readonly waivers: readonly Proposal[];
}

export const initialState: RecoveryState = {
  status: 'none',
  recoveryId: '',
  programmeId: '',
  personId: '',
  region: '',
  currency: '',
  overpaidMinor: 0n,
  waivedMinor: 0n,
  deductions: {},
  plan: undefined,
  suspended: false,
  overpaidBy: {},
  offsets: {},
  waivers: [],
};

export const recoveredMinor = ({ deductions }: RecoveryState): bigint =>
  Object.values(deductions).reduce((total, { amountMinor }) => total + amountMinor, 0n);

/** What the household still owes; never negative. */
export const balanceMinor = (state: RecoveryState): bigint =>
  state.overpaidMinor - state.waivedMinor - recoveredMinor(state);

/**
 * What arrears are set against before they are paid, where an overpayment turns out to have been
 * due after all: what the family has of it still, because it owes it or was let off. Only what it
 * gave back is paid out again.
 */
export const offsettableMinor = (state: RecoveryState): bigint =>
  balanceMinor(state) + state.waivedMinor;

/**
 * The balance with what an earlier round of a payment deducted given back: that payment was
 * cancelled.
 */
const balanceFor = (state: RecoveryState, paymentId: string): bigint =>
  balanceMinor(state) + (state.deductions[paymentId]?.amountMinor ?? 0n);

/**
 * What a payment of so much may give back: the plan's share of it (rounded down to the minor unit),
 * what leaves the family its floor, and what is owed, whichever is least. Nothing without a plan,
 * or while an appeal runs.
 */
export function deductibleMinor(
  state: RecoveryState,
  paymentId: string,
  grossMinor: bigint,
): bigint {
  if (state.status === 'none' || !state.plan || state.suspended) return 0n;
  const shareMinor = (grossMinor * BigInt(state.plan.sharePercent)) / 100n;
  const aboveFloorMinor = grossMinor - BigInt(state.plan.floorMinor);
  const least = [shareMinor, aboveFloorMinor, balanceFor(state, paymentId)].reduce((a, b) =>
    b < a ? b : a,
  );
  return least > 0n ? least : 0n;
}

function without(
  deductions: RecoveryState['deductions'],
  paymentId: string,
): RecoveryState['deductions'] {
  const { [paymentId]: _gone, ...rest } = deductions;
  return rest;
}

export function evolve(state: RecoveryState, event: Recorded<RecoveryEvent>): RecoveryState {
  switch (event.type) {
    case 'OverpaymentEstablished':
      return established(state, event.data);
    case 'RecoveryPlanAgreed': {
      const { sharePercent, floorMinor } = event.data;
      return { ...state, plan: { sharePercent, floorMinor, agreedBy: event.meta.actor } };
    }
    case 'RecoveryDeducted':
      return deducted(state, event.data);
    case 'RecoveryDeductionReversed': {
      const deductions = without(state.deductions, event.data.paymentId);
      return { ...state, status: 'open', deductions };
    }
    case 'OverpaymentOffset':
      return offset(state, event.data);
    case 'RecoveryMoved':
      return { ...state, region: event.data.region };
    case 'RecoverySuspended':
      return { ...state, suspended: true };
    case 'RecoveryResumed':
      return { ...state, suspended: false };
    case 'OverpaymentWaiverProposed': {
      const said = { by: event.meta.actor, content: contentOfWaiver(event.data) };
      return { ...state, waivers: proposed(state.waivers, said) };
    }
    case 'OverpaymentWaiverWithdrawn':
      return { ...state, waivers: withoutWordsOf(state.waivers, event.meta.actor) };
    case 'OverpaymentWaived': {
      const waivedMinor = state.waivedMinor + BigInt(event.data.amountMinor);
      return { ...state, waivedMinor, waivers: [] };
    }
    case 'RecoveryCompleted':
      return { ...state, status: 'completed', waivers: [] };
    default:
      return state;
  }
}

function established(
  state: RecoveryState,
  data: EventData['OverpaymentEstablished'],
): RecoveryState {
  const { recoveryId, programmeId, personId, region, currency, correctionId, amountMinor } = data;
  return {
    ...state,
    status: 'open',
    recoveryId,
    programmeId,
    personId,
    region,
    currency,
    overpaidMinor: state.overpaidMinor + BigInt(amountMinor),
    overpaidBy: { ...state.overpaidBy, [correctionId]: BigInt(amountMinor) },
  };
}

/**
 * In place of what an earlier round of the same payment deducted, which was cancelled with it. The
 * debt is open until RecoveryCompleted says otherwise.
 */
function deducted(
  state: RecoveryState,
  { paymentId, round, amountMinor }: EventData['RecoveryDeducted'],
): RecoveryState {
  const deduction = { round, amountMinor: BigInt(amountMinor) };
  return {
    ...state,
    status: 'open',
    deductions: { ...state.deductions, [paymentId]: deduction },
  };
}

function offset(
  state: RecoveryState,
  { correctionId, amountMinor, waivedMinor }: EventData['OverpaymentOffset'],
): RecoveryState {
  return {
    ...state,
    overpaidMinor: state.overpaidMinor - BigInt(amountMinor),
    waivedMinor: state.waivedMinor - BigInt(waivedMinor),
    offsets: { ...state.offsets, [correctionId]: BigInt(amountMinor) },
  };
}
