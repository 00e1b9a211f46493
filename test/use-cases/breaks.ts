import { paymentDecider } from '../../src/payment/payment.decider.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { part } from '../../src/write-side/unit.js';
import { by } from './world.js';

/** Resolves every break of a cycle's payments, by two finance officers. */
export async function countBreaksAsSettled(engine: Deps, cycleId: string): Promise<void> {
  for await (const page of pagesOf(engine.store, `payment-${cycleId}-`))
    for (const { stream, events } of page)
      for (const event of events) {
        if (event.type !== 'PaymentBreakRecorded') continue;
        const resolve = part(stream, paymentDecider, {
          type: 'ResolveBreak',
          breakId: event.data.breakId,
          resolution: 'counted-as-settled',
          reason: 'the bank paid after all',
        });
        // One proposes it, and another decides.
        for (const who of ['farid', 'fatima'])
          await execute(
            engine,
            [resolve],
            by(engine, who, 'finance-officer', 'resolve', event.data.breakId),
          );
      }
}
