import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instruction, Outcome } from '../../stand-in/behaviour.js';

export const TOKEN = 'a-token';

/**
 * A small engine behind the two addresses that a payment system uses. It keeps what was reported,
 * in order.
 */
export class FakeEngine {
  readonly reported: Outcome[] = [];
  readonly keys: string[] = [];
  readonly largest = { page: 0, report: 0 };
  instructions: readonly Instruction[] = [];
  /** Answers given before anything else, once each: status and headers. */
  readonly troubles: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: object;
  }[] = [];
  /** Told which page of instructions is asked for, from 1, before it is answered. */
  onPage: ((page: number) => void) | undefined;
  #pages = 0;
  /** Replaces the lines of the instructions. */
  nonsense: string | undefined;
  readonly #answers = new Map<string, string>();
  readonly #server: Server = createServer((request, response) => {
    void this.#handle(request, response);
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  /** Everything said about a payment's attempt, in order. */
  saidOf({ paymentId, attempt }: Instruction): string[] {
    return this.reported
      .filter((o) => o.paymentId === paymentId && o.attempt === attempt)
      .map((o) => o.outcome);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const trouble = this.troubles.shift();
    if (trouble) {
      response.writeHead(trouble.status, trouble.headers).end(JSON.stringify(trouble.body ?? {}));
    } else if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      response
        .writeHead(401, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ code: 'TOKEN_INVALID', detail: 'The token is not accepted.' }));
    } else if (request.method === 'GET') {
      this.#page(new URL(request.url ?? '', 'http://engine'), response);
    } else {
      this.#take(String(request.headers['idempotency-key']), body, response);
    }
  }

  #page(url: URL, response: ServerResponse): void {
    if (url.pathname !== '/cycles/asd-2025-11/instructions') {
      response
        .writeHead(404)
        .end(JSON.stringify({ code: 'CYCLE_UNKNOWN', detail: 'There is no such cycle.' }));
      return;
    }
    this.#pages += 1;
    this.onPage?.(this.#pages);
    const from = Number(url.searchParams.get('after') ?? -1) + 1;
    const page = this.instructions.slice(from, from + Number(url.searchParams.get('limit')));
    this.largest.page = Math.max(this.largest.page, page.length);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.end(
      this.nonsense ??
        page
          .map(
            (instruction, i) =>
              `${JSON.stringify({ ...instruction, payee: { name: 'N', kind: 'iban', account: 'A' }, position: from + i })}\n`,
          )
          .join(''),
    );
  }

  #take(key: string, body: string, response: ServerResponse): void {
    this.keys.push(key);
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      const { outcomes } = JSON.parse(body) as { outcomes: Outcome[] };
      this.largest.report = Math.max(this.largest.report, outcomes.length);
      this.reported.push(...outcomes);
      answer = JSON.stringify({
        results: outcomes.map(() => ({ result: 'applied' })),
        position: this.reported.length,
      });
      this.#answers.set(key, answer);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  }
}

export const instruction = (i: number, attempt = 1): Instruction => ({
  paymentId: `asd-2025-11-${String(i).padStart(8, '0')}-0000-5000-8000-000000000000`,
  attempt,
  endToEndId: `E${attempt}${String(i).padStart(23, '0')}`,
  amount: '500.00',
  currency: 'MAD',
  executionDate: '2025-12-02',
});
export const instructions = (count: number): Instruction[] =>
  Array.from({ length: count }, (_, i) => instruction(i));
