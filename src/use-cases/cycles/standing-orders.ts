import { paymentDecider } from '../../payment/payment.decider.js';
import { pipelined, record } from '../../write-side/bulk.js';
import type { Deps, JobContext } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { part, type Unit } from '../../write-side/unit.js';
import { foldPayment } from '../folds.js';
import { refuseNone } from './preparation.js';

/** Cancels what a cycle ordered up to a round and never instructed. */
export async function cancelOrders(
  deps: Deps,
  cycleId: string,
  throughRound: number,
  reason: string,
  base: JobContext,
  signal?: AbortSignal,
): Promise<void> {
  await pipelined(
    pagesOf(deps.store, `payment-${cycleId}-`, signal ? { signal } : {}),
    async (page) => {
      const units = page.flatMap(({ stream, events }): Unit[] => {
        const state = foldPayment(events);
        if (state.status !== 'ordered' || state.round > throughRound) return [];
        return [
          {
            verb: 'cancel',
            key: stream,
            loaded: [events],
            parts: [part(stream, paymentDecider, { type: 'CancelPayment', reason, throughRound })],
          },
        ];
      });
      refuseNone(await record(deps, units, base));
    },
    signal,
  );
}
