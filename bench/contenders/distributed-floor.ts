import { measure } from './distributed-work.js';

/** What the client alone takes to append what that work appends. */
await measure('floor');
