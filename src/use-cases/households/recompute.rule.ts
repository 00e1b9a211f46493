import type { Recorded } from '../../kernel/decider.js';
import type { PolicyInForce } from '../../write-side/readers.js';
import type { EventData } from '../../../events/generated.js';
import type { AdjustmentState, Proposal } from '../../correction/adjustment.state.js';
import { entitlementFor } from '../../eligibility/determine.js';
import { ARREARS_ITEM, RECOVERY_ITEM } from '../../eligibility/rules.js';
import { DomainError } from '../../kernel/errors.js';
import {
  factsIn,
  isCertifiedIn,
  payableIn,
  type EnrolmentState,
} from '../../enrolment/enrolment.state.js';
import { lifeIn, livesOf } from '../../enrolment/lives.rule.js';
import type { MonthsPaid } from './months-paid.rule.js';
import type { RecoveryState } from '../../recovery/recovery.state.js';

type Month = Proposal['periods'][number];
type Item = Month['items'][number];
/**
 * A payment that stands: ordered, not cancelled, and not rejected or returned for good; with the
 * items that count.
 */
export type Standing = Pick<
  EventData['PaymentOrdered'],
  'period' | 'policyVersion' | 'contentHash' | 'items'
> & {
  /** Whether it was instructed. What was not is left out of the release where it is not due. */
  readonly isSent: boolean;
  /** Whether it failed, and a break leaves open whether it was paid all the same. */
  readonly isDoubted: boolean;
};
/** What a payment that stands was ordered for, and what is known of it. */
export type OrderedPayment = EventData['PaymentOrdered'] & Pick<Standing, 'isSent' | 'isDoubted'>;

/**
 * What a payment that stands counts for. Arrears and a recovery count by the corrections that they
 * come from, as long as the household's account says that this payment carries them. Where the
 * account took them back because the payment had lapsed, and the bank paid it late all the same,
 * they count as what they are: money that left, or that was kept back, once more.
 */
export function standingOf(
  ordered: OrderedPayment,
  adjustment: AdjustmentState,
  recovery: RecoveryState,
): Standing {
  const { period, policyVersion, contentHash, items, paymentId, round } = ordered;
  const { isSent, isDoubted } = ordered;
  const carried = adjustment.arrears.some(
    ({ orderedBy }) => orderedBy?.paymentId === paymentId && orderedBy.round === round,
  );
  const deducted = recovery.deductions[paymentId]?.round === round;
  return {
    period,
    policyVersion,
    contentHash,
    isSent,
    isDoubted,
    items: items.filter(
      ({ code }) => !((code === ARREARS_ITEM && carried) || (code === RECOVERY_ITEM && deducted)),
    ),
  };
}

export interface Household {
  /** Each of its enrolments in the programme, the oldest first; the last one is the present. */
  readonly lives: readonly EnrolmentState[];
  readonly payments: readonly Standing[];
  /** Paid to the same identity while it was registered for another person, or maybe paid. */
  readonly elsewhere?: MonthsPaid;
  /** What earlier corrections put on its account. */
  readonly established: readonly Proposal[];
}

/** A household, from its enrolment's stream, its accounts and the payments that stand. */
export function householdOf(
  enrolment: readonly Recorded[],
  adjustment: AdjustmentState,
  recovery: RecoveryState,
  payments: readonly OrderedPayment[],
): Household {
  return {
    lives: livesOf(enrolment),
    payments: payments.map((ordered) => standingOf(ordered, adjustment, recovery)),
    established: adjustment.established,
  };
}

type PaidItem = Standing['items'][number];

const keyOf = ({ code, member }: { readonly code: string; readonly member?: number }): string =>
  `${code}|${member ?? ''}`;

/** Amounts by benefit and member, as they stand before and as they are due. */
class MonthLedger {
  readonly #rows = new Map<
    string,
    { readonly code: string; readonly member?: number; paid: bigint; due: bigint }
  >();

  add(
    item: { readonly code: string; readonly member?: number },
    side: 'paid' | 'due',
    amountMinor: bigint,
  ): void {
    const key = keyOf(item);
    let row = this.#rows.get(key);
    if (!row) {
      const { code, member } = item;
      row = { code, ...(member === undefined ? {} : { member }), paid: 0n, due: 0n };
      this.#rows.set(key, row);
    }
    row[side] += amountMinor;
  }

  /**
   * What may have been paid keeps its month from being paid again, and is no overpayment: nobody
   * owes what they may not have. It counts up to what is due.
   */
  addUpToDue(items: readonly PaidItem[]): void {
    const amount = items.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const open = this.total('due') - this.total('paid');
    if (amount <= 0n) return;
    if (amount <= open) for (const item of items) this.add(item, 'paid', BigInt(item.amountMinor));
    else if (open > 0n) this.add(items[0]!, 'paid', open);
  }

