import { ABANDONED } from '../use-cases/cycles/cycle-order.rule.js';
import { readCycle } from '../cycle/cycle-reader.js';
import { cancelOrders } from '../use-cases/cycles/standing-orders.js';
import { AUTOMATION, type Deps } from '../write-side/context.js';
import type { ProcessManager } from './runner.js';

/** What an abandoned cycle ordered is cancelled, so that arrears and deductions are given back. */
export const whenCycleAbandonedThenCancelOrders = (deps: Deps): ProcessManager => ({
  name: 'when-cycle-abandoned-then-cancel-orders',
  handles: ['CycleAbandoned'],
  async handle(events, signal) {
    for (const event of events) {
      if (event.type !== 'CycleAbandoned') continue;
      const { cycleId } = event.data;
      const { round, status } = await readCycle(deps.store, cycleId);
      // Opened again since: its next round cancels what earlier ones ordered.
      if (round === 0 || status !== 'abandoned') continue;
      await cancelOrders(
        deps,
        cycleId,
        round,
        ABANDONED,
        { actor: AUTOMATION, correlationId: event.meta.correlation },
        signal,
      );
    }
  },
});
