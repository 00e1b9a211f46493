import type { EventStore } from '../adapters/event-store/port.js';
import { budgetDecider, type BudgetCommand } from '../budget/budget.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleId as cycleIdOf, partsOfPayment } from '../kernel/ids.js';
import { recordOne } from '../write-side/bulk.js';
import { partFrom, type Part } from '../write-side/unit.js';
import { budgetStreamOf } from '../use-cases/cycles/cycles.js';
import { foldPayment } from '../use-cases/folds.js';
import { AUTOMATION, type Deps } from '../write-side/context.js';
import type { ProcessManager } from './runner.js';

/**
 * Money that moved at a log position: positive when a payment settled, negative when a settled one
 * came back.
 */
interface Movement {
  readonly position: number;
  readonly cycleId: string;
  readonly amountMinor: bigint;
}

/**
 * Takes settled money from a cycle's reservation and gives returned money back, summed per cycle
 * and page. How far each cycle was summed is told by the budget stream itself, so every movement
 * counts once, whatever is delivered again.
 */
export const whenPaymentsSettleThenSpendBudget = (deps: Deps): ProcessManager => ({
  name: 'when-payments-settle-then-spend-budget',
  handles: ['PaymentSettled', 'PaymentReturned', 'PaymentRejected', 'PaymentBreakResolved'],
  async handle(events) {
    const correlationId = events[0]!.meta.correlation;
    const byCycle = Map.groupBy(
      await movementsOf(deps.store, events),
      (movement) => movement.cycleId,
    );
    for (const [cycleId, movements] of byCycle) {
      const stream = budgetStreamOf(cycleId);
      await recordOne(
        deps,
        { verb: 'move-budget', key: cycleId, parts: [moving(stream, cycleId, movements)] },
        { actor: AUTOMATION, correlationId },
      );
    }
  },
});

/** Decides from the budget's own history which of the movements are new. */
function moving(stream: string, cycleId: string, movements: readonly Movement[]): Part {
  return partFrom(stream, budgetDecider, movements, (events) => {
    const spent = through(events, 'BudgetSpent', cycleId);
    const refunded = through(events, 'BudgetRefunded', cycleId);
    return commandsOf(
      cycleId,
      movements.filter(
        ({ amountMinor, position }) => position > (amountMinor > 0n ? spent : refunded),
      ),
    );
  });
}

/**
 * In the order in which the money moved: what settles a second time is paid from what came back in
 * between.
 */
function commandsOf(cycleId: string, movements: readonly Movement[]): BudgetCommand[] {
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

function through(
  events: readonly Recorded[],
  type: 'BudgetSpent' | 'BudgetRefunded',
  cycleId: string,
): number {
  for (let i = events.length - 1; i >= 0; i -= 1) {
    const event = events[i]!;
    if (event.type === type && event.data.cycleId === cycleId) return event.data.throughPosition;
  }
  return -1;
}

/**
 * Ordered, instructed, accepted, settled: up to here nothing can have settled a payment before
 * PaymentSettled does.
 */
const PLAIN_REVISION = 3;

/**
 * A plain settlement moves its amount; other facts move what they change in whether the payment is
 * settled, net.
 */
async function movementsOf(store: EventStore, events: readonly Recorded[]): Promise<Movement[]> {
  const plain = (event: Recorded): boolean =>
    event.type === 'PaymentSettled' && event.revision <= PLAIN_REVISION;
  const unclear = [
    ...new Set(events.filter((event) => !plain(event)).map((event) => event.stream)),
  ];
  const histories = new Map(
    (unclear.length === 0 ? [] : await store.readStreams(unclear)).map((read) => [
      read.stream,
      read.events,
    ]),
  );
  const movements: Movement[] = [];
  for (const event of events) {
    const history = histories.get(event.stream);
    let amountMinor = 0n;
    if (event.type === 'PaymentSettled' && plain(event)) {
      amountMinor = BigInt(event.data.amountMinor);
    } else if (history) {
      amountMinor =
        settledMinor(history.slice(0, event.revision + 1)) -
        settledMinor(history.slice(0, event.revision));
    }
    if (amountMinor === 0n) continue;
    const { programmeId, period } = partsOfPayment(event.stream.slice('payment-'.length));
    movements.push({
      position: event.position,
      cycleId: cycleIdOf(programmeId, period),
      amountMinor,
    });
  }
  return movements;
}

function settledMinor(events: readonly Recorded[]): bigint {
  const state = foldPayment(events);
  return state.status === 'settled' ? BigInt(state.amountMinor) : 0n;
}
