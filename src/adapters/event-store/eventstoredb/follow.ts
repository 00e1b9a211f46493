import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Recorded } from '../../../kernel/decider.js';
import { CallFailed } from './call-failed.js';
import { at, type Place, type ServerClient } from './client.js';
import type { ServerEvent } from './server-event.js';
import { Backoff } from '../../../kernel/concurrency/backoff.js';
import { pause } from '../../../kernel/concurrency/pause.js';
import type { Page } from '../port.js';
import { StoreError } from '../../../kernel/errors.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

export interface FollowOptions {
  readonly client: ServerClient;
  readonly prefixes: readonly string[];
  /** Position of the last event that the follower has; -1: none. */
  readonly after: number;
  readonly pageSize: number;
  readonly signal: AbortSignal;
  /** @throws StoreError for an event that cannot be trusted */
  recorded(event: ServerEvent): Recorded;
  /** Told each time a subscription ended by itself, before the next begins. */
  dropped(reason: string): void;
}

/**
 * Pages of our events in commit order for ever. A subscription that ends, however it ends, is begun
 * again behind the last event that was given, or behind the server's last checkpoint, so that
 * nothing is given twice and nothing left out. Not more than a page waits here; the rest waits at
 * the server until the follower takes it.
 * @throws StoreError STORE_FAILED when the server refuses, LOG_CORRUPT, LOG_NEWER_VERSION
 */
export async function* follow(options: FollowOptions): AsyncIterable<Page> {
  const { client, prefixes, pageSize, signal } = options;
  let last = options.after;
  let resume: Place | undefined = last < 0 ? undefined : at(last);
  const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  while (!signal.aborted) {
    const tail = client.subscribe(resume, prefixes, pageSize);
    const stop = (): void => tail.stop();
    signal.addEventListener('abort', stop, { once: true });
    let events: Recorded[] = [];
    let live = false;
    let reason = 'the server ended the subscription';
    const page = (): Page => {
      const taken = events;
      events = [];
      return { events: taken, next: last, end: live };
    };
    try {
      for await (const item of tail.items) {
        backoff.reset();
        if (item.kind === 'event') {
          if (item.event.position <= last) continue;
          events.push(options.recorded(item.event));
          last = item.event.position;
          resume = at(last);
        } else if (item.kind === 'checkpoint') {
          if (resume === undefined || item.at.commit > resume.commit) resume = item.at;
        } else live = item.kind === 'caught-up';
        if (events.length === 0) continue;
        // Behind: full pages. Live: what has come together.
        if (live && tail.waiting() === 0) await nextTurn();
        if (events.length >= pageSize || (live && tail.waiting() === 0)) yield page();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof StoreError) throw error;
      if (!(error instanceof CallFailed)) throw error;
      if (error.failure === 'refused')
        throw new StoreError(
          'STORE_FAILED',
          `EventStoreDB refused the subscription: ${error.message}.`,
        );
      reason = error.message;
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
    if (signal.aborted) return;
    if (events.length > 0) yield page();
    options.dropped(reason);
    await pause(backoff.next(), signal);
  }
}
