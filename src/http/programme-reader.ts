import type { EventStore } from '../adapters/event-store/port.js';
import { PolicyBook, type ProgrammeBook } from '../use-cases/applications/policy-reader.js';

/**
 * Programmes with their compiled policies, kept between requests. This process is the log's only writer over HTTP, so what
 * it keeps is forgotten exactly when a command of its own changes a programme.
 */
export class Books {
  readonly #policies: PolicyBook;
  readonly #known = new Map<string, Promise<ProgrammeBook>>();

  constructor(store: EventStore) {
    this.#policies = new PolicyBook(store);
  }

  /** @throws DomainError PROGRAMME_NOT_FOUND */
  of(programmeId: string): Promise<ProgrammeBook> {
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
