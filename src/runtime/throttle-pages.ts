import { pause, type Pause } from '../kernel/concurrency/pause.js';
import type { Page } from '../adapters/event-store/port.js';

const PER_EVENT_MS = 2;
const LONGEST_MS = 100;

/**
 * Gives what is being committed in fewer, larger pages when much comes: after a page of n events
 * the next waits 2n ms, at most 100 ms. A single fact is followed at once; a flood costs ten
 * transactions a second, not hundreds. History, which comes in full pages, is not held up.
 */
export async function* throttlePages(
  pages: AsyncIterable<Page>,
  signal: AbortSignal,
  wait: Pause = pause,
): AsyncGenerator<Page> {
  for await (const page of pages) {
    yield page;
    if (!page.end) continue;
    await wait(Math.min(LONGEST_MS, page.events.length * PER_EVENT_MS), signal);
  }
}
