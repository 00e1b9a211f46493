import { NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Tokens } from './tokens.js';

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Whoever sends a body says who they are before a byte of it is read: all that is public is asked
 * for without one. The guard asks again, for the role. A process without the API takes no bodies.
 */
export function requireTokenBeforeBody(app: NestFastifyApplication, hasApi: boolean): void {
  const tokens = hasApi ? app.get(Tokens) : undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request: FastifyRequest) => {
      if (!hasBody(request)) return;
      // Else the framework reads the body of what it has no place for.
      if (request.is404 || !tokens) throw new NotFoundException();
      const { authorization } = request.headers;
      if (!tokens.known(authorization)) await tokens.verify(authorization);
    });
}
