import type { ProgrammePolicies } from '../../write-side/readers.js';
import { entitlementFor } from '../../eligibility/determine.js';
import { isOfPolicy } from '../../eligibility/rules.js';
import { factsIn, payableIn, type EnrolmentState } from '../../enrolment/enrolment.decider.js';
import type { EventData } from '../../../events/generated.js';
import type { RecoveryState } from '../../recovery/recovery.state.js';
import { recoveryFor, type CarriedArrears } from './correction-items.rule.js';
import { addMonths } from '../../kernel/time.js';

/** What a recovery keeps back of a payment. */
export interface Deduction {
  readonly grossMinor: string;
  readonly amountMinor: string;
}

export interface Due {
  readonly amountMinor: string;
  readonly policyVersion: number;
  readonly contentHash: string;
  readonly items: EventData['PaymentOrdered']['items'];
}

/**
 * What a cycle owes an enrolment: the entitlement of its period, and where no earlier cycle could
 * have paid it (the enrolment is newer than what each of them was prepared as of) also those from
 * its start, each under the policy first paid in that period. Items carry their period and sum to
 * the amount.
 * @param paidThrough the latest position that an earlier cycle of the programme was prepared as of;
 *   -1 without one
 * @param arrears approved ones, which the payment carries with it
 * @returns undefined where nothing is due
 */
export function dueIn(
  state: EnrolmentState,
  firstPosition: number,
  period: string,
  paidThrough: number,
  policies: Pick<ProgrammePolicies, 'policyOf'>,
  arrears?: CarriedArrears,
): Due | undefined {
  if (!payableIn(state, period)) return undefined;
  const from = firstPosition > paidThrough ? state.startPeriod : period;
  const items: EventData['PaymentOrdered']['items'] = [];
  let total = 0n;
  for (let month = from; month <= period; month = addMonths(month, 1)) {
    if (month !== period && !payableIn(state, month)) continue;
    const { version, compiled } = policies.policyOf(month);
    const { facts } = factsIn(state, month);
    const entitlement = entitlementFor(compiled, version, facts, month);
    total += BigInt(entitlement.amountMinor);
    for (const item of entitlement.items) items.push(item);
  }
  if (arrears) {
    total += BigInt(arrears.amountMinor);
    items.push(...arrears.items);
  }
  if (total <= 0n) return undefined;
  return {
    amountMinor: String(total),
    policyVersion: policies.policyOf(period).version,
    contentHash: factsIn(state, period).contentHash,
    items,
  };
}

/** The same less what a recovery keeps back, where its plan gives something of this payment. */
export function lessRecovery(
  due: Due,
  recovery: RecoveryState,
  paymentId: string,
  period: string,
): { readonly due: Due; readonly deduction?: Deduction } {
  const item = recoveryFor(recovery, paymentId, period, BigInt(due.amountMinor));
  if (!item) return { due };
  const amountMinor = -BigInt(item.amountMinor);
  return {
    due: {
      ...due,
      amountMinor: String(BigInt(due.amountMinor) - amountMinor),
      items: [...due.items, item],
    },
    deduction: { grossMinor: due.amountMinor, amountMinor: String(amountMinor) },
  };
}

/**
 * Whether the items of each period (approved arrears apart, which are of other months) are no more
 * than what the household's facts give in it under the policy first paid then.
 */
export function withinEntitlement(
  enrolment: EnrolmentState,
  items: Due['items'],
  policies: Pick<ProgrammePolicies, 'policyOf'>,
): boolean {
  const byPeriod = new Map<string, bigint>();
  for (const { period, amountMinor } of items.filter(isOfPolicy))
    byPeriod.set(period, (byPeriod.get(period) ?? 0n) + BigInt(amountMinor));
  if (byPeriod.size > 0 && enrolment.status === 'none') return false;
  return [...byPeriod].every(([period, amountMinor]) => {
    const { version, compiled } = policies.policyOf(period);
    const { facts } = factsIn(enrolment, period);
    return amountMinor <= BigInt(entitlementFor(compiled, version, facts, period).amountMinor);
  });
}
