import type { EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { isErased } from '../../person/person-history.rule.js';
import { guard, type Part } from '../../write-side/unit.js';
import { foldApplication } from '../folds.js';

/**
 * What is said of the application of an erased person would be about nobody: it is withdrawn, sent
 * back or rejected.
 * @throws DomainError PERSON_ERASED
 */
export const whileNotErased = (personId: string): Part =>
  guard(streams.person(personId), (events) => {
    if (isErased(events))
      throw new DomainError('PERSON_ERASED', 'This person was erased.', 'rule', 'personId');
  });

/** The persons of applications, in order, read in one round trip. */
export async function personsOf(
  store: Pick<EventStore, 'readStreams'>,
  applications: readonly (readonly Recorded[])[],
): Promise<readonly { readonly personId: string; readonly events: readonly Recorded[] }[]> {
  const ids = applications.map((events) => foldApplication(events).personId);
  const read = await store.readStreams(ids.map(streams.person));
  return ids.map((personId, i) => ({ personId, events: read[i]!.events }));
}
