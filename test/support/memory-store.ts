import type {
  AppendGroup,
  AppendResult,
  CategoryOptions,
  EventStore,
  KeptReceipt,
  Page,
  ReadOptions,
  StreamEvents,
} from '../../src/adapters/event-store/port.js';
import { isSameEvent } from '../../src/adapters/event-store/same-event.js';
import type { Recorded } from '../../src/kernel/decider.js';

type Hook = (group: AppendGroup) => Promise<void> | void;

/**
 * A log in memory, for tests that stop between what a decision read and what it appends: groups
 * whole or, as told, one stream after the other.
 */
export class MemoryStore implements EventStore {
  readonly #events: Recorded[];
  readonly #streams = new Map<string, Recorded[]>();
  readonly #receipts = new Map<string, KeptReceipt>();
  /** Runs before a group is written; what it throws, the append throws. */
  beforeAppend: Hook | undefined;
  /** Runs between the first stream of a group and the others, where they are not written whole. */
  betweenStreams: Hook | undefined;

  constructor(
    readonly atomicGroups = true,
    events: readonly Recorded[] = [],
  ) {
    this.#events = [...events];
    for (const event of events) this.#of(event.stream).push(event);
  }

  async append(group: AppendGroup): Promise<AppendResult> {
    await this.beforeAppend?.(group);
    if (this.betweenStreams && !this.atomicGroups && group.writes.length > 1) {
      const begun = this.#append({ writes: group.writes.slice(0, 1) });
      if (begun.kind === 'conflict') return begun;
      await this.betweenStreams(group);
    }
    return this.#append(group);
  }

  async appendAll(groups: readonly AppendGroup[]): Promise<readonly AppendResult[]> {
    const results: AppendResult[] = [];
    for (const group of groups) results.push(await this.append(group));
    return results;
  }

  async readStream(
    stream: string,
    { from, direction = 'forwards', limit, asOf = Infinity }: ReadOptions = {},
  ): Promise<readonly Recorded[]> {
    const events = (this.#streams.get(stream) ?? []).filter(({ position }) => position <= asOf);
    const asked =
      direction === 'forwards'
        ? events.filter(({ revision }) => revision >= (from ?? 0))
        : events.filter(({ revision }) => revision <= (from ?? Infinity)).toReversed();
    return asked.slice(0, limit);
  }

  readStreams(
    streams: readonly string[],
    options: { readonly asOf?: number } = {},
  ): Promise<readonly StreamEvents[]> {
    return Promise.all(
      streams.map(async (stream) => ({ stream, events: await this.readStream(stream, options) })),
    );
  }

  async readCategory(
    prefix: string,
    { after = '', limit, asOf = Infinity }: CategoryOptions,
  ): Promise<readonly StreamEvents[]> {
    const names = [...this.#streams.keys()].filter((name) => name.startsWith(prefix)).sort();
    const read = await this.readStreams(
      names.filter((name) => name > after),
      { asOf },
    );
    return read.filter(({ events }) => events.length > 0).slice(0, limit);
  }

  async readAll(after: number, limit: number): Promise<Page> {
    const events = this.#events.slice(after + 1, after + 1 + limit);
    const next = events.at(-1)?.position ?? after;
    return { events, next, end: next >= this.#events.length - 1 };
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<Page> {
    const page = await this.readAll(after, this.#events.length);
    if (!signal.aborted) yield page;
  }

  lastPosition = async (): Promise<number> => this.#events.length - 1;
  receipt = async (key: string): Promise<KeptReceipt | undefined> => this.#receipts.get(key);
  close = async (): Promise<void> => undefined;

  #of(stream: string): Recorded[] {
    const events = this.#streams.get(stream) ?? [];
    this.#streams.set(stream, events);
    return events;
  }

  #append({ writes, receipt }: AppendGroup): AppendResult {
    const kept = receipt && this.#receipts.get(receipt.key);
    if (kept) return { kind: 'receipt-exists', receipt: kept };
    const there = writes.map(({ stream, expected, events }) => {
      const first = expected === 'no-stream' ? 0 : expected + 1;
      return events.every((event, i) => {
        const there = this.#streams.get(stream)?.[first + i];
        return there !== undefined && isSameEvent(there, event);
      });
    });
    if (there.every(Boolean) && writes.some(({ events }) => events.length > 0))
      return { kind: 'duplicate', position: this.#events.length - 1 };
    for (const [i, { stream, expected, events }] of writes.entries()) {
      const actual = (this.#streams.get(stream)?.length ?? 0) - 1;
      const done = !this.atomicGroups && there[i] && events.length > 0;
      if (!done && actual !== (expected === 'no-stream' ? -1 : expected))
        return { kind: 'conflict', stream, expected, actual };
    }
    for (const [i, { stream, events }] of writes.entries()) {
      if (there[i] && events.length > 0) continue;
      for (const event of events) {
        const position = this.#events.length;
        const revision = this.#of(stream).length;
        const recorded = { ...event, stream, revision, position } as Recorded;
        this.#of(stream).push(recorded);
        this.#events.push(recorded);
      }
    }
    const position = this.#events.length - 1;
    if (receipt) this.#receipts.set(receipt.key, { ...receipt, position });
    return { kind: 'appended', position };
  }
}
