import { createHash } from 'node:crypto';
import { eventOfLine } from './event.js';
import type { Outcome } from './ledger.js';
import type { FeedPiece } from './payment-system.js';

export interface FeedOptions {
  /** Of Sanad's API, for example http://127.0.0.1:3000 */
  readonly url: string;
  readonly token: string;
  readonly limit?: number;
  readonly waitMs?: number;
  /** Ends a long poll. */
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 60_000;

/**
 * Reads a piece of GET /feed; fetch checks that the answer is as long as its Content-Length says.
 */
export const feedOf =
  ({ url, token, limit = 500, waitMs = 0, signal }: FeedOptions) =>
  async (after: number): Promise<FeedPiece> => {
    const response = await fetch(`${url}/feed?after=${after}&limit=${limit}&wait=${waitMs}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
    });
    const text = await response.text();
    if (response.status !== 200)
      throw new Error(`the feed answers ${response.status}: ${text.slice(0, 300)}`);
    const position = Number(response.headers.get('sanad-position') ?? NaN);
    if (!Number.isSafeInteger(position)) throw new Error('the feed answers without Sanad-Position');
    return { events: text.split('\n').filter(Boolean).map(eventOfLine), position };
  };

/** Outcomes of a request at most. */
const BATCH_SIZE = 1_000;

/**
 * Says what became of payments over HTTP, for who has no Kafka. The key is a function of the body,
 * so that a repeated request is the same one.
 */
export const outcomesOver =
  ({ url, token }: Pick<FeedOptions, 'url' | 'token'>) =>
  async (outcomes: readonly Outcome[]): Promise<void> => {
    for (let first = 0; first < outcomes.length; first += BATCH_SIZE) {
      const body = JSON.stringify({ outcomes: outcomes.slice(first, first + BATCH_SIZE) });
      const response = await fetch(`${url}/payments/outcomes`, {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': createHash('sha256').update(body).digest('hex'),
        },
      });
      const text = await response.text();
      if (response.status !== 200)
        throw new Error(`the outcomes are answered with ${response.status}: ${text.slice(0, 300)}`);
    }
  };
