import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { PROBLEM_JSON } from './problem.js';

/** What a command was answered with; kept for ever under its idempotency key. `text` is the body's JSON without the position. */
export class Answer {
  constructor(readonly status: number, readonly text: string, readonly position: number) {}

  /** The body as it is sent. */
  get body(): string {
    if (this.status >= 400) return this.text;
    return this.text === '{}' ? `{"position":${this.position}}` : `${this.text.slice(0, -1)},"position":${this.position}}`;
  }
}

/** Sends an answer: status, body, and the log position that a query may wait for. */
@Injectable()
export class SendAnswer implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(map((answer: unknown) => {
      if (!(answer instanceof Answer)) return answer;
      void reply.code(answer.status)
        .header('content-type', answer.status >= 400 ? PROBLEM_JSON : 'application/json; charset=utf-8')
        .header('sanad-position', answer.position);
      return answer.body;
    }));
  }
}
