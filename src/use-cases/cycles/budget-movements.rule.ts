import type { BudgetCommand } from '../../budget/budget.decider.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { spentMinor } from '../../payment/payment.state.js';

/**
 * Money that moved at a log position: positive when a payment settled, negative when a settled one
 * came back.
 */
export interface Movement {
  readonly position: number;
  readonly cycleId: string;
  readonly amountMinor: bigint;
}

/**
 * In the order in which the money moved: what settles a second time is paid from what came back in
 * between.
 */
export function budgetCommands(cycleId: string, movements: readonly Movement[]): BudgetCommand[] {
  const flows: {
    readonly type: 'SpendBudget' | 'RefundBudget';
    total: bigint;
    count: number;
    throughPosition: number;
  }[] = [];
  for (const { amountMinor, position } of movements) {
    const type = amountMinor > 0n ? 'SpendBudget' : 'RefundBudget';
    let flow = flows.at(-1);
    if (flow?.type !== type) {
      flow = { type, total: 0n, count: 0, throughPosition: position };
      flows.push(flow);
    }
    flow.total += amountMinor > 0n ? amountMinor : -amountMinor;
    flow.count += 1;
    flow.throughPosition = position;
  }
  return flows.map(({ total, ...flow }) => ({ ...flow, cycleId, amountMinor: String(total) }));
}

/**
 * Whatever moved up to a position is summed at once, and in order, so the later of the two flows
 * tells how far.
 */
export function summedThrough(events: readonly Recorded[], cycleId: string): number {
  let through = -1;
  for (const event of events)
    if (
      (event.type === 'BudgetSpent' || event.type === 'BudgetRefunded') &&
      event.data.cycleId === cycleId
    )
      through = Math.max(through, event.data.throughPosition);
  return through;
}

/**
 * Ordered, instructed, accepted, settled: up to here nothing can have settled a payment before
 * PaymentSettled does.
 */
const PLAIN_REVISION = 3;

/** A settlement that needs no other event of its payment to be understood. */
export const isPlain = (event: Recorded): boolean =>
  event.type === 'PaymentSettled' && event.revision <= PLAIN_REVISION;

/**
 * What an event moved: a plain settlement its amount, another fact what it changes in what the
 * payment costs.
 * @param history of the payment, where the event is not plain
 */
export function movedMinor(event: Recorded, history: readonly Recorded[] | undefined): bigint {
  if (event.type === 'PaymentSettled' && isPlain(event)) return BigInt(event.data.amountMinor);
  if (!history) return 0n;
  const before = spent(history.slice(0, event.revision));
  return spent(history.slice(0, event.revision + 1)) - before;
}

const spent = (events: readonly Recorded[]): bigint => spentMinor(fold(paymentDecider, events));
