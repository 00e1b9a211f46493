import { paymentDecider } from '../../payment/payment.decider.js';
import { pipelined, recordEach, Unfinished } from '../../write-side/bulk.js';
import type { Deps, JobContext } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { Defects } from '../../write-side/defect.js';
import { part, type Unit } from '../../write-side/unit.js';
import { foldPayment } from '../folds.js';

/**
 * Cancels what a cycle ordered up to a round and never instructed. One that meets a defect keeps no
 * other from being cancelled. @throws Defect at the end, by name
 */
export async function cancelOrders(
  deps: Deps,
  cycleId: string,
  throughRound: number,
  reason: string,
  base: JobContext,
  signal?: AbortSignal,
): Promise<void> {
  const unfinished = new Unfinished();
  await pipelined(
    pagesOf(deps.store, `payment-${cycleId}-`, signal ? { signal } : {}),
    async (page) => {
      const defects = new Defects();
      const units = page.flatMap(({ stream, events }): Unit[] => {
        const state = defects.look(
          () => foldPayment(events),
          (defect) => unfinished.met(stream, defect),
        );
        if (state?.status !== 'ordered' || state.round > throughRound) return [];
        return [
          {
            verb: 'cancel',
            key: stream,
            loaded: [events],
            parts: [part(stream, paymentDecider, { type: 'CancelPayment', reason, throughRound })],
          },
        ];
      });
      defects.finish();
      unfinished.add(units, await recordEach(deps, units, base));
    },
    signal,
  );
  unfinished.finish();
}
