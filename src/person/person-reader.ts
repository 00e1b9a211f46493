import type { EventStore } from '../adapters/event-store/port.js';
import type { PersonReader } from '../write-side/readers.js';
import { registeredPerson } from './registered-person.js';

/**
 * Persons as the log has them. Nothing is kept: any process may erase a person, and a person's
 * stream is a few events, so that reading it costs what asking whether it went on would.
 */
export class LogPersonReader implements PersonReader {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError PERSON_NOT_FOUND, PERSON_ERASED */
  async of(personId: string, regions?: readonly string[]): ReturnType<PersonReader['of']> {
    const { region } = await registeredPerson(this.store, personId, regions);
    return { region };
  }
}
