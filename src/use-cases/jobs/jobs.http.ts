import { Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { EVENT_STORE, type EventStore } from '../../adapters/event-store/port.js';
import { DomainError } from '../../kernel/errors.js';
import { QueryParam } from '../../http/params.js';
import { Query } from '../../http/call.js';
import { QueryEndpoint } from '../../http/endpoint.js';
import { JOB_STATES, JOBS, type Jobs, type JobStatus } from '../../write-side/jobs.js';
import { requireOwnJob } from '../statements/own-files.js';
import { shownInLog } from './shown-in-log.js';

export class JobQuery extends Query {}

@ApiTags('jobs')
@Controller('jobs')
export class JobsHttp {
  constructor(
    @Inject(JOBS) private readonly jobs: Jobs,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  @QueryEndpoint(':jobId', {
    roles: [
      'finance-officer',
      'finance-controller',
      'auditor',
      'programme-manager',
      'payment-system',
      'administrator',
    ],
    programmeWide: true,
    summary: `How far a job of the background is: ${JOB_STATES.join(', ')}`,
    errors: { 403: ['NOT_YOURS'], 404: ['JOB_NOT_FOUND'] },
  })
  async job(@QueryParam() query: JobQuery): Promise<JobStatus> {
    const jobId = query.param('jobId');
    await requireOwnJob(this.store, query.call.actor, jobId);
    const known = (await this.jobs.job(jobId)) ?? (await shownInLog(this.store, jobId));
    if (!known)
      throw new DomainError('JOB_NOT_FOUND', 'There is no such job.', 'not-found', 'jobId');
    return known;
  }
}
