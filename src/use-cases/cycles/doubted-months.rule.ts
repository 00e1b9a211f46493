import type { EventData } from '../../../events/generated.js';
import { isOfPolicy, RECOVERY_ITEM } from '../../eligibility/rules.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { isInDoubt } from '../../payment/payment-doubt.rule.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { isUnpaid } from '../../payment/payment.state.js';
import { clearersOf, type InDoubt, type NamedByEntries } from './doubted-arrears.rule.js';

type Items = EventData['PaymentOrdered']['items'];

/**
 * Months that the policy gives a payment besides the one of its cycle. No cycle before could have
 * paid that one; those a payment of an earlier cycle to the same identity may have paid. (Arrears
 * stand in for such payments too, and are looked at by themselves.)
 */
export const earlierMonths = (items: Items, period: string): readonly string[] =>
  items.filter((item) => isOfPolicy(item) && item.period < period).map((item) => item.period);

/**
 * What stands against paying months which earlier payments to the same identity failed to pay. They
 * wait where one of those may have been paid after all, or was: for good, then.
 */
export function doubtedMonths(
  items: Items,
  period: string,
  before: readonly (readonly Recorded[])[],
  entries?: NamedByEntries,
): InDoubt | undefined {
  const behind = before.filter((events) => paysOneOf(events, items, period));
  const waits = behind.some((events) => mayBePaid(events, entries));
  const cleared = behind.flatMap((events) => clearersOf(events, entries));
  if (!waits && cleared.length === 0) return undefined;
  return { waits, clearedBy: [...new Set(cleared)].sort(), correctors: [] };
}

function paysOneOf(events: readonly Recorded[], items: Items, period: string): boolean {
  const months = new Set(earlierMonths(items, period));
  const ordered = events.findLast((event) => event.type === 'PaymentOrdered');
  return (ordered?.data.items ?? []).some(
    (item) => item.code !== RECOVERY_ITEM && months.has(item.period),
  );
}

function mayBePaid(events: readonly Recorded[], entries: NamedByEntries | undefined): boolean {
  const payment = fold(paymentDecider, events);
  if (payment.status === 'none' || payment.status === 'cancelled') return false;
  return !isUnpaid(payment) || isInDoubt(events, (one) => entries?.naming(one) !== undefined);
}
