import type { EventStore } from '../event-store/port.js';
import type { EventFeed } from './port.js';

/** The log's own tail, in process: in commit order, exactly once a subscription. */
export const logTail = (store: EventStore): EventFeed => ({
  subscribe: (after, signal) => store.follow(after, signal),
});
