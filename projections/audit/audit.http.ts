import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { LIST_FORMATS, QueryEndpoint } from '../../src/http/endpoint.js';
import { QueryParam } from '../../src/http/params.js';
import {
  auditQueryHandlers,
  ListAudit,
  ListReadings,
  ReadActivity,
  ReadLog,
  ReadStream,
} from './audit.query-handlers.js';
import type { ServedReadModel } from '../engine/read-model.js';
import type { Access } from '../../src/adapters/access-log/port.js';
import type { Items, Page } from '../../src/http/exports.js';
import type { Activity, AuditEntry } from './audit.queries.js';
import type { LogPiece, StreamPiece } from './audit.query-handlers.js';

const auditor = { roles: ['auditor'], programmeWide: true } as const;

@ApiTags('audit')
@Controller('audit')
export class AuditHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @QueryEndpoint('events', {
    ...auditor,
    summary: 'Who did what, when and in which role',
    sends: LIST_FORMATS,
  })
  events(@QueryParam() query: ListAudit): Promise<Page<AuditEntry>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('readings', {
    ...auditor,
    summary:
      'Who read personal data of whom, in which role and for what, in the order in which it was noted',
    sends: LIST_FORMATS,
  })
  readings(@QueryParam() query: ListReadings): Promise<Page<Access>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('activity', { ...auditor, summary: 'Who did how much of what' })
  activity(@QueryParam() query: ReadActivity): Promise<Items<Activity>> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('streams/:stream', {
    ...auditor,
    summary: 'A stream from the log itself, as of any position',
    errors: { 404: ['STREAM_NOT_FOUND'] },
  })
  stream(@QueryParam() query: ReadStream): Promise<StreamPiece> {
    return this.bus.execute(query);
  }

  @QueryEndpoint('log', { ...auditor, summary: 'The log itself, in commit order' })
  log(@QueryParam() query: ReadLog): Promise<LogPiece> {
    return this.bus.execute(query);
  }
}

export const served: ServedReadModel = {
  controllers: [AuditHttp],
  queryHandlers: auditQueryHandlers,
};
