import type { EventData } from '../../events/generated.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { part } from '../../src/write-side/unit.js';
import { by } from './world.js';

type Resolution = EventData['PaymentBreakResolved']['resolution'];

export const countBreaksAsSettled = (engine: Deps, cycleId: string): Promise<void> =>
  resolveBreaks(engine, cycleId, 'counted-as-settled');

/** Resolves every break of a cycle's payments: what moves money by two finance officers. */
export async function resolveBreaks(
  engine: Deps,
  cycleId: string,
  resolution: Resolution,
): Promise<void> {
  // One proposes it, and another decides.
  const officers = resolution.startsWith('counted') ? ['farid', 'fatima'] : ['fatima'];
  for await (const page of pagesOf(engine.store, `payment-${cycleId}-`))
    for (const { stream, events } of page)
      for (const event of events) {
        if (event.type !== 'PaymentBreakRecorded') continue;
        const resolve = part(stream, paymentDecider, {
          type: 'ResolveBreak',
          breakId: event.data.breakId,
          resolution,
          reason: 'the bank was asked',
        });
        for (const who of officers)
          await execute(
            engine,
            [resolve],
            by(engine, who, 'finance-officer', 'resolve', event.data.breakId),
          );
      }
}
