import { MAX_PAGE, type EventStore } from '../../adapters/event-store/port.js';
import { budgetDecider } from '../../budget/budget.decider.js';
import { cycleDecider, NOT_RECONCILED } from '../../cycle/cycle.decider.js';
import type { Figures } from '../../cycle/cycle.state.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { part, partFrom, type Part } from '../../write-side/unit.js';
import { budgetStreamOf, filesOfCycle, readCycle } from '../../cycle/cycle-reader.js';
import { foldBudget } from '../folds.js';
import { foldBankEntry } from '../folds.js';
import {
  isAboutCycle,
  movesFigures,
  release,
  requireSpent,
  type CycleMoney,
} from './closing.rule.js';
import type { Deps, CommandContext } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';

export interface CloseArgs {
  readonly cycleId: string;
}

/**
 * Closes a cycle and releases what is left of its reservation, together. Refused with open breaks
 * or anything outstanding, with bank entries that name it and that nobody decided on, where a
 * payment moved after the reconciliation, and until the budget has spent exactly what settled and
 * what banks kept of what came back: a reservation released earlier would be missing then.
 * @throws DomainError ENTRIES_OPEN, NOT_RECONCILED, SPENDING_NOT_RECORDED
 */
export async function closeCycleParts(
  deps: Pick<Deps, 'store'>,
  { cycleId }: CloseArgs,
): Promise<readonly Part[]> {
  const { figures } = await readCycle(deps.store, cycleId);
  const waiting = await entriesAbout(deps.store, cycleId);
  if (waiting.length > 0)
    throw new DomainError(
      'ENTRIES_OPEN',
      `${waiting.length} entries of banks may be about payments of this cycle and wait for a person, the first is ${waiting[0]}; assign or dismiss them.`,
      'rule',
      'cycleId',
    );
  if (figures && (await movedSince(deps.store, cycleId, figures.throughPosition))) {
    throw new DomainError(
      'NOT_RECONCILED',
      'Payments moved since the cycle was reconciled; reconcile it again.',
      'conflict',
      'cycleId',
    );
  }
  const budget = budgetStreamOf(cycleId);
  const planned = accountIn(await deps.store.readStream(budget), cycleId);
  if (figures) requireSpent(figures, planned);
  const releasedMinor = String(planned.reservedMinor);
  const { throughPosition } = figures ?? { throughPosition: NOT_RECONCILED };
  return [
    part(streams.cycle(cycleId), cycleDecider, {
      type: 'CloseCycle',
      releasedMinor,
      throughPosition,
    }),
    // Also where nothing is left to release: what was spent must be what settled.
    { ...releasing(budget, cycleId, figures, planned), guards: true },
  ];
}

/** Releases what was looked at, or nothing of the unit is recorded. */
const releasing = (
  budget: string,
  cycleId: string,
  figures: Figures | undefined,
  planned: CycleMoney,
): Part =>
  partFrom(budget, budgetDecider, [cycleId, planned.reservedMinor], (events) =>
    release(cycleId, figures, planned, accountIn(events, cycleId)),
  );

const accountIn = (events: readonly Recorded[], cycleId: string): CycleMoney =>
  foldBudget(events).cycles[cycleId] ?? { reservedMinor: 0n, spentMinor: 0n };

/** Closes a cycle for a caller that has no command bus; refuses what `closeCycleParts` refuses. */
export async function closeCycle(
  deps: Deps,
  args: CloseArgs,
  context: CommandContext,
): Promise<CommandResult> {
  return execute(deps, await closeCycleParts(deps, args), context);
}

/**
 * Entries in quarantine that name a message or a payment of the cycle, or that a payment of it was
 * found for.
 */
async function entriesAbout(store: EventStore, cycleId: string): Promise<readonly string[]> {
  const found: string[] = [];
  let messages: ReadonlySet<string> | undefined;
  for await (const page of pagesOf(store, 'entry-')) {
    for (const { events } of page) {
      const { status, entry, candidates } = foldBankEntry(events);
      if (status !== 'quarantined' || !entry) continue;
      messages ??= await messagesOf(store, cycleId);
      if (isAboutCycle(cycleId, messages, entry, candidates?.candidates ?? []))
        found.push(entry.entryId);
    }
  }
  return found;
}

async function messagesOf(store: EventStore, cycleId: string): Promise<ReadonlySet<string>> {
  const history = await store.readStream(streams.cycle(cycleId));
  return new Set(filesOfCycle(history).map(({ messageId }) => messageId));
}

/**
 * Whether a payment of the cycle moved after the position that its figures were counted through.
 * Reads only what the log grew by since, a page at a time: counting a million payments again would
 * keep a request waiting.
 */
async function movedSince(
  store: EventStore,
  cycleId: string,
  throughPosition: number,
): Promise<boolean> {
  const prefix = `payment-${cycleId}-`;
  for (let after = throughPosition, end = false; !end;) {
    const page = await store.readAll(after, MAX_PAGE);
    if (page.events.some(({ stream, type }) => stream.startsWith(prefix) && movesFigures(type)))
      return true;
    after = page.next;
    end = page.end;
  }
  return false;
}
