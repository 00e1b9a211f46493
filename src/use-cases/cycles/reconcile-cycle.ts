import type { EventData } from '../../../events/generated.js';
import type { EventStore } from '../../adapters/event-store/port.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
import { streams } from '../../kernel/ids.js';
import type { PaymentState } from '../../payment/payment.state.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { part } from '../../write-side/unit.js';
import { foldPayment } from '../folds.js';
import type { Deps, OnProgress, CommandContext } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';

export type Figures = Omit<EventData['CycleReconciled'], 'cycleId'>;
type Bucket = 'settled' | 'rejected' | 'returned' | 'cancelled' | 'outstanding';

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
  const counts: Record<Bucket, number> = {
    settled: 0,
    rejected: 0,
    returned: 0,
    cancelled: 0,
    outstanding: 0,
  };
  const totals: Record<Bucket, bigint> = {
    settled: 0n,
    rejected: 0n,
    returned: 0n,
    cancelled: 0n,
    outstanding: 0n,
  };
  let openBreaks = 0;
  let seen = 0;
  for await (const page of pagesOf(store, `payment-${cycleId}-`, {
    asOf: throughPosition,
    ...(signal ? { signal } : {}),
  })) {
    for (const { events } of page) {
      const state = foldPayment(events);
      const bucket = bucketOf(state);
      counts[bucket] += 1;
      openBreaks += state.openBreaks.length;
      totals[bucket] += BigInt(state.amountMinor);
    }
    seen += page.length;
    onProgress?.({ what: 'payments', done: seen });
  }
  const all = Object.keys(counts) as Bucket[];
  return {
    orderedCount: all.reduce((sum, bucket) => sum + counts[bucket], 0),
    orderedMinor: String(all.reduce((sum, bucket) => sum + totals[bucket], 0n)),
    settledCount: counts.settled,
    settledMinor: String(totals.settled),
    rejectedCount: counts.rejected,
    rejectedMinor: String(totals.rejected),
    returnedCount: counts.returned,
    returnedMinor: String(totals.returned),
    cancelledCount: counts.cancelled,
    cancelledMinor: String(totals.cancelled),
    outstandingCount: counts.outstanding,
    outstandingMinor: String(totals.outstanding),
    openBreaks,
    throughPosition,
  };
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

function bucketOf(state: PaymentState): Bucket {
  switch (state.status) {
    case 'settled':
    case 'rejected':
    case 'returned':
    case 'cancelled':
      return state.status;
    default:
      return 'outstanding';
  }
}
