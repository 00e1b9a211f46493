import { EventRegistry } from '../../../../events/registry.js';
import type { Recorded } from '../../../kernel/decider.js';
import { StreamAppender } from './append.js';
import { CallFailed } from './call-failed.js';
import { ServerClient } from './client.js';
import { follow } from './follow.js';
import { prefixesOf, recordedOfServer, serverGroupOf } from './form.js';
import { Groups, type ServerGroup } from './groups.js';
import { StreamNames } from './names.js';
import { KeyedMutex } from '../../../kernel/concurrency/keyed-mutex.js';
import { Semaphore } from '../../../kernel/concurrency/semaphore.js';
import { Receipts, RECEIPT_PREFIX } from './receipts.js';
import { retried } from './retried.js';
import type { ServerEvent } from './server-event.js';
import { connectionOf } from './url.js';
import {
  MAX_PAGE,
  type AppendGroup,
  type AppendResult,
  type EventStore,
  type KeptReceipt,
  type Page,
  type ReadOptions,
  type CategoryOptions,
  type StreamEvents,
} from '../port.js';
import { StoreError } from '../../../kernel/errors.js';

export interface EventStoreDbOptions {
  /**
   * `esdb://user:password@host:2113?tls=true&tlsCAFile=…`, or `esdb+discover://…` for a cluster.
   * Never printed.
   */
  readonly url: string;
  readonly registry?: EventRegistry;
  /** Groups written at the same time. Default 64. */
  readonly concurrency?: number;
  /** How long the server may take to answer. Default 10 000. */
  readonly deadlineMs?: number;
  /**
   * How long to find out what became of an append before its outcome is called unknown. Default 30
   * 000.
   */
  readonly patienceMs?: number;
  /** Told when a subscription ended and is about to be begun again. For a log line or a metric. */
  readonly onDropped?: (reason: string) => void;
}

const READS_AT_ONCE = 32;
/** What may wait to be written: beyond it, callers are told to come back. */
const MAX_PENDING_EVENTS = 100_000;

