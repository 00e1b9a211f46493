import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asks } from '../../src/http/endpoint.js';
import { Asked } from '../../src/http/params.js';
import { ListAudit, ReadActivity, ReadLog, ReadStream } from './audit.query-handlers.js';

const auditor = { by: ['auditor'], everywhere: true } as const;

@ApiTags('audit')
@Controller('audit')
export class AuditHttp {
  constructor(@Inject(QueryBus) private readonly bus: QueryBus) {}

  @Asks('events', { ...auditor, says: 'Who did what, when and in which role', exports: true })
  events(@Asked() query: ListAudit): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('activity', { ...auditor, says: 'Who did how much of what' })
  activity(@Asked() query: ReadActivity): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('streams/:stream', {
    ...auditor,
    says: 'A stream from the log itself, as of any position',
    refuses: { 404: ['STREAM_NOT_FOUND'] },
  })
  stream(@Asked() query: ReadStream): Promise<unknown> {
    return this.bus.execute(query);
  }

  @Asks('log', { ...auditor, says: 'The log itself, in commit order' })
  log(@Asked() query: ReadLog): Promise<unknown> {
    return this.bus.execute(query);
  }
}
