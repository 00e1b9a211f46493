import type { CategoryOptions, Page, StreamEvents } from '../../src/adapters/event-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { ProjectionLog } from '../../projections/engine/projection-processor.js';

/** A log that holds what a test gave it; `push` commits more, and followers see it. */
export class ArrayLog implements ProjectionLog {
  readonly #events: Recorded[];
  #wake: (() => void)[] = [];
  /** Positions that this log does not give, as if they were lost. */
  readonly lost = new Set<number>();

  constructor(
    events: readonly Recorded[] = [],
    readonly positionGaps = false,
  ) {
    this.#events = [...events];
  }

  push(...events: readonly Recorded[]): void {
    this.#events.push(...events);
    for (const wake of this.#wake.splice(0)) wake();
  }

  async readAll(after: number, limit: number): Promise<Page> {
    const taken = this.#events.slice(this.#firstAfter(after)).slice(0, limit);
    const next = taken.at(-1)?.position ?? after;
    return {
      events: taken.filter(({ position }) => !this.lost.has(position)),
      next,
      end: next >= this.#last,
    };
  }

  get #last(): number {
    return this.#events.at(-1)?.position ?? -1;
  }

  #firstAfter(after: number): number {
    const at = this.#events.findIndex(({ position }) => position > after);
    return at < 0 ? this.#events.length : at;
  }

  async readStream(
    stream: string,
    {
      from = 0,
      direction = 'forwards',
      limit = Number.MAX_SAFE_INTEGER,
      asOf = Number.MAX_SAFE_INTEGER,
    }: Parameters<ProjectionLog['readStream']>[1] = {},
  ): Promise<readonly Recorded[]> {
    const found = this.#events.filter(
      (event) =>
        event.stream === stream &&
        event.revision >= from &&
        event.position <= asOf &&
        !this.lost.has(event.position),
    );
    return (direction === 'backwards' ? found.reverse() : found).slice(0, limit);
  }

  async readCategory(
    prefix: string,
    { after = '', limit, types }: CategoryOptions,
  ): Promise<readonly StreamEvents[]> {
    const found = this.#events.filter(({ stream }) => stream.startsWith(prefix) && stream > after);
    return [...Map.groupBy(found, ({ stream }) => stream)]
      .map(([stream, events]) => ({
        stream,
        events: events.filter(({ type }) => types?.includes(type) ?? true),
      }))
      .sort((a, b) => (a.stream < b.stream ? -1 : 1))
      .slice(0, limit);
  }

  async lastPosition(): Promise<number> {
    return this.#last;
  }

  async *follow(after: number, signal: AbortSignal, pageSize = 100): AsyncGenerator<Page> {
    let position = after;
    while (!signal.aborted) {
      const page = await this.readAll(position, pageSize);
      if (page.events.length > 0) {
        position = page.next;
        yield page;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}

/** A log that gives its streams, and nothing as a whole: what is folded comes from a feed alone. */
export function streamsOnly(log: ArrayLog, positionGaps: boolean): ProjectionLog {
  const empty = new ArrayLog([], positionGaps);
  return {
    positionGaps,
    readAll: empty.readAll.bind(empty),
    lastPosition: empty.lastPosition.bind(empty),
    readStream: log.readStream.bind(log),
    follow: empty.follow.bind(empty),
  };
}
