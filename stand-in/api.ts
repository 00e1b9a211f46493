import { createHash } from 'node:crypto';
import type { Instruction, Outcome } from './behaviour.js';

export const PAGE = 1_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
const REQUEST_MS = 60_000;
/** Answers after which the same request may succeed. */
const PASSING = new Set([429, 502, 503, 504]);

/** The API answered, and will answer the same again; or what it answered makes no sense. */
export class ApiError extends Error {}
/** The API did not answer, or asked to come back later, for longer than our patience. */
export class ApiUnreachable extends Error {}

export interface ApiOptions {
  /** Where the API is, without a path at the end. */
  readonly url: string;
  readonly token: string;
  /** How long one request is tried again before ApiUnreachable. */
  readonly patienceMs: number;
  readonly wait: (ms: number) => Promise<void>;
  readonly say: (line: string) => void;
}

export interface InstructionPage {
  readonly instructions: readonly Instruction[];
  /** To go on from; undefined for an empty page. */ readonly cursor: string | undefined;
}

/**
 * What the engine said became of the outcomes, counted by its own words (applied, unchanged, break,
 * refused).
 */
export type Results = Readonly<Record<string, number>>;

/** The engine's public HTTP API, as a payment system sees it. */
export class Api {
  constructor(private readonly options: ApiOptions) {}

  /** @throws ApiError, ApiUnreachable */
  async instructions(cycle: string, after: string | undefined): Promise<InstructionPage> {
    const query = new URLSearchParams({
      limit: String(PAGE),
      ...(after === undefined ? {} : { after }),
    });
    const text = await this.#request(
      `/cycles/${encodeURIComponent(cycle)}/instructions?${query.toString()}`,
      { headers: { accept: 'application/x-ndjson' } },
    );
    const lines = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(parseLine);
    return { instructions: lines, cursor: lines.at(-1)?.cursor };
  }

  /**
   * Reports up to a thousand outcomes. Its key is made of what it says, so that a run that crashed
   * repeats itself.
   */
  async report(outcomes: readonly Outcome[]): Promise<Results> {
    const body = JSON.stringify({ outcomes });
    const text = await this.#request('/payments/outcomes', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'idempotency-key': uuidOf(body) },
    });
    return resultsIn(text);
  }

  async #request(
    path: string,
    init: {
      readonly method?: string;
      readonly body?: string;
      readonly headers: Readonly<Record<string, string>>;
    },
  ): Promise<string> {
    const what = `${init.method ?? 'GET'} ${path.split('?', 1)[0]!}`;
    let waited = 0;
    for (let next = FIRST_WAIT_MS; ; next = Math.min(next * 2, LONGEST_WAIT_MS)) {
      const answer = await this.#once(path, init);
      if ('text' in answer) {
        if (answer.status >= 200 && answer.status < 300) return answer.text;
        if (!PASSING.has(answer.status))
          throw new ApiError(`${what}: ${answer.status} ${problemIn(answer.text)}`);
      }
      const why = 'text' in answer ? `${answer.status} ${problemIn(answer.text)}` : answer.failure;
      const ms = Math.max(next, 'text' in answer ? answer.retryAfterMs : 0);
      if (waited + ms > this.options.patienceMs)
        throw new ApiUnreachable(
          `${what}: ${why}; gave up after ${Math.round(waited / 1_000)} seconds`,
        );
      this.options.say(`${what}: ${why}; trying again in ${ms} ms`);
      await this.options.wait(ms);
      waited += ms;
    }
  }

  async #once(
    path: string,
    init: RequestInit,
  ): Promise<
    | { readonly status: number; readonly text: string; readonly retryAfterMs: number }
    | { readonly failure: string }
  > {
    try {
      const response = await fetch(this.options.url + path, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_MS),
        headers: {
          ...(init.headers as Record<string, string>),
          authorization: `Bearer ${this.options.token}`,
        },
      });
      const retryAfter = Number(response.headers.get('retry-after') ?? 0);
      return {
        status: response.status,
        text: await response.text(),
        retryAfterMs: retryAfter > 0 ? retryAfter * 1_000 : 0,
      };
    } catch (error) {
      // fetch hides the reason (ECONNREFUSED, say) in the cause.
      const { cause, message } = error as Error;
      return { failure: cause instanceof Error && cause.message !== '' ? cause.message : message };
    }
  }
}

/** A name-based UUID (RFC 9562, version 8 laid over SHA-256). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${'89ab'[Number.parseInt(hex[16]!, 16) & 3]!}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A line with its cursor: its own `cursor`, or else its `position` in the log. */
function parseLine(line: string, index: number): Instruction & { readonly cursor: string } {
  const value = parseJson(line);
  if (value === undefined)
    throw new ApiError(`Line ${index + 1} of the instructions is not a JSON object.`);
  const text = (name: string): string => {
    const field = value[name];
    if (typeof field !== 'string')
      throw new ApiError(`Line ${index + 1} of the instructions has no ${name}.`);
    return field;
  };
  const attempt = value['attempt'];
  if (typeof attempt !== 'number' || !Number.isInteger(attempt))
    throw new ApiError(`Line ${index + 1} of the instructions has no attempt.`);
  const cursor = value['cursor'] ?? value['position'];
  if (typeof cursor !== 'string' && typeof cursor !== 'number')
    throw new ApiError(`Line ${index + 1} of the instructions has neither cursor nor position.`);
  return {
    paymentId: text('paymentId'),
    attempt,
    endToEndId: text('endToEndId'),
    amount: text('amount'),
    currency: text('currency'),
    executionDate: text('executionDate'),
    cursor: String(cursor),
  };
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The words of a problem+json answer (RFC 9457). */
function problemIn(text: string): string {
  const problem = parseJson(text);
  return (
    [problem?.['code'], problem?.['detail'] ?? problem?.['title']]
      .filter((part) => typeof part === 'string')
      .join(': ') || text.slice(0, 200)
  );
}

function resultsIn(text: string): Results {
  const results = parseJson(text)?.['results'];
  const counts: Record<string, number> = {};
  if (!Array.isArray(results)) return counts;
  for (const one of results as { readonly result?: unknown }[]) {
    const word = typeof one.result === 'string' ? one.result : 'other';
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}
