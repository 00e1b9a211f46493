import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { QueryEndpoint } from '../../src/http/endpoint.js';
import { QueryParam } from '../../src/http/params.js';
import {
  auditQueryHandlers,
  ListAudit,
  ReadActivity,
  ReadLog,
  ReadStream,
} from './audit.query-handlers.js';
import type { ServedReadModel } from '../engine/read-model.js';

const auditor = { roles: ['auditor'], programmeWide: true } as const;

@ApiTags('audit')
@Controller('audit')
export class AuditHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @QueryEndpoint('events', {
    ...auditor,
    summary: 'Who did what, when and in which role',
    exports: true,
  })
  events(@QueryParam() query: ListAudit): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('activity', { ...auditor, summary: 'Who did how much of what' })
  activity(@QueryParam() query: ReadActivity): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('streams/:stream', {
    ...auditor,
    summary: 'A stream from the log itself, as of any position',
    errors: { 404: ['STREAM_NOT_FOUND'] },
  })
  stream(@QueryParam() query: ReadStream): Promise<unknown> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('log', { ...auditor, summary: 'The log itself, in commit order' })
  log(@QueryParam() query: ReadLog): Promise<unknown> {
    return this.bus.execute(query);
  }
}

export const served: ServedReadModel = {
  controllers: [AuditHttp],
  queryHandlers: auditQueryHandlers,
};
