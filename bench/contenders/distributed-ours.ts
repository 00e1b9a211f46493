import { measure } from './distributed-work.js';

/** Import, decisions, preparation or instruction on EventStoreDB. */
await measure('ours');
