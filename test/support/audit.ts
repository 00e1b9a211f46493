import type { EventStore } from '../../src/adapters/event-store/port.js';
import { createAuditCheck, type AuditReport } from '../../src/audit/check.js';

/** What the independent audit finds in a whole log. */
export async function auditOf(
  store: Pick<EventStore, 'readAll' | 'positionGaps'>,
): Promise<AuditReport> {
  const check = createAuditCheck({ positionGaps: store.positionGaps });
  for (let after = -1, end = false; !end;) {
    const page = await store.readAll(after, 1_000);
    for (const event of page.events) check.add(event);
    after = page.next;
    end = page.end;
  }
  return check.finish();
}
