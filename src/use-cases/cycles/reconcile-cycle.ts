import type { EventStore } from '../../adapters/event-store/port.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
import { streams } from '../../kernel/ids.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { part } from '../../write-side/unit.js';
import { foldPayment } from '../folds.js';
import { FiguresTally, type Figures } from './cycle-figures.rule.js';
import type { Deps, OnProgress, CommandContext } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';

/**
 * A cycle's payments by where they stand, in count and minor units, from the log as of one
 * position: ordered = settled + rejected + returned + cancelled + outstanding.
 */
export async function cycleFigures(
  store: EventStore,
  cycleId: string,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<Figures> {
  const throughPosition = await store.lastPosition();
  const tally = new FiguresTally();
  let seen = 0;
  for await (const page of pagesOf(store, `payment-${cycleId}-`, {
    asOf: throughPosition,
    ...(signal ? { signal } : {}),
  })) {
    for (const { events } of page) tally.add(foldPayment(events));
    seen += page.length;
    onProgress?.({ what: 'payments', done: seen });
  }
  return tally.figures(throughPosition);
}

/**
 * Records the figures on the cycle, once for a command: run again, it gives those that it recorded.
 * The context's role must be a finance officer's.
 */
export async function reconcileCycle(
  deps: Deps,
  args: { readonly cycleId: string },
  context: CommandContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<CommandResult & { readonly figures: Figures }> {
  const recorded = await recordedFor(deps.store, args.cycleId, context);
  if (recorded) return recorded;
  const figures = await cycleFigures(deps.store, args.cycleId, onProgress, signal);
  const outcome = await execute(
    deps,
    [part(streams.cycle(args.cycleId), cycleDecider, { type: 'ReconcileCycle', figures })],
    context,
  );
  return { ...outcome, figures };
}

/** What an earlier run of the same command recorded. */
async function recordedFor(
  store: EventStore,
  cycleId: string,
  context: CommandContext,
): Promise<(CommandResult & { readonly figures: Figures }) | undefined> {
  if (!('commandId' in context)) return undefined;
  for (const event of await store.readStream(streams.cycle(cycleId))) {
    if (event.type !== 'CycleReconciled' || event.meta.command !== context.commandId) continue;
    const { cycleId: _, ...figures } = event.data;
    return { position: event.position, events: 1, figures };
  }
  return undefined;
}
