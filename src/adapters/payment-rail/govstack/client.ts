import { Backoff } from '../../../kernel/concurrency/backoff.js';
import { pause } from '../../../kernel/concurrency/pause.js';
import { RailError } from '../port.js';
import type { GovstackSettings } from './port.js';
import { refusalIn } from './refusal.js';

export interface Request {
  /** For messages: "BulkPayment of batch X". Carries no personal data. */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Path and query, beginning with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}
/** Where a request goes, and how long and how often it is tried. */
type Reached = Pick<GovstackSettings, 'url' | 'token' | 'timeoutMs' | 'attempts'>;
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Bytes of an answer that are read: a page of details, not a page of the web. */
const MAX_ANSWER = 16_777_216;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 15_000;
/** Answers after which the same request may go through. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends one request until it is answered: after a network failure, a timeout or a failure of the
 * block's it is sent again, the same, with growing pauses, `attempts` times in all.
 * @returns an answer of 2xx, or one that `taken` names (409, say)
 * @throws RailError RAIL_REFUSED for any other answer, naming field and reason as far as the block
 *   does; RAIL_FAILED where no answer came: whether the block took it is then not known, and the
 *   same request may be sent again
 */
export async function send(
  settings: Reached,
  request: Request,
  {
    taken = [],
    signal,
  }: { readonly taken?: readonly number[]; readonly signal?: AbortSignal } = {},
): Promise<Reply> {
  const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  let failure = '';
  for (let attempt = 1; attempt <= settings.attempts; attempt += 1) {
    const answer = await once(settings, request, signal);
    if ('status' in answer) {
      if ((answer.status >= 200 && answer.status < 300) || taken.includes(answer.status))
        return answer;
      if (!PASSING.has(answer.status))
        throw new RailError('RAIL_REFUSED', `${request.what} was refused: ${refusalIn(answer)}.`);
    }
    failure = 'failure' in answer ? answer.failure : `status ${answer.status}`;
    // Doubled each time; longer where the block asks for it, within limits.
    const askedMs = 'status' in answer ? answer.retryAfterMs : 0;
    if (attempt < settings.attempts)
      await pause(Math.min(LONGEST_PAUSE_MS, Math.max(backoff.next(), askedMs)), signal);
  }
  throw new RailError(
    'RAIL_FAILED',
    `${request.what} had no answer in ${settings.attempts} attempts (${failure}). Whether it was taken is not known; it is safe to send it again.`,
  );
}

type Answer = (Reply & { readonly retryAfterMs: number }) | { readonly failure: string };

async function once(
  { url, token, timeoutMs }: Reached,
  { method, path, headers, body }: Request,
  signal?: AbortSignal,
): Promise<Answer> {
  signal?.throwIfAborted();
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([late, signal]) : late,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const seconds = Number(response.headers.get('retry-after') ?? '0');
    return {
      status: response.status,
      text: await textOf(response),
      retryAfterMs: seconds > 0 ? seconds * 1_000 : 0,
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RailError) throw error;
    return { failure: late.aborted ? `nothing within ${timeoutMs} ms` : codeOf(error) };
  }
}

async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > MAX_ANSWER)
      throw new RailError(
        'LIMIT_EXCEEDED',
        `The payments block's answer has more than ${MAX_ANSWER} bytes.`,
      );
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The code of a socket's failure (ECONNRESET, say), which fetch wraps. */
function codeOf(error: unknown): string {
  for (
    let cause = error;
    typeof cause === 'object' && cause !== null;
    cause = 'cause' in cause ? cause.cause : undefined
  ) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return 'network failure';
}
