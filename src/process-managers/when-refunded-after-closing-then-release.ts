import { budgetDecider } from '../budget/budget.decider.js';
import { recordOne } from '../write-side/bulk.js';
import { part } from '../write-side/unit.js';
import { AUTOMATION, type Deps } from '../write-side/context.js';
import { budgetStreamOf, readCycle } from '../cycle/cycle-reader.js';
import type { ProcessManager } from './runner.js';

/**
 * What comes back after its cycle closed is not instructed again: its money, which a refund puts
 * into the cycle's reservation, is free for others.
 */
export const whenRefundedAfterClosingThenRelease = (deps: Deps): ProcessManager => ({
  name: 'when-refunded-after-closing-then-release',
  handles: ['BudgetRefunded'],
  async handle(events) {
    for (const event of events) {
      if (event.type !== 'BudgetRefunded') continue;
      const { cycleId } = event.data;
      const { status } = await readCycle(deps.store, cycleId);
      if (status !== 'closed') continue;
      const release = part(budgetStreamOf(cycleId), budgetDecider, {
        type: 'ReleaseReservation',
        cycleId,
        amountMinor: 'all',
        reason: 'It came back after the cycle was closed.',
      });
      await recordOne(
        deps,
        {
          verb: 'release-refunded',
          key: `${cycleId} ${event.data.throughPosition}`,
          causationId: event.id,
          parts: [release],
        },
        { actor: AUTOMATION, correlationId: event.meta.correlation },
      );
    }
  },
});
