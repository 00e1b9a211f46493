import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { schemas } from '../../events/generated.js';
import released from '../../events/released.json' with { type: 'json' };
import { DomainError } from '../kernel/errors.js';
import { Public } from './auth-guard.js';

/** A released schema never changes, so whoever has it once need not ask again. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** By the end of their address, for example "payment/PaymentOrdered.v1.schema.json". */
const RELEASED: ReadonlyMap<string, object> = new Map(
  schemas
    .filter(({ type, version }) => Object.hasOwn(released, `${type}@${version}`))
    .map(({ aggregate, type, version, schema }) => [
      `${aggregate}/${type}.v${version}.schema.json`,
      schema,
    ]),
);

/** Where the `dataschema` of an event leads, on the feed and on Kafka. */
@ApiExcludeController()
@SkipThrottle()
@Controller('schemas/events')
export class EventSchemasHttp {
  @Get(':aggregate/:file')
  @Public()
  schema(
    @Param('aggregate') aggregate: string,
    @Param('file') file: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const schema = RELEASED.get(`${aggregate}/${file}`);
    if (schema === undefined)
      throw new DomainError('SCHEMA_UNKNOWN', 'There is no such released schema.', 'not-found');
    // Not by @Header: that would have caches keep the refusal, too.
    reply.header('cache-control', FOR_EVER).type('application/schema+json; charset=utf-8');
    return JSON.stringify(schema);
  }
}
