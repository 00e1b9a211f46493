import type { ProgrammePolicies } from '../../write-side/readers.js';
import { entitlementFor } from '../../eligibility/determine.js';
import { isOfPolicy } from '../../eligibility/rules.js';
import {
  factsIn,
  isCertifiedIn,
  isPaidIn,
  payableIn,
  type EnrolmentState,
} from '../../enrolment/enrolment.state.js';
import type { EventData } from '../../../events/generated.js';
import type { RecoveryState } from '../../recovery/recovery.state.js';
import { recoveryFor, type CarriedArrears } from './correction-items.rule.js';
import { DomainError } from '../../kernel/errors.js';
import { addMonths } from '../../kernel/time.js';

/** That the policy does not give what a household is due on its facts. */
export const isNotEvaluable = (error: unknown): error is DomainError =>
  error instanceof DomainError &&
  (error.code === 'POLICY_EVALUATION_FAILED' || error.code === 'NO_POLICY_FOR_PERIOD');

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
 * What a cycle owes an enrolment: the entitlement of its period, and those of earlier months that
 * no earlier cycle could have paid, each under the policy first paid in that period. Months that
 * were paid to the same identity already are left out, and those for which nobody recertified the
 * household. Items carry their period and sum to the amount. Nothing while the enrolment is
 * suspended or has not begun; of one that is over, what is left.
 * @param from first month that no earlier cycle could have paid
 * @returns undefined where nothing is due
 */
export function dueIn(
  state: EnrolmentState,
  from: string,
  period: string,
  policies: Pick<ProgrammePolicies, 'policyOf'>,
  { arrears, paid }: Besides = {},
): Due | undefined {
  if (!isPaidIn(state, period)) return undefined;
  const items: EventData['PaymentOrdered']['items'] = [];
  let total = 0n;
  for (let month = from; month <= period; month = addMonths(month, 1)) {
    if (!payableIn(state, month) || !isCertifiedIn(state, month)) continue;
    if (paid?.has(month)) continue;
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

/** What a payment depends on besides the enrolment. */
interface Besides {
  /** Approved ones, which the payment carries with it. */
  readonly arrears?: CarriedArrears | undefined;
  /**
   * Months that were paid to the same identity, whoever it was registered for, or that are paid
   * from the household's account.
   */
  readonly paid?: ReadonlySet<string> | undefined;
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
    return amountMinor <= givenBy(() => entitlementFor(compiled, version, facts, period));
  });
}

/** Nothing where the policy cannot be applied to the facts as they are now. */
function givenBy(entitlement: () => { readonly amountMinor: string }): bigint {
  try {
    return BigInt(entitlement().amountMinor);
  } catch (error) {
    if (isNotEvaluable(error)) return 0n;
    throw error;
  }
}
