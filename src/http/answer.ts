import type { FastifyInstance } from 'fastify';
import { PROBLEM_JSON } from './problem.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const asItIs = (payload: unknown): string => payload as string;

/**
 * What a command was answered with; kept for ever under its idempotency key. `text` is the body's
 * JSON without the position.
 */
export class Answer {
  constructor(
    readonly status: number,
    readonly text: string,
    readonly position: number,
  ) {}

  /** The body as it is sent. */
  get body(): string {
    if (this.status >= 400) return this.text;
    return this.text === '{}'
      ? `{"position":${this.position}}`
      : `${this.text.slice(0, -1)},"position":${this.position}}`;
  }
}

/**
 * Has the server send answers as they are kept: their status, their text, and the log position that
 * a query may wait for.
 */
export function sendAnswers(server: FastifyInstance): void {
  server.addHook('preSerialization', (_request, reply, payload, done) => {
    if (!(payload instanceof Answer)) return done(null, payload);
    void reply
      .code(payload.status)
      .header('content-type', payload.status >= 400 ? PROBLEM_JSON : JSON_TYPE)
      .header('sanad-position', payload.position)
      .serializer(asItIs);
    done(null, payload.body);
  });
}
