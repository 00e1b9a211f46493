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

/** Records the figures on the cycle. The context's role must be a finance officer's. */
export async function reconcileCycle(
  deps: Deps,
  args: { readonly cycleId: string },
  context: CommandContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<CommandResult & { readonly figures: Figures }> {
  const figures = await cycleFigures(deps.store, args.cycleId, onProgress, signal);
  const outcome = await execute(
    deps.store,
    deps.registry,
    deps.locks,
    [part(streams.cycle(args.cycleId), cycleDecider, { type: 'ReconcileCycle', figures })],
    context,
  );
  return { ...outcome, figures };
}
