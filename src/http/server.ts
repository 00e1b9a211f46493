import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import type { HttpSettings } from './settings.js';
import { sendAnswers } from './answer.js';
import { isUuid } from '../kernel/ids.js';
import type { Request } from './call.js';
import type { RequestDrain } from './request-drain.js';
import type { Log } from '../runtime/log.js';
import type { Metrics } from '../runtime/metrics.js';
import { parseJson } from './parse-json.js';
import { requireTokenBeforeBody } from './token-before-body.js';
import { PROBLEM_JSON, problemOf } from './problem.js';
import { problemBody, problemType } from './problem-filter.js';
import type { Routes } from './routes.js';
import { NO_STORE, securityHeaders } from './security-headers.js';

/** The trace id of W3C Trace Context; of digits only it may be an account's number. */
const TRACE = /^(?=.*[a-f])[0-9a-f]{32}$/i;
/**
 * It stands in every event for ever, so it has a form in which nobody's name or number is written.
 */
const isCorrelation = (text: string): boolean => isUuid(text.toLowerCase()) || TRACE.test(text);

/** Requests that came too slowly are looked for so often, at most. */
const LOOK_EVERY_MS = 5_000;
/** What Node refuses before there is a request, by its code; the rest is 400. */
const UNREADABLE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers what comes to no request as everything else is refused, and ends the connection. */
function refuseUnreadable({ code = '' }: NodeJS.ErrnoException, socket: Socket, baseUri: string) {
  // An answer that is being sent would run into this one.
  const { _httpMessage: answer } = socket as { readonly _httpMessage?: ServerResponse };
  if (code === 'ECONNRESET' || !socket.writable || answer?.headersSent === true) {
    socket.destroy();
    return;
  }
  const problem = problemOf({ statusCode: UNREADABLE[code] ?? 400 }, randomUUID(), baseUri);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_JSON}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-correlation-id: ${problem.correlationId}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

/**
 * Fastify as every server of ours runs it: limits on everything, a correlation id on every request.
 */
export function makeAdapter(
  config: Pick<HttpSettings, 'bodyLimitBytes' | 'requestTimeoutMs' | 'baseUri'>,
  routes: Routes,
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    skipMiddie: true,
    bodyLimit: config.bodyLimitBytes,
    requestTimeout: config.requestTimeoutMs,
    connectionTimeout: 0,
    http: { connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, config.requestTimeoutMs) },
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket, config.baseUri),
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    forceCloseConnections: false,
    return503OnClosing: false,
    // GovStack publishes AccountLookup with a slash at its end; Nest registers no such path.
    rewriteUrl: ({ url = '/' }: Pick<IncomingMessage, 'url'>) =>
      url.replace(/^\/govstack\/beneficiary\/(?=\?|$)/, '/govstack/beneficiary'),
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-correlation-id'];
      return typeof given === 'string' && isCorrelation(given) ? given : randomUUID();
    },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(error, request.id, config.baseUri);
      void reply
        .code(problem.status)
        .headers(NO_STORE)
        .header('content-type', problemType(request.url))
        .send(JSON.stringify(problemBody(problem, request)));
    },
  });
  routes.watch(adapter.getInstance());
  return adapter;
}

/**
 * Headers, the body's parser, and one line and one figure a request. To be called before the
 * application starts.
 */
export async function prepareServer(
  app: NestFastifyApplication,
  log: Log,
  metrics: Metrics,
  requestDrain: RequestDrain,
  hasApi: boolean,
): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  const security = await securityHeaders();
  sendAnswers(server);
  server.removeContentTypeParser('text/plain');
  app.useBodyParser('application/json', {}, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  // A bank's file is not read into memory: whoever takes it gets the stream.
  server.addContentTypeParser(['application/xml', 'text/xml'], (request, payload, done) => {
    if (request.routeOptions.url === '/bank/messages') done(null, payload);
    else
      done(
        Object.assign(new Error('only /bank/messages takes XML'), {
          code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE',
        }),
      );
  });
  server.addHook('onRequest', (request, reply, done) => {
    requestDrain.underWay += 1;
    // Also where the client went away, which the framework's own end of a response does not tell.
    reply.raw.once('close', () => {
      requestDrain.underWay -= 1;
    });
    void reply.headers(security).header('x-correlation-id', request.id);
    if (requestDrain.leaving) void reply.header('connection', 'close');
    done();
  });
  requireTokenBeforeBody(app, hasApi);
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    if (log.isLevelEnabled('info')) {
      const { actor } = request as Request;
      log.info(
        {
          correlationId: request.id,
          method: request.method,
          route,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
          ...(actor ? { actor: actor.id, role: actor.role } : {}),
        },
        'request',
      );
    }
    done();
  });
}
