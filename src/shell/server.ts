import helmet from '@fastify/helmet';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import type { Config } from '../config.js';
import { DomainError } from '../kernel/errors.js';
import type { Request } from './call.js';
import type { Traffic } from './drain.js';
import type { Log } from './log.js';
import type { Meters } from './meters.js';
import { PROBLEM_JSON, problemOf } from './problem.js';
import type { Routes } from './routes.js';

const CORRELATION = /^[\x21-\x7e]{1,64}$/;

/** Fastify as every server of ours runs it: limits on everything, a correlation id on every request. */
export function makeAdapter(config: Pick<Config, 'bodyLimitBytes' | 'requestTimeoutMs'>, routes: Routes): FastifyAdapter {
  const adapter = new FastifyAdapter({
    skipMiddie: true, bodyLimit: config.bodyLimitBytes, requestTimeout: config.requestTimeoutMs, connectionTimeout: 0, keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false }, forceCloseConnections: false, return503OnClosing: false,
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-correlation-id'];
      return typeof given === 'string' && CORRELATION.test(given) ? given : randomUUID();
    },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(error, request.id);
      void reply.code(problem.status).header('content-type', PROBLEM_JSON).send(JSON.stringify(problem));
    },
  });
  routes.watch(adapter.getInstance());
  return adapter;
}

/** Headers, the body's parser, and one line and one figure a request. To be called before the application starts. */
export async function prepareServer(app: NestFastifyApplication, log: Log, meters: Meters, traffic: Traffic): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], imgSrc: ["'self'", 'data:'], styleSrc: ["'self'", "'unsafe-inline'"], scriptSrc: ["'self'", "'unsafe-inline'"], upgradeInsecureRequests: null } } });
  server.removeContentTypeParser('text/plain');
  app.useBodyParser('application/json', {}, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  server.addHook('onRequest', (request, reply, done) => {
    traffic.underWay += 1;
    void reply.header('x-correlation-id', request.id);
    if (traffic.leaving) void reply.header('connection', 'close');
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    traffic.underWay -= 1;
    const route = request.routeOptions.url ?? 'none';
    meters.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    if (log.isLevelEnabled('info')) {
      const { actor } = request as Request;
      log.info({ correlationId: request.id, method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10, ...(actor ? { actor: actor.id, role: actor.role } : {}) }, 'request');
    }
    done();
  });
}

const MAX_DEPTH = 64;

/**
 * @throws DomainError MALFORMED_JSON; FORBIDDEN_FIELD for a key that would change an object's prototype; TOO_DEEP
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new DomainError('MALFORMED_JSON', 'The body is not well-formed JSON.', 'invalid');
  }
  refuseHarm(value, '', 0);
  return value;
}

function refuseHarm(value: unknown, place: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw new DomainError('TOO_DEEP', `The body nests deeper than ${MAX_DEPTH} levels.`, 'invalid');
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) refuseHarm(value[i], `${place}${i}/`, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') throw new DomainError('UNKNOWN_FIELD', `${place}${key} is not a field of this request.`, 'invalid', `${place}${key}`);
    refuseHarm((value as Record<string, unknown>)[key], `${place}${key}/`, depth + 1);
  }
}
