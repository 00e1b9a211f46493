import { LRUCache } from 'lru-cache';
import { CallFailed } from './call-failed.js';
import { at, type Place, type ServerClient } from './client.js';
import { StoreError } from '../../../kernel/errors.js';
import { inOrder } from '../../../kernel/order.js';

/** So many prefixes are remembered; the one unused for longest is forgotten. */
const MAX_PREFIXES = 8;
/** Names of one prefix: about 150 bytes each. */
const MAX_NAMES = 5_000_000;
const BUFFER = 512;

interface Category {
  /** Position of each stream's first event. */
  readonly firstAt: Map<string, number>;
  sorted: string[];
  /** Everything up to here was looked at. */
  cursor: Place | undefined;
  busy: Promise<void>;
}

/**
 * The names of the streams of a category, in order. EventStoreDB has no such index (its projections
 * are optional, and lag), so the names are learnt from the log once for each prefix, with the
 * server's filter, and then kept up with.
 */
export class StreamNames {
  readonly #categories = new LRUCache<string, Category>({ max: MAX_PREFIXES });

  /** @param end position of the last event in the server's log, anybody's; -1 without one */
  constructor(
    private readonly client: ServerClient,
    private readonly deadlineMs: number,
    private readonly end: () => Promise<number>,
  ) {}

  /**
   * At most `limit` names after `after`, of streams whose first event is at or before `asOf`.
   * @throws StoreError LIMIT_EXCEEDED beyond 5,000,000 names; CallFailed
   */
  async page(
    prefix: string,
    {
      after = '',
      limit,
      asOf,
    }: { readonly after?: string | undefined; readonly limit: number; readonly asOf: number },
  ): Promise<readonly string[]> {
    const category = this.#categoryOf(prefix);
    category.busy = category.busy
      .catch(() => undefined)
      .then(async () => {
        if (category.cursor === undefined || asOf > Number(category.cursor.commit))
          await this.#catchUp(prefix, category);
      });
    await category.busy;
    const names: string[] = [];
    for (
      let index = firstAfter(category.sorted, after);
      index < category.sorted.length && names.length < limit;
      index += 1
    ) {
      const name = category.sorted[index]!;
      if (category.firstAt.get(name)! <= asOf) names.push(name);
    }
    return names;
  }

  #categoryOf(prefix: string): Category {
    const known = this.#categories.get(prefix) ?? {
      firstAt: new Map(),
      sorted: [],
      cursor: undefined,
      busy: Promise.resolve(),
    };
    this.#categories.set(prefix, known);
    return known;
  }

  async #catchUp(prefix: string, category: Category): Promise<void> {
    const end = await this.end();
    if (end < 0 || (category.cursor && category.cursor.commit >= BigInt(end))) return;
    const tail = this.client.subscribe(category.cursor, [prefix], BUFFER);
    let silent = false;
    const silence = setTimeout(() => {
      silent = true;
      tail.stop();
    }, this.deadlineMs);
    let found = false;
    try {
      for await (const item of tail.items) {
        silence.refresh();
        if (item.kind === 'checkpoint') category.cursor = item.at;
        if (item.kind === 'caught-up') break;
        if (item.kind !== 'event') continue;
        const { stream, position } = item.event;
        category.cursor = at(position);
        if (category.firstAt.has(stream)) continue;
        if (category.firstAt.size === MAX_NAMES)
          throw new StoreError(
            'LIMIT_EXCEEDED',
            `More than ${MAX_NAMES} streams begin with ${prefix}; walk a longer prefix.`,
          );
        category.firstAt.set(stream, position);
        found = true;
      }
    } catch (error) {
      if (silent)
        throw new CallFailed(
          'unclear',
          'the server did not say that a subscription caught up; it must be 23.10 or newer',
        );
      throw error;
    } finally {
      clearTimeout(silence);
      tail.stop();
      if (found) category.sorted = [...category.firstAt.keys()].sort(binary);
    }
    if (category.cursor === undefined || category.cursor.commit < BigInt(end))
      category.cursor = at(end);
  }
}

/** Stream names are ASCII, for which this is the binary order. */
const binary = inOrder;

function firstAfter(sorted: readonly string[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= name) low = middle + 1;
    else high = middle;
  }
  return low;
}
