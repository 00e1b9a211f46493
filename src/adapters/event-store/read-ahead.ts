import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { TextPage } from './sqlite/log-protocol.js';
import { readInWorker, type LogPlace, type ReadClient } from './sqlite/read-client.js';

type Fetched = Promise<TextPage | undefined>;

/**
 * A long walk over the log: so many pages in a row, and perhaps the next ones on their way, by
 * where they begin.
 */
interface Walk {
  readonly limit: number;
  readonly pages: number;
  readonly fetched: ReadonlyMap<number, Fetched>;
}

/** After so many full pages in a row a walk counts as long. */
const LONG = 2;
/** Pages on their way at once, so that neither side waits for the other's slower pages. */
const DEPTH = 2;
const SMALLEST_PAGE = 200;
const WALKS = 8;

/**
 * Long walks (replay, audit, a projection that catches up) parse one page while a thread of its own
 * fetches the next. What it fetches never goes stale: positions are never written again, and a page
 * that met the end is not used.
 */
export class ReadAhead {
  readonly #walks = new LRUCache<number, Walk>({ max: WALKS });
  #reader: ReadClient | undefined;
  /** The thread takes a while to start; until it has answered once, nobody waits for it. */
  #started = false;

  constructor(private readonly place: LogPlace) {}

  /** The page that was fetched ahead; undefined: read it in the ordinary way. */
  async take(after: number, limit: number): Promise<TextPage | undefined> {
    const walk = this.#walks.get(after);
    const fetched = walk?.limit === limit ? walk.fetched.get(after) : undefined;
    if (!fetched) return undefined;
    // Someone who reads page after page without waiting for anything would never hear that the
    // thread has started.
    if (!this.#started) await nextTurn();
    const page = this.#started ? await fetched : undefined;
    return page?.end === false ? page : undefined;
  }

  /** Tells that the page after `after` was full and that the next one begins after `next`. */
  walked(after: number, limit: number, next: number): void {
    const before = this.#walks.get(after);
    this.#walks.delete(after);
    if (limit < SMALLEST_PAGE) return;
    const pages = before?.limit === limit ? before.pages + 1 : 1;
    const fetched = new Map<number, Fetched>();
    // A page of long events ends early; what was fetched for where it should have ended is of no
    // use then.
    if (pages >= LONG)
      for (let i = 0, from = next; i < DEPTH; i += 1, from += limit)
        fetched.set(from, before?.fetched.get(from) ?? this.#fetch(from, limit));
    this.#walks.set(next, { limit, pages, fetched });
  }

  async #fetch(after: number, limit: number): Promise<TextPage | undefined> {
    if (this.#reader && !this.#started) return undefined;
    this.#reader ??= readInWorker(this.place);
    try {
      return await this.#reader.call('text', { after, limit });
    } catch {
      // Whoever reads the page in the ordinary way meets the same failure, with its position.
      return undefined;
    } finally {
      this.#started = true;
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }
}
