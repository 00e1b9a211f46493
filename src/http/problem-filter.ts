import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BASE_URI } from '../kernel/base-uri.js';
import type { Request } from './call.js';
import { LOG, type Log } from '../runtime/log.js';
import { govstackError, isGovstack } from './govstack-errors.js';
import { PROBLEM_JSON, problemOf, type Problem } from './problem.js';
import { Routes } from './routes.js';

/** A problem in the form of whoever asked. */
export const problemBody = (
  problem: Problem,
  { method, url }: { readonly method: string; readonly url: string },
): object => (isGovstack(url) ? govstackError(problem, method, url) : problem);
export const problemType = (url: string): string =>
  isGovstack(url) ? 'application/json; charset=utf-8' : PROBLEM_JSON;

/** Sends whatever was thrown as problem+json, or as GovStack publishes errors. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOG) private readonly log: Log,
    @Inject(Routes) private readonly routes: Routes,
    @Inject(BASE_URI) private readonly baseUri: string,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    let problem = problemOf(error, request.id, this.baseUri);
    const allow = problem.code === 'NOT_FOUND' ? this.routes.methodsAt(request.url) : [];
    if (allow.length > 0) problem = problemOf({ statusCode: 405 }, request.id, this.baseUri);
    if (problem.status >= 500) {
      const { name, stack, cause } = error instanceof Error ? error : new Error(String(error));
      this.log.error(
        {
          correlationId: request.id,
          code: problem.code,
          name,
          stack,
          cause: cause instanceof Error ? cause.stack : undefined,
        },
        'request failed',
      );
    }
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply.code(problem.status).header('content-type', problemType(request.url));
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="sanad"');
    if (allow.length > 0) void reply.header('allow', allow.join(', '));
    if ((problem.status === 503 || problem.status === 429) && !reply.hasHeader('retry-after'))
      void reply.header('retry-after', '1');
    void reply.send(JSON.stringify(problemBody(problem, request)));
  }
}
