import type { EventData } from '../../../events/generated.js';
import type { PaymentState } from '../../payment/payment.state.js';

export type Figures = Omit<EventData['CycleReconciled'], 'cycleId'>;
type Bucket = 'settled' | 'rejected' | 'returned' | 'cancelled' | 'outstanding';

/**
 * Payments by where they stand, in count and minor units:
 * ordered = settled + rejected + returned + cancelled + outstanding.
 */
export class FiguresTally {
  readonly #counts: Record<Bucket, number> = {
    settled: 0,
    rejected: 0,
    returned: 0,
    cancelled: 0,
    outstanding: 0,
  };
  readonly #totals: Record<Bucket, bigint> = {
    settled: 0n,
    rejected: 0n,
    returned: 0n,
    cancelled: 0n,
    outstanding: 0n,
  };
  #openBreaks = 0;
  #keptMinor = 0n;

  add(payment: PaymentState): void {
    const bucket = bucketOf(payment);
    this.#counts[bucket] += 1;
    this.#totals[bucket] += BigInt(payment.amountMinor);
    this.#openBreaks += payment.openBreaks.length;
    this.#keptMinor += payment.keptMinor;
  }

  figures(throughPosition: number): Figures {
    const counts = this.#counts;
    const totals = this.#totals;
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
      openBreaks: this.#openBreaks,
      throughPosition,
      ...(this.#keptMinor === 0n ? {} : { keptMinor: String(this.#keptMinor) }),
    };
  }
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
