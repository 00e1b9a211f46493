import { NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Throttle } from './throttle.js';
import { Tokens } from './tokens.js';

/** The limit of callers, apart from its class: whoever loads this file need not load that. */
export const CALLER_LIMIT = Symbol('CallerLimit');

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Whoever sends a body says who they are, and is counted, before a byte of it is read: all that is
 * public is asked for without one. The guard asks again, for the role. A process without the API
 * takes no bodies.
 */
export function requireTokenBeforeBody(app: NestFastifyApplication, hasApi: boolean): void {
  const tokens = hasApi ? app.get(Tokens) : undefined;
  const throttle = hasApi ? app.get<Throttle>(CALLER_LIMIT) : undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      if (!hasBody(request)) return;
      // Else the framework reads the body of what it has no place for.
      if (request.is404 || !tokens || !throttle) throw new NotFoundException();
      const { authorization } = request.headers;
      const known = tokens.known(authorization);
      const actor = known ?? (await tokens.verify(authorization).catch(refused(request, reply)));
      throttle.countBeforeBody(actor.id, request, reply);
    });

  /** Who is nobody is counted too, by the address. */
  function refused(request: FastifyRequest, reply: FastifyReply) {
    return (error: unknown): never => {
      throttle?.countBeforeBody(request.ip, request, reply);
      throw error;
    };
  }
}
