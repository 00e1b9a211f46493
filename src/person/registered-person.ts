import type { EventData } from '../../events/generated.js';
import type { EventStore } from '../adapters/event-store/port.js';
import type { Recorded } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';

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

/** Where a person lives now; undefined for who was never registered. */
export function regionOf(events: readonly Recorded[]): string | undefined {
  const last = events.findLast(({ type }) => type === 'PersonMoved' || type === 'PersonRegistered');
  return last?.type === 'PersonMoved' || last?.type === 'PersonRegistered'
    ? last.data.region
    : undefined;
}

/** Whether a person's history ends with their erasure. */
export const isErased = (events: readonly Recorded[]): boolean =>
  events.at(-1)?.type === 'PersonErased';
