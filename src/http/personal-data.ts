import type { Query } from './call.js';
import type { QueryDeps } from './query-handlers.js';

/** Notes that the caller reads personal data, before they do. */
export const noteReading = (
  { access, clock }: Pick<QueryDeps, 'access' | 'clock'>,
  query: Query,
  what: string,
  of: string,
  count: number,
): Promise<void> =>
  access.note({
    time: clock.now(),
    actor: query.call.actor.id,
    role: query.call.actor.role,
    what,
    of,
    count,
    correlation: query.call.correlationId,
  });
