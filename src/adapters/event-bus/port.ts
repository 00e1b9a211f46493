import type { Recorded } from '../../kernel/decider.js';
import type { Page } from '../event-store/port.js';

/** `previous`: for each event the position before its own in the log, where the feed tells it; a partitioned one does. */
export interface FeedPage extends Page { readonly previous?: readonly number[] }

/** What feeds projections: pages of the log, at least once, each stream in order. The embedded feed is the log's own tail. */
export interface EventFeed {
  subscribe(after: number, signal: AbortSignal): AsyncIterable<FeedPage>;
}
export const EVENT_FEED = Symbol('EventFeed');

/** Where the relay publishes. */
export interface BrokerWriter {
  /** Resolves when every replica in sync has them all. `before` is the position of the event before the first. */
  deliver(events: readonly Recorded[], before: number): Promise<void>;
  close(): Promise<void>;
}