/**
 * The log in EventStoreDB 23.10 or newer (or KurrentDB), written by any number of processes.
 * Positions are the server's commit positions: they grow, with gaps. Groups over many streams are
 * written in order and completed by repeating them, not atomically: see
 * docs/decisions/0008-eventstoredb.md.
 * @throws StoreError STORE_FAILED when the server cannot be reached, refuses the user, or the
 *   connection string is wrong
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<EventStore> {
  const { deadlineMs = 10_000, patienceMs = 30_000, registry = new EventRegistry() } = options;
  const client = new ServerClient(connectionOf(options.url), deadlineMs);
  const store = new EventStoreDb(client, registry, options, deadlineMs, patienceMs);
  try {
    await store.lastPosition();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

class EventStoreDb implements EventStore {
  readonly atomicGroups = false;
  readonly positionGaps = true;
  readonly #prefixes: readonly string[];
  readonly #appender: StreamAppender;
  readonly #receipts: Receipts;
  readonly #groups: Groups;
  readonly #names: StreamNames;
  readonly #writing: Semaphore;
  readonly #reading = new Semaphore(READS_AT_ONCE);
  readonly #locks = new KeyedMutex();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #followers = new AbortController();
  #pendingEvents = 0;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly client: ServerClient,
    private readonly registry: EventRegistry,
    private readonly options: EventStoreDbOptions,
    deadlineMs: number,
    private readonly patienceMs: number,
  ) {
    this.#prefixes = prefixesOf(registry);
    this.#appender = new StreamAppender(client, patienceMs);
    this.#receipts = new Receipts(client, this.#appender, patienceMs);
    this.#groups = new Groups(this.#appender, this.#receipts, () =>
      retried(() => this.#last(), patienceMs),
    );
    this.#names = new StreamNames(client, deadlineMs, () => this.#end());
    this.#writing = new Semaphore(options.concurrency ?? 64);
  }

  async append(group: AppendGroup): Promise<AppendResult> {
    return (await this.appendAll([group]))[0]!;
  }

  async appendAll(groups: readonly AppendGroup[]): Promise<readonly AppendResult[]> {
    this.#assertOpen();
    const prepared = groups.map((group) => serverGroupOf(this.registry, this.#prefixes, group));
    const events = prepared.reduce(
      (sum, { writes }) => sum + writes.reduce((of, write) => of + write.events.length, 0),
      0,
    );
    if (this.#pendingEvents > 0 && this.#pendingEvents + events > MAX_PENDING_EVENTS) {
      throw new StoreError(
        'OVERLOADED',
        `${this.#pendingEvents} events wait to be written already. Nothing of this request was written; send it again later.`,
      );
    }
    this.#pendingEvents += events;
    const work = Promise.allSettled(prepared.map((group) => this.#one(group)));
    this.#underWay.add(work);
    try {
      const outcomes = await work;
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed && groups.length === 1) throw failed.reason;
      if (failed)
        throw new StoreError(
          'OUTCOME_UNKNOWN',
          `A part of the batch may be written. ${failed.reason instanceof StoreError ? failed.reason.detail : 'One of its groups failed.'}`,
        );
      return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<AppendResult>).value);
    } finally {
      this.#pendingEvents -= events;
      this.#underWay.delete(work);
    }
  }

  /**
   * Groups of this process that write one stream, or share a receipt, are written in the order of
   * the calls. Those that only look at a stream wait for whoever writes it, and not for each other.
   */
  #one(group: ServerGroup): Promise<AppendResult> {
    const written = group.writes.filter(({ events }) => events.length > 0);
    const keys = written.map(({ stream }) => stream);
    if (group.receipt) keys.push(RECEIPT_PREFIX + group.receipt.key);
    const looked = group.writes.filter(({ events }) => events.length === 0);
    return this.#locks.hold(
      keys,
      () => this.#writing.run(() => this.#groups.append(group)),
      looked.map(({ stream }) => stream),
    );
  }

  async readStream(
    stream: string,
    {
      from,
      direction = 'forwards',
      limit = Number.MAX_SAFE_INTEGER,
      asOf = Number.MAX_SAFE_INTEGER,
    }: ReadOptions = {},
  ): Promise<readonly Recorded[]> {
    const backwards = direction === 'backwards';
    // What is left out as of a position stands at the end of a stream, which reading backwards
    // meets first.
    const count = backwards && asOf < Number.MAX_SAFE_INTEGER ? undefined : limit;
    return this.#answered(() =>
      this.#reading.run(async () => {
        const events: Recorded[] = [];
        if (limit <= 0) return events;
        for await (const event of this.client.stream(stream, {
          from,
          backwards,
          ...(count === undefined ? {} : { count }),
        })) {
          this.#appender.see(event.position);
          if (event.position > asOf) {
            if (backwards) continue;
            break;
          }
          events.push(recordedOfServer(this.registry, event));
          if (events.length === limit) break;
        }
        return events;
      }),
    );
  }

  async readStreams(
    streams: readonly string[],
    options: { readonly asOf?: number } = {},
  ): Promise<readonly StreamEvents[]> {
    const found = new Map(
      await Promise.all(
        [...new Set(streams)].map(async (stream): Promise<[string, StreamEvents]> => [
          stream,
          { stream, events: await this.readStream(stream, options) },
        ]),
      ),
    );
    return streams.map((stream) => found.get(stream)!);
  }

  async readCategory(
    prefix: string,
    { after, limit, asOf = Number.MAX_SAFE_INTEGER, types }: CategoryOptions,
  ): Promise<readonly StreamEvents[]> {
    const names = await this.#answered(() => this.#names.page(prefix, { after, limit, asOf }));
    const found = await this.readStreams(names, { asOf });
    return types
      ? found.map(({ stream, events }) => ({
          stream,
          events: events.filter(
            (event, i) => i + 1 === events.length || types.includes(event.type),
          ),
        }))
      : found;
  }

  async readAll(after: number, limit: number): Promise<Page> {
    const size = Math.min(Math.max(limit, 1), MAX_PAGE);
    return this.#answered(async () => {
      let from = after;
      for (;;) {
        const events: Recorded[] = [];
        // The read begins with the event at `from` itself.
        const count = size + (from < 0 ? 0 : 1);
        let read = 0;
        let reached = from;
        for await (const event of this.client.all({ ...(from < 0 ? {} : { from }), count })) {
          read += 1;
          if (event.position <= from) continue;
          reached = event.position;
          if (this.#isOurs(event.stream)) events.push(recordedOfServer(this.registry, event));
        }
        const end = read < count;
        if (events.length > 0)
          return { events, next: end ? events.at(-1)!.position : reached, end };
        if (end) return { events, next: after, end };
        from = reached;
      }
    });
  }

  follow(after: number, signal: AbortSignal, pageSize = 1_000): AsyncIterable<Page> {
    this.#assertOpen();
    return follow({
      client: this.client,
      prefixes: this.#prefixes,
      after,
      pageSize: Math.min(Math.max(pageSize, 1), MAX_PAGE),
      signal: AbortSignal.any([signal, this.#followers.signal]),
      recorded: (event) => {
        this.#appender.see(event.position);
        return recordedOfServer(this.registry, event);
      },
      dropped: (reason) => this.options.onDropped?.(reason),
    });
  }

  async lastPosition(): Promise<number> {
    return this.#answered(() => this.#last());
  }

  async lastEvent(): Promise<Recorded | undefined> {
    const last = await this.#answered(() => this.#lastOfOurs());
    return last && recordedOfServer(this.registry, last);
  }

  async receipt(key: string): Promise<KeptReceipt | undefined> {
    return this.#answered(() => this.#receipts.get(key));
  }

  /** Finishes what is being appended, ends those who follow, then closes. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#followers.abort();
    await this.client.close();
  }

  async #last(): Promise<number> {
    return (await this.#lastOfOurs())?.position ?? -1;
  }

  async #lastOfOurs(): Promise<ServerEvent | undefined> {
    let before: number | undefined;
    for (;;) {
      let read = 0;
      for await (const event of this.client.all({
        backwards: true,
        count: 64,
        ...(before === undefined ? {} : { from: before }),
      })) {
        read += 1;
        before = event.position;
        this.#appender.see(event.position);
        if (this.#isOurs(event.stream)) return event;
      }
      if (read === 0) return undefined;
    }
  }

  /** Position of the last event in the server's log, whoever wrote it. */
  async #end(): Promise<number> {
    for await (const { position } of this.client.all({ backwards: true, count: 1 }))
      return position;
    return -1;
  }

  #isOurs(stream: string): boolean {
    return this.#prefixes.some((prefix) => stream.startsWith(prefix));
  }

  async #answered<T>(read: () => Promise<T>): Promise<T> {
    this.#assertOpen();
    try {
      return await retried(read, this.patienceMs);
    } catch (error) {
      throw unread(error);
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw new StoreError('STORE_CLOSED', 'The log was closed.');
  }
}

const unread = (error: unknown): unknown =>
  error instanceof CallFailed
    ? new StoreError('STORE_FAILED', `EventStoreDB could not be read: ${error.message}.`)
    : error;
