import type { Actor } from '../kernel/decider.js';
import type { Query } from './call.js';
import type { QueryDeps } from './query-handlers.js';

type Notes = Pick<QueryDeps, 'clock'> & { readonly access: Pick<QueryDeps['access'], 'note'> };

/**
 * Notes that the caller reads personal data of each of these persons, before they do: a line a
 * person, so that whoever asks who read theirs finds it, however many were read at once.
 */
export async function noteReadings(
  { access, clock }: Notes,
  {
    actor,
    correlationId,
  }: { readonly actor: Pick<Actor, 'id' | 'role'>; readonly correlationId: string },
  what: string,
  personIds: readonly string[],
): Promise<void> {
  const time = clock.now();
  const by = { time, actor: actor.id, role: actor.role, what, correlation: correlationId };
  await Promise.all(
    [...new Set(personIds)].map((personId) => access.note({ ...by, of: personId, count: 1 })),
  );
}

/** Notes that the caller reads personal data, before they do. */
export const noteReading = (
  { access, clock }: Notes,
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