  differences(): Item[] {
    const rows = [...this.#rows.values()].filter(({ paid, due }) => paid !== due);
    return rows.map(({ paid, due, ...item }) => ({
      ...item,
      paidMinor: String(paid),
      dueMinor: String(due),
    }));
  }

  total(side: 'paid' | 'due'): bigint {
    let total = 0n;
    for (const row of this.#rows.values()) total += row[side];
    return total;
  }
}

/**
 * What a household is due for each month less what stands as paid for it, item by item and child by
 * child. Payments count by the months of their items, so what a first cycle paid for earlier months
 * counts there.
 * @param rulingIn the policy that a month is due under; undefined where none is
 * @param paidUnder the version that the month was paid under where its payment does not say
 * @param onUnevaluable told of each month whose policy cannot be applied to the household's facts
 * @returns undefined where both are the same in sum
 */
export function differenceOf(
  household: Household,
  periods: readonly string[],
  rulingIn: (period: string) => PolicyInForce | undefined,
  paidUnder: (period: string) => number | undefined,
  onUnevaluable?: (period: string, why: string) => void,
): Pick<Proposal, 'differenceMinor' | 'periods'> | undefined {
  const months = monthsThatDiffer(household, periods, rulingIn, paidUnder, onUnevaluable);
  const difference = months.reduce((sum, month) => sum + differenceIn(month), 0n);
  return difference === 0n ? undefined : { differenceMinor: String(difference), periods: months };
}

/** Of a month, or of an item of it. */
export const differenceIn = ({
  dueMinor,
  paidMinor,
}: Pick<Month, 'dueMinor' | 'paidMinor'>): bigint => BigInt(dueMinor) - BigInt(paidMinor);

/** The months of which some item differs, also where they come to nothing together. */
export function monthsThatDiffer(
  household: Household,
  periods: readonly string[],
  rulingIn: (period: string) => PolicyInForce | undefined,
  paidUnder: (period: string) => number | undefined,
  onUnevaluable?: (period: string, why: string) => void,
): Month[] {
  return periods.flatMap((period) => {
    const of = [household, period, rulingIn, paidUnder] as const;
    return monthOrNone(of, (why) => onUnevaluable?.(period, why)) ?? [];
  });
}

/** What was paid for a month whose policy cannot be applied to the household's facts stands. */
function monthOrNone(
  of: Readonly<Parameters<typeof monthOf>>,
  onUnevaluable: (why: string) => void,
): Month | undefined {
  try {
    return monthOf(...of);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'POLICY_EVALUATION_FAILED') throw error;
    onUnevaluable(error.detail);
    return undefined;
  }
}

function monthOf(
  { lives, payments, established, elsewhere }: Household,
  period: string,
  rulingIn: (period: string) => PolicyInForce | undefined,
  paidUnder: (period: string) => number | undefined,
): Month | undefined {
  const ledger = new MonthLedger();
  const life = lifeIn(lives, period);
  const isPaying = life !== undefined && payableIn(life, period);
  const standing = payments.filter(({ isSent }) => isSent || isPaying);
  const paidBy = standing.findLast((payment) => payment.period === period);
  const isIn = (item: { readonly period: string }): boolean => item.period === period;
  const items = (isDoubted: boolean): readonly PaidItem[] =>
    standing.filter((one) => one.isDoubted === isDoubted).flatMap((one) => one.items.filter(isIn));
  const certain = items(false);
  for (const item of certain) ledger.add(item, 'paid', BigInt(item.amountMinor));
  const corrected = established.flatMap((one) => one.periods.filter(isIn));
  for (const item of corrected.flatMap((month) => month.items))
    ledger.add(item, 'paid', BigInt(item.dueMinor) - BigInt(item.paidMinor));
  const payable = isPaying && isCertifiedIn(life, period) && !elsewhere?.paid.has(period);
  const ruling = payable ? rulingIn(period) : undefined;
  if (life && ruling)
    for (const item of entitlementFor(
      ruling.compiled,
      ruling.version,
      factsIn(life, period).facts,
      period,
    ).items)
      ledger.add(item, 'due', BigInt(item.amountMinor));
  const doubted = items(true).filter(({ code }) => code !== RECOVERY_ITEM);
  ledger.addUpToDue(doubted);
  // The same of what others may have been paid: it keeps the month from being paid here.
  if (elsewhere?.doubted.has(period) && ledger.total('due') > ledger.total('paid'))
    return undefined;
  const paid = certain.length + corrected.length + doubted.length > 0;
  const differences = ledger.differences();
  if (differences.length === 0) return undefined;
  const causes: Month['causes'] = [];
  if (!ruling) causes.push('not-payable');
  else if (!paid) causes.push('not-paid');
  else {
    if ((paidBy?.policyVersion ?? paidUnder(period)) !== ruling.version) causes.push('policy');
    if (!paidBy || causes.length === 0 || paidBy.contentHash !== factsIn(life!, period).contentHash)
      causes.push('facts');
  }
  return {
    period,
    ...(ruling ? { policyVersion: ruling.version } : {}),
    causes,
    paidMinor: String(ledger.total('paid')),
    dueMinor: String(ledger.total('due')),
    items: differences,
  };
}
