import type { EventData } from '../../events/generated.js';
import type { EventStore } from '../adapters/event-store/port.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import { isErased, regionOf } from './person-history.rule.js';

/**
 * The registration of a person who is there.
 * @param regions those that the caller is limited to; nobody elsewhere is there
 * @throws DomainError PERSON_NOT_FOUND, PERSON_ERASED
 */
export async function registeredPerson(
  store: EventStore,
  personId: string,
  regions?: readonly string[],
): Promise<EventData['PersonRegistered']> {
  const events = await store.readStream(streams.person(personId));
  const first = events[0];
  const region = regionOf(events);
  if (
    first?.type !== 'PersonRegistered' ||
    region === undefined ||
    (regions !== undefined && !regions.includes(region))
  )
    throw new DomainError('PERSON_NOT_FOUND', 'There is no such person.', 'not-found', 'personId');
  if (isErased(events))
    throw new DomainError('PERSON_ERASED', 'This person was erased.', 'rule', 'personId');
  return { ...first.data, region };
}
