import { randomUUID } from 'node:crypto';
import { LENGTHS } from '../../../kernel/govstack.js';
import type { JobQueue, QueuePatience } from '../../job-queue/port.js';
import { RailError } from '../port.js';
import { send } from './client.js';
import type { CallbackPost, GovstackCaller, OwedCallback } from './port.js';

/** What both sizes keep callbacks in: the queue's patience is some twelve hours. */
export const CALLBACK_QUEUE = {
  file: 'callbacks.db',
  table: 'sanad_callback',
  patience: {
    firstPauseMs: 1_000,
    longestPauseMs: 1_800_000,
    maxTries: 35,
    askEveryMs: 250,
    forgetsDone: true,
  } satisfies QueuePatience,
} as const;

/**
 * Addresses under which callers may be called back: an address in a request must not make Sanad
 * call whatever its network reaches.
 */
function allowing(allowed: readonly string[]): (url: string) => boolean {
  const prefixes = allowed.map((each) => new URL(each));
  return (url) => {
    if (url.length > LENGTHS.callbackUrl || !URL.canParse(url)) return false;
    const requested = new URL(url);
    if (requested.username !== '' || requested.password !== '') return false;
    return prefixes.some(
      ({ origin, pathname }) =>
        requested.origin === origin &&
        (requested.pathname === pathname ||
          requested.pathname.startsWith(pathname.endsWith('/') ? pathname : `${pathname}/`)),
    );
  };
}

/** Keeps what callers are owed in a queue, from which `deliverCallbacks` works it off. */
export const callbackOutbox = (
  allowed: readonly string[],
  queue: Pick<JobQueue<OwedCallback>, 'submit'>,
): GovstackCaller => ({
  allows: allowing(allowed),
  owe: (callback) => queue.submit(randomUUID(), callback),
});

/**
 * Posts to addresses that are allowed now: what was allowed when it was owed may not be any more.
 */
export function callbackPost({
  allowed,
  timeoutMs,
}: {
  readonly allowed: readonly string[];
  readonly timeoutMs: number;
}): CallbackPost {
  const allows = allowing(allowed);
  return async ({ what, url, query }, body, signal) => {
    if (!allows(url))
      throw new RailError(
        'RAIL_REFUSED',
        `${what} is not sent: its address is not among SANAD_GOVSTACK_CALLBACKS any more.`,
      );
    const address = new URL(url);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    await send(
      { url: address.href, timeoutMs, attempts: 1 },
      { what, method: 'POST', path: '', headers: {}, body: JSON.stringify(body) },
      { signal },
    );
  };
}
