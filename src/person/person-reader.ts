import type { PersonReader } from '../write-side/readers.js';
import type { EventStore } from '../adapters/event-store/port.js';
import { registeredPerson } from './registered-person.js';

type Known = Pick<Awaited<ReturnType<typeof registeredPerson>>, 'region'>;
const REMEMBERED = 20_000;

/**
 * Persons that were registered or looked up a moment ago. Their streams are written by this
 * process's commands only, and each such command forgets what is known here of its person.
 */
export class CachedPersonReader implements PersonReader {
  readonly #known = new Map<string, Known>();

  constructor(private readonly store: EventStore) {}

  /** @throws DomainError PERSON_NOT_FOUND, PERSON_ERASED */
  async of(personId: string): Promise<Known> {
    const known = this.#known.get(personId);
    if (known) return known;
    const { region } = await registeredPerson(this.store, personId);
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(personId, { region });
    return { region };
  }

  /** To be called with every stream that was written. */
  changed(stream: string): void {
    if (stream.startsWith('person-')) this.#known.delete(stream.slice('person-'.length));
  }
}
