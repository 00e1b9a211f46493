import type { Page } from '../event-store/port.js';

/** What feeds projections: pages of the log, at least once, each stream in order. The embedded feed is the log's own tail. */
export interface EventFeed {
  subscribe(after: number, signal: AbortSignal): AsyncIterable<Page>;
}
export const EVENT_FEED = Symbol('EventFeed');
