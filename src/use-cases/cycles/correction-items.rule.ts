import type { EventData } from '../../../events/generated.js';
import {
  arrearsMinor,
  availableArrears,
  type AdjustmentState,
} from '../../correction/adjustment.state.js';
import { ARREARS_ITEM, RECOVERY_ITEM } from '../../eligibility/rules.js';
import { deductibleMinor, type RecoveryState } from '../../recovery/recovery.state.js';

type Items = EventData['PaymentOrdered']['items'];
/** Arrears that a payment carries, and the corrections that they are of. */
export interface CarriedArrears {
  readonly amountMinor: string;
  readonly correctionIds: readonly string[];
  readonly items: Items;
}

/**
 * What a payment carries of a household's approved arrears: an item a month and member, the
 * benefits summed; without a member also what was set against a debt.
 * @param doubted corrections whose arrears wait (see doubtedCorrections)
 */
export function arrearsFor(
  state: AdjustmentState,
  paymentId: string,
  round: number,
  doubted: ReadonlySet<string> = new Set(),
): CarriedArrears | undefined {
  const arrears = availableArrears(state, paymentId, round).filter(
    ({ proposal }) => !doubted.has(proposal.correctionId),
  );
  if (arrears.length === 0) return undefined;
  const sums = new Map<
    string,
    { readonly period: string; readonly member?: number; total: bigint }
  >();
  const add = (period: string, member: number | undefined, minor: bigint): void => {
    const key = `${period} ${String(member ?? 0).padStart(3, '0')}`;
    let sum = sums.get(key);
    if (!sum) {
      sum = { period, ...(member === undefined ? {} : { member }), total: 0n };
      sums.set(key, sum);
    }
    sum.total += minor;
  };
  for (const { proposal, offsetMinor } of arrears) {
    const [first] = proposal.periods;
    if (first && offsetMinor > 0n) add(first.period, undefined, -offsetMinor);
    for (const { period, items } of proposal.periods) {
      for (const { member, paidMinor, dueMinor } of items) {
        add(period, member, BigInt(dueMinor) - BigInt(paidMinor));
      }
    }
  }
  const items = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, { total }]) => total !== 0n)
    .map(([, { total, ...of }]) => ({ code: ARREARS_ITEM, ...of, amountMinor: String(total) }));
  return {
    amountMinor: String(arrearsMinor(arrears)),
    correctionIds: arrears.map(({ proposal }) => proposal.correctionId),
    items,
  };
}

/**
 * What a payment of so much gives back, as an item of it; undefined where nothing is to be
 * deducted.
 */
export function recoveryFor(
  state: RecoveryState,
  paymentId: string,
  period: string,
  grossMinor: bigint,
): Items[number] | undefined {
  const amount = deductibleMinor(state, paymentId, grossMinor);
  return amount > 0n ? { code: RECOVERY_ITEM, period, amountMinor: String(-amount) } : undefined;
}
