import type { EventMeta, Recorded } from '../../kernel/decider.js';
import type { EventType } from '../../../events/generated.js';

/** An event ready to be stored; the store adds nothing but its position. */
export interface NewEvent<T extends EventType = EventType> {
  readonly id: string;
  readonly type: T;
  readonly v: number;
  readonly time: string;
  readonly data: unknown;
  readonly meta: EventMeta;
}

/**
 * Events for one stream. `expected` is the revision that the stream must be at, or 'no-stream'.
 * Without an event it only says where the stream must be for the group to be written.
 */
export interface StreamWrite {
  readonly stream: string;
  readonly expected: number | 'no-stream';
  readonly events: readonly NewEvent[];
}

/**
 * The answer to a client's command, kept for ever under its idempotency key. `key` is already
 * scoped to the client; `fingerprint` is a hash of the request, so that the same key with another
 * body is told apart. `body` is JSON.
 */
export interface Receipt {
  readonly key: string;
  /**
   * Under which earlier versions kept it: what is kept there is this one. Kept itself is `key`
   * only.
   */
  readonly formerKeys?: readonly string[];
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
}
/**
 * A kept receipt, with the last log position that its command wrote (or that it saw, where it wrote
 * nothing). Status 0: it was begun, and is not answered so far.
 */
export interface KeptReceipt extends Omit<Receipt, 'formerKeys'> {
  readonly position: number;
}

/**
 * Writes that become durable together or not at all. Streams within a group are distinct. Writes
 * may be empty when there is a receipt.
 */
export interface AppendGroup {
  readonly writes: readonly StreamWrite[];
  readonly receipt?: Receipt;
}

/**
 * What became of one group.
 * - appended: durable (synced); `position` is that of its last event, or the log's last where it
 *   wrote none.
 * - duplicate: every event of the group is already there, with the same ids and the same data at
 *   the same revisions; nothing was written. A store that many processes write may call it
 *   appended, where another process wrote them.
 * - conflict: a stream was not at the expected revision (`actual` -1: it does not exist); nothing
 *   of the group was written (where groups are not atomic: nothing, or a part that the same command
 *   finishes).
 * - receipt-exists: the idempotency key was used before; nothing was written; the kept receipt is
 *   handed back.
 */
export type AppendResult =
  | { readonly kind: 'appended'; readonly position: number }
  | { readonly kind: 'duplicate'; readonly position: number }
  | {
      readonly kind: 'conflict';
      readonly stream: string;
      readonly expected: number | 'no-stream';
      readonly actual: number;
    }
  | { readonly kind: 'receipt-exists'; readonly receipt: KeptReceipt };

export interface ReadOptions {
  /** First revision to return; default 0 forwards, the last backwards. */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
  /** Only events at or before this log position: the stream as of then. */
  readonly asOf?: number;
}

export interface Page {
  readonly events: readonly Recorded[];
  /** Position to pass as `after` next. */ readonly next: number;
  readonly end: boolean;
}

export interface CategoryOptions {
  readonly after?: string;
  readonly limit: number;
  readonly asOf?: number;
  readonly types?: readonly EventType[];
}

export interface StreamEvents {
  readonly stream: string;
  readonly events: readonly Recorded[];
}

/**
 * The log: the only truth. Every event read was validated against its schema and lifted to its
 * newest version. Failures are StoreError; a group whose outcome is unknown rejects with
 * `OUTCOME_UNKNOWN` and was not acknowledged.
 */
export interface EventStore {
  /**
   * False where a group over many streams is not written at once: its writes are made in the order
   * given, the receipt last, and an interrupted group is completed by the same group again. A
   * conflict may then follow a part of the group, and whoever decides again must leave out what is
   * there already. Absent: groups are atomic.
   */
  readonly atomicGroups?: boolean;
  /**
   * True where positions only grow; absent, they go up by one from 0, so that a lost event shows.
   */
  readonly positionGaps?: boolean;
  /** Appends one group. Never resolves before the commit is synced. */
  append(group: AppendGroup): Promise<AppendResult>;
  /**
   * Appends many independent groups, in order, in as few syncs as possible; one result a group, in
   * the same order.
   */
  appendAll(groups: readonly AppendGroup[]): Promise<readonly AppendResult[]>;
  /** The events of a stream; empty when it does not exist. */
  readStream(stream: string, options?: ReadOptions): Promise<readonly Recorded[]>;
  /**
   * Many streams in one round trip, forwards, in the order asked; a stream that does not exist has
   * no events.
   */
  readStreams(
    streams: readonly string[],
    options?: { readonly asOf?: number },
  ): Promise<readonly StreamEvents[]>;
  /**
   * Whole streams whose name starts with `prefix`, in name order (binary), after `after`, at most
   * `limit` streams. Streams with no event at or before `asOf` are left out. Fewer than `limit`
   * means the end. With `types`, of each stream only the events of these types and its last one: a
   * walk that needs no others need not parse them.
   */
  readCategory(prefix: string, options: CategoryOptions): Promise<readonly StreamEvents[]>;
  /**
   * Events in commit order, after a position (-1: from the start; where positions have gaps, one of
   * an event), at most `limit` (bounded by MAX_PAGE).
   */
  readAll(after: number, limit: number): Promise<Page>;
  /**
   * Pages in commit order for ever: history first, then live as it is committed. Ends when the
   * signal aborts.
   */
  follow(after: number, signal: AbortSignal, pageSize?: number): AsyncIterable<Page>;
  /** Position of the last committed event; -1 for an empty log. */
  lastPosition(): Promise<number>;
  /**
   * The last committed event, where positions have gaps and cannot be counted back from the end.
   */
  lastEvent?(): Promise<Recorded | undefined>;
  receipt(key: string): Promise<KeptReceipt | undefined>;
  close(): Promise<void>;
}

export const EVENT_STORE = Symbol('EventStore');
export const MAX_PAGE = 5_000;
export const MAX_EVENTS_PER_GROUP = 10_000;
export const MAX_EVENT_BYTES = 1_048_576;

// A data folder fails with it too, and this store knows the data folder.
