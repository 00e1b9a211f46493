import type { EventType } from '../../events/generated.js';
import { MAX_PAGE, type EventStore } from '../adapters/event-store/port.js';
import { budgetDecider } from '../budget/budget.decider.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleId as cycleIdOf, idIn, partsOfPayment, streams } from '../kernel/ids.js';
import { recordOne } from '../write-side/bulk.js';
import { partFrom, type Part } from '../write-side/unit.js';
import { budgetStreamOf } from '../cycle/cycle-reader.js';
import {
  budgetCommands,
  isPlain,
  movedMinor,
  summedThrough,
  type Movement,
} from '../use-cases/cycles/budget-movements.rule.js';
import { AUTOMATION, type Deps } from '../write-side/context.js';
import type { ProcessManager } from './runner.js';

const MOVING = [
  'PaymentSettled',
  'PaymentReturned',
  'PaymentRejected',
  'PaymentBreakResolved',
] as const satisfies readonly EventType[];
const MOVES: ReadonlySet<string> = new Set(MOVING);

/**
 * Takes settled money from a cycle's reservation and gives returned money back, summed per cycle.
 * The events that it is given only say which cycles moved, and how far: what moved is read from the
 * log, from where the budget's own stream says that it was summed through. So every movement counts
 * once, whatever is delivered, in whichever order and however often.
 */
export const whenPaymentsSettleThenSpendBudget = (deps: Deps): ProcessManager => ({
  name: 'when-payments-settle-then-spend-budget',
  handles: MOVING,
  async handle(events, signal) {
    const spans = await spansOf(deps.store, events);
    if (spans.length === 0) return;
    const byCycle = await movementsIn(deps.store, spans, signal);
    const base = { actor: AUTOMATION, correlationId: events[0]!.meta.correlation };
    for (const { cycleId, through } of spans) {
      const parts = [moving(cycleId, through, byCycle.get(cycleId) ?? [])];
      await recordOne(deps, { verb: 'move-budget', key: cycleId, parts }, base);
    }
  },
});

/** What of the log is not summed yet for a cycle: after one position, through another. */
interface Span {
  readonly cycleId: string;
  readonly after: number;
  readonly through: number;
}

async function spansOf(store: EventStore, events: readonly Recorded[]): Promise<Span[]> {
  const through = new Map<string, number>();
  for (const { stream, position } of events) {
    const cycleId = cycleOf(stream);
    through.set(cycleId, Math.max(position, through.get(cycleId) ?? -1));
  }
  const spans: Span[] = [];
  for (const [cycleId, last] of through) {
    const summed = summedThrough(await store.readStream(budgetStreamOf(cycleId)), cycleId);
    if (last <= summed) continue;
    const after = summed < 0 ? await releasedAt(store, cycleId) : summed;
    spans.push({ cycleId, after, through: last });
  }
  return spans;
}

/** Before it nothing of the cycle can have settled. */
async function releasedAt(store: EventStore, cycleId: string): Promise<number> {
  const history = await store.readStream(streams.cycle(cycleId));
  return history.find(({ type }) => type === 'CycleReleased')?.position ?? -1;
}

/** One walk over the log for all of them. */
async function movementsIn(
  store: EventStore,
  spans: readonly Span[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly Movement[]>> {
  const of = new Map(spans.map((span) => [span.cycleId, span]));
  const found = new Map(spans.map(({ cycleId }): [string, Movement[]] => [cycleId, []]));
  const end = Math.max(...spans.map(({ through }) => through));
  for (let after = Math.min(...spans.map((span) => span.after)); after < end;) {
    signal?.throwIfAborted();
    const page = await store.readAll(after, MAX_PAGE);
    const ours = page.events.filter(({ stream, type, position }) => {
      const span = MOVES.has(type) ? of.get(cycleOf(stream)) : undefined;
      return span !== undefined && position > span.after && position <= span.through;
    });
    for (const movement of await movementsOf(store, ours))
      found.get(movement.cycleId)!.push(movement);
    if (page.events.length === 0) break;
    after = page.next;
  }
  return found;
}

/** Decides from the budget's own history which of the movements are new. */
function moving(cycleId: string, through: number, movements: readonly Movement[]): Part {
  return partFrom(budgetStreamOf(cycleId), budgetDecider, [cycleId, through], (events) => {
    const summed = summedThrough(events, cycleId);
    return budgetCommands(
      cycleId,
      movements.filter(({ position }) => position > summed),
    );
  });
}

function cycleOf(paymentStream: string): string {
  const { programmeId, period } = partsOfPayment(idIn(paymentStream));
  return cycleIdOf(programmeId, period);
}

/** What these events moved, net. */
async function movementsOf(store: EventStore, events: readonly Recorded[]): Promise<Movement[]> {
  const unclear = new Set(events.filter((event) => !isPlain(event)).map(({ stream }) => stream));
  const read = unclear.size === 0 ? [] : await store.readStreams([...unclear]);
  const histories = new Map(read.map(({ stream, events: history }) => [stream, history]));
  return events.flatMap((event): Movement[] => {
    const amountMinor = movedMinor(event, histories.get(event.stream));
    if (amountMinor === 0n) return [];
    return [{ position: event.position, cycleId: cycleOf(event.stream), amountMinor }];
  });
}
