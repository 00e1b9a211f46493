import type { EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { aggregateOf, messageOf, structuredOf, type Aggregate } from '../../messaging/topics.js';

/** What a reader asks for. Absent sets take everything. */
export interface FeedRequest {
  /** Position of an event that the reader has, or -1: the answer begins after it. */
  readonly after: number;
  /** Lines of the answer at most. */
  readonly limit: number;
  /** How long to wait where nothing is there yet, in milliseconds; 0 answers at once. */
  readonly waitMs: number;
  readonly aggregates?: ReadonlySet<Aggregate>;
  readonly types?: ReadonlySet<string>;
}

/**
 * One CloudEvent in JSON a line, and the position up to which the log was looked through: what to
 * ask `after` next.
 */
export interface FeedAnswer {
  readonly lines: readonly string[];
  readonly position: number;
}

/** An answer is held in memory until it is sent: one more event than this at most. */
export const MAX_ANSWER_BYTES = 4_194_304;
/**
 * Events looked through for one answer; a filter that finds nothing in them answers nothing and
 * moves on.
 */
export const MAX_LOOKED_THROUGH = 20_000;
const PAGE = 500;

/**
 * Reads a piece of the log as CloudEvents, in commit order. Looks through history first; where
 * nothing fits up to its end it follows the log until something does, the time is over or the
 * signal aborts. The store is read no faster than the reader asks, since each question takes one
 * bounded answer.
 */
export async function readFeed(
  store: Pick<EventStore, 'readAll' | 'follow'>,
  request: FeedRequest,
  signal: AbortSignal,
  baseUri: string,
): Promise<FeedAnswer> {
  const piece = new Piece(request, baseUri);
  for (let end = false; !end && !piece.full && !signal.aborted;) {
    const page = await store.readAll(piece.position, PAGE);
    piece.take(page.events);
    end = page.end;
  }
  if (piece.lines.length === 0 && !piece.full && request.waitMs > 0 && !signal.aborted) {
    for await (const { events } of store.follow(
      piece.position,
      AbortSignal.any([signal, AbortSignal.timeout(request.waitMs)]),
      PAGE,
    )) {
      piece.take(events);
      if (piece.lines.length > 0 || piece.full) break;
    }
  }
  return { lines: piece.lines, position: piece.position };
}

class Piece {
  readonly lines: string[] = [];
  /** Always that of an event: stores with gaps tell of no other where they go on. */
  position: number;
  #previousInFeed: number;
  #bytes = 0;
  #lookedThrough = 0;

  constructor(
    private readonly request: FeedRequest,
    private readonly baseUri: string,
  ) {
    this.position = request.after;
    this.#previousInFeed = request.after;
  }

  get full(): boolean {
    return (
      this.lines.length >= this.request.limit ||
      this.#bytes >= MAX_ANSWER_BYTES ||
      this.#lookedThrough >= MAX_LOOKED_THROUGH
    );
  }

  take(events: readonly Recorded[]): void {
    for (const event of events) {
      if (this.full) return;
      this.#lookedThrough += 1;
      if (this.#fits(event)) {
        const line = structuredOf(messageOf(event, this.position, this.baseUri), {
          previousinfeed: String(this.#previousInFeed),
        });
        this.lines.push(line);
        this.#bytes += Buffer.byteLength(line);
        this.#previousInFeed = event.position;
      }
      this.position = event.position;
    }
  }

  #fits(event: Recorded): boolean {
    const { aggregates, types } = this.request;
    return (
      (!types || types.has(event.type)) &&
      (!aggregates || aggregates.has(aggregateOf(event.stream)))
    );
  }
}
