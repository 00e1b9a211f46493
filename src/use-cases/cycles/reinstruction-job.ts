import type { EventStore } from '../../adapters/event-store/port.js';
import type { Warning } from '../../programme/calendar.rule.js';
import type { JobOf } from '../../write-side/jobs.js';
import { warningsOf, type ExecutionDay } from './cycle-warnings.js';

/** What is asked to be instructed again; without payments: all that can be. */
interface AskedAgain extends ExecutionDay {
  readonly paymentIds?: readonly string[] | undefined;
  readonly sameAccount?: boolean | undefined;
}

/**
 * The work that a request to instruct again hands over, whichever door it came by (what came after
 * it is no part of it), and what whoever asked should know of the cycle and the day.
 * @throws DomainError EXECUTION_DATE_ODD, INVALID_DATE, PROGRAMME_NOT_FOUND
 */
export async function reinstructionJob(
  store: EventStore,
  cycleId: string,
  asked: AskedAgain,
  { now, commandId }: { readonly now: string; readonly commandId: string },
): Promise<{ readonly job: JobOf<'reinstruct'>; readonly warnings: readonly Warning[] }> {
  const { executionDate, paymentIds, sameAccount } = asked;
  const warnings = await warningsOf(store, cycleId, asked, now);
  const job: JobOf<'reinstruct'> = {
    kind: 'reinstruct',
    cycleId,
    commandId,
    executionDate,
    asOf: await store.lastPosition(),
    ...(paymentIds ? { paymentIds } : {}),
    ...(sameAccount === undefined ? {} : { sameAccount }),
  };
  return { job, warnings };
}
