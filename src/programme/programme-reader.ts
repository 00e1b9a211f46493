import type { EventStore } from '../adapters/event-store/port.js';
import type { ProgrammePolicies, ProgrammeReader } from '../write-side/readers.js';
import { PolicyReader } from './policy-reader.js';

/**
 * Programmes with their compiled policies, kept between requests. This process is the log's only
 * writer over HTTP, so what it keeps is forgotten exactly when a command of its own changes a
 * programme.
 */
export class CachedProgrammeReader implements ProgrammeReader {
  readonly #policies: PolicyReader;
  readonly #known = new Map<string, Promise<ProgrammePolicies>>();

  constructor(store: EventStore) {
    this.#policies = new PolicyReader(store);
  }

  /** @throws DomainError PROGRAMME_NOT_FOUND */
  of(programmeId: string): Promise<ProgrammePolicies> {
    let book = this.#known.get(programmeId);
    if (!book) {
      book = this.#policies.programme(programmeId);
      this.#known.set(programmeId, book);
      book.catch(() => this.#known.delete(programmeId));
    }
    return book;
  }

  /** To be called with every stream that was written. */
  changed(stream: string): void {
    if (stream.startsWith('programme-')) this.#known.delete(stream.slice('programme-'.length));
  }
}
