import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const TICK_MS = 25;
/**
 * Ticks without a request before nothing more is expected: what a client had sent is read by then.
 */
const QUIET_TICKS = 3;

/** Requests under way, and whether the server is going away. */
export class RequestDrain {
  readonly #left = new AbortController();
  underWay = 0;

  get leaving(): boolean {
    return this.#left.signal.aborted;
  }
  /** Aborts when the server is going away: whoever only waits should answer then. */
  get left(): AbortSignal {
    return this.#left.signal;
  }
  leave(): void {
    this.#left.abort();
  }
}

/** How long connections that the system has accepted, and this process not yet, are waited for. */
const ARRIVING_MS = 500;

/**
 * Answers what is under way and what arrives on the connections there are until they are quiet, and
 * takes no new connection. What clients had sent is answered; each answer tells its client to
 * connect anew.
 * @param limitMs how long a slow request may take; then it is left to the closing of the server
 */
export async function drain(
  server: Server,
  requestDrain: RequestDrain,
  limitMs: number,
): Promise<void> {
  requestDrain.leave();
  // Closing the listener resets whatever waits in the system's queue, so that is emptied first.
  await quiet(requestDrain, Math.min(ARRIVING_MS, limitMs));
  // Only the listening ends: http's own close would reset connections whose request is still on its
  // way.
  if (server.listening) NetServer.prototype.close.call(server);
  await quiet(requestDrain, limitMs);
}

async function quiet(requestDrain: RequestDrain, limitMs: number): Promise<void> {
  const beganMs = performance.now();
  for (let ticks = 0; ticks < QUIET_TICKS && performance.now() - beganMs < limitMs;) {
    await pause(TICK_MS);
    ticks = requestDrain.underWay === 0 ? ticks + 1 : 0;
  }
}

/**
 * Closes connections as they fall idle, until stopped: whoever waits for the last one to close gets
 * there.
 */
export function closeIdle(server: Server): () => void {
  const timer = setInterval(() => server.closeIdleConnections(), TICK_MS);
  return () => clearInterval(timer);
}
