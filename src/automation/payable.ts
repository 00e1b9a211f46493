import { entitlementFor } from '../eligibility/determine.js';
import { factsIn, payableIn, type EnrolmentState } from '../enrolment/enrolment.decider.js';
import type { EventData } from '../../events/generated.js';
import { addMonths } from '../kernel/time.js';
import type { ProgrammeBook } from './policy-book.js';

export interface Due { readonly amountMinor: string; readonly policyVersion: number; readonly contentHash: string; readonly items: EventData['PaymentOrdered']['items'] }

/**
 * What a cycle owes an enrolment: the entitlement of its period, and where no earlier cycle could have paid it (the
 * enrolment is newer than what each of them was prepared as of) also those from its start, each under the policy first
 * paid in that period. Items carry their period and sum to the amount.
 * @param paidThrough the latest position that an earlier cycle of the programme was prepared as of; -1 without one
 * @returns undefined where nothing is due
 */
export function dueIn(state: EnrolmentState, firstPosition: number, period: string, paidThrough: number, book: ProgrammeBook): Due | undefined {
  if (!payableIn(state, period)) return undefined;
  const from = firstPosition > paidThrough ? state.startPeriod : period;
  const items: EventData['PaymentOrdered']['items'] = [];
  let total = 0n;
  for (let month = from; month <= period; month = addMonths(month, 1)) {
    if (month !== period && !payableIn(state, month)) continue;
    const { version, compiled } = book.policyOf(month);
    const { facts } = factsIn(state, month);
    const entitlement = entitlementFor(compiled, version, facts, month);
    total += BigInt(entitlement.amountMinor);
    for (const item of entitlement.items) items.push(item);
  }
  if (total <= 0n) return undefined;
  return { amountMinor: String(total), policyVersion: book.policyOf(period).version, contentHash: factsIn(state, period).contentHash, items };
}
