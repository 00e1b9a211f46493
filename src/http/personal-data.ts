import type { Query } from './call.js';
import type { QuestionDeps } from './query-handlers.js';

/** Notes that the caller reads personal data, before they do. */
export const noteReading = (
  { access, clock }: Pick<QuestionDeps, 'access' | 'clock'>,
  query: Query,
  what: string,
  of: string,
  count: number,
): Promise<void> =>
  access.note({
    time: clock.now(),
    actor: query.asked.actor.id,
    role: query.asked.actor.role,
    what,
    of,
    count,
    correlation: query.asked.correlationId,
  });
