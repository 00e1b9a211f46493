import type { EventStore, StreamEvents } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { pagesOf } from '../../write-side/stream-pages.js';

/**
 * The accounts of households beside a walk over their enrolments: both are in the order of persons,
 * so each stream is read once, in pages, and a programme that nobody corrected costs one empty
 * page.
 */
export class HouseholdAccounts {
  readonly #streams: AsyncGenerator<readonly StreamEvents[]>;
  #page: readonly StreamEvents[] = [];
  #next = 0;
  #ended = false;
  #last: Promise<unknown> = Promise.resolve();

  /** @param prefix for example "recovery-asd-" */
  constructor(
    store: EventStore,
    private readonly prefix: string,
    asOf?: number,
  ) {
    this.#streams = pagesOf(store, prefix, asOf === undefined ? {} : { asOf });
  }

  /**
   * The streams of those persons that have one. To be asked in the order of persons; one call waits
   * for the one before.
   */
  of(personIds: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const found = this.#last.then(() => this.#find(personIds));
    this.#last = found.catch(() => undefined);
    return found;
  }

  async #find(personIds: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const found = new Map<string, readonly Recorded[]>();
    for (const personId of personIds) {
      const wanted = this.prefix + personId;
      while (
        !this.#ended &&
        (this.#next >= this.#page.length || this.#page[this.#next]!.stream < wanted)
      ) {
        this.#next += 1;
        if (this.#next >= this.#page.length) await this.#turnPage();
      }
      if (this.#page[this.#next]?.stream === wanted)
        found.set(personId, this.#page[this.#next]!.events);
    }
    return found;
  }

  async #turnPage(): Promise<void> {
    const { value, done } = await this.#streams.next();
    this.#ended = done === true;
    this.#page = value ?? [];
    this.#next = 0;
  }
}
