import type { EventStore } from '../adapters/event-store/port.js';
import { budgetDecider, type BudgetCommand } from '../budget/budget.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleId as cycleIdOf, partsOfPayment } from '../kernel/ids.js';
import { recordOne, task, type Step, type Task } from './batch.js';
import { budgetStreamOf } from './cycles.js';
import { foldPayment } from './folds.js';
import { AUTOMATION, type Deps } from './job.js';
import type { ProcessManager } from './runner.js';

/** Money that moved at a log position: positive when a payment settled, negative when a settled one came back. */
interface Movement { readonly position: number; readonly cycleId: string; readonly amountMinor: bigint }

/**
 * Takes settled money from a cycle's reservation and gives returned money back, summed per cycle and page. How far each
 * cycle was summed is told by the budget stream itself, so every movement counts once, whatever is delivered again.
 */
export const whenPaymentsSettleThenSpendBudget = (deps: Deps): ProcessManager => ({
  name: 'when-payments-settle-then-spend-budget',
  handles: ['PaymentSettled', 'PaymentReturned', 'PaymentRejected', 'PaymentBreakResolved'],
  async handle(events) {
    const correlationId = events[0]!.meta.correlation;
    const byCycle = Map.groupBy(await movementsOf(deps.store, events), (movement) => movement.cycleId);
    for (const [cycleId, movements] of byCycle) {
      const stream = budgetStreamOf(cycleId);
      await recordOne(deps, { verb: 'move-budget', key: cycleId, tasks: [moving(stream, cycleId, movements)] }, { actor: AUTOMATION, correlationId });
    }
  },
});

/** Decides from the budget's own history which of the movements are new. */
function moving(stream: string, cycleId: string, movements: readonly Movement[]): Task {
  return {
    stream,
    decide(events, context) {
      const steps = [
        ...step('SpendBudget', cycleId, movements.filter((m) => m.amountMinor > 0n && m.position > through(events, 'BudgetSpent', cycleId))),
        ...step('RefundBudget', cycleId, movements.filter((m) => m.amountMinor < 0n && m.position > through(events, 'BudgetRefunded', cycleId))),
      ];
      return task(stream, budgetDecider, ...steps).decide(events, context);
    },
  };
}

function step<S>(type: 'SpendBudget' | 'RefundBudget', cycleId: string, movements: readonly Movement[]): Step<S, BudgetCommand>[] {
  if (movements.length === 0) return [];
  const total = movements.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return [{ command: { type, cycleId, amountMinor: String(total < 0n ? -total : total), count: movements.length, throughPosition: movements.at(-1)!.position } }];
}

function through(events: readonly Recorded[], type: 'BudgetSpent' | 'BudgetRefunded', cycleId: string): number {
  for (let i = events.length - 1; i >= 0; i -= 1) {
    const event = events[i]!;
    if (event.type === type && event.data.cycleId === cycleId) return event.data.throughPosition;
  }
  return -1;
}

/** Ordered, instructed, accepted, settled: up to here nothing can have settled a payment before PaymentSettled does. */
const PLAIN_REVISION = 3;

/** A plain settlement moves its amount; other facts move what they change in whether the payment is settled, net. */
async function movementsOf(store: EventStore, events: readonly Recorded[]): Promise<Movement[]> {
  const plain = (event: Recorded): boolean => event.type === 'PaymentSettled' && event.revision <= PLAIN_REVISION;
  const unclear = [...new Set(events.filter((event) => !plain(event)).map((event) => event.stream))];
  const histories = new Map((unclear.length === 0 ? [] : await store.readStreams(unclear)).map((read) => [read.stream, read.events]));
  const movements: Movement[] = [];
  for (const event of events) {
    const history = histories.get(event.stream);
    const amountMinor = event.type === 'PaymentSettled' && plain(event)
      ? BigInt(event.data.amountMinor)
      : history ? settledMinor(history.slice(0, event.revision + 1)) - settledMinor(history.slice(0, event.revision)) : 0n;
    if (amountMinor === 0n) continue;
    const { programmeId, period } = partsOfPayment(event.stream.slice('payment-'.length));
    movements.push({ position: event.position, cycleId: cycleIdOf(programmeId, period), amountMinor });
  }
  return movements;
}

function settledMinor(events: readonly Recorded[]): bigint {
  const state = foldPayment(events);
  return state.status === 'settled' ? BigInt(state.amountMinor) : 0n;
}
