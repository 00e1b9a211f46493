import { Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { EVENT_STORE, type EventStore } from '../../adapters/event-store/port.js';
import { DomainError } from '../../kernel/errors.js';
import { QueryParam } from '../../http/params.js';
import { Query } from '../../http/call.js';
import type { Items } from '../../http/exports.js';
import { Pattern } from '../../http/fields.js';
import { isLimited } from '../../http/query-handlers.js';
import { QueryEndpoint } from '../../http/endpoint.js';
import {
  JOB_STATES,
  JOBS,
  type Jobs,
  type JobStatus,
  type ListedJob,
} from '../../write-side/jobs.js';
import { ownJobs, requireOwnJob } from '../statements/own-files.js';
import { shownInLog } from './shown-in-log.js';

export class JobQuery extends Query {}
export class JobsQuery extends Query {
  @Pattern(/^([1-9][0-9]{0,2}|1000)$/, 'a whole number from 1 to 1000', {
    optional: true,
    description: 'Jobs; default 50.',
  })
  limit?: string;
}

const roles = [
  'finance-officer',
  'finance-controller',
  'auditor',
  'programme-manager',
  'payment-system',
  'administrator',
] as const;
/** As many as are remembered: those of one payment system are looked for among all. */
const ALL = 10_000;

@ApiTags('jobs')
@Controller('jobs')
export class JobsHttp {
  constructor(
    @Inject(JOBS) private readonly jobs: Jobs,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  @QueryEndpoint('', {
    roles,
    summary:
      'Jobs of the background, the newest first; a payment system sees those of the files that it handed over first, another role that is limited to regions none',
  })
  async jobsOf(@QueryParam() query: JobsQuery): Promise<Items<ListedJob>> {
    const { actor } = query.call;
    const limit = Number(query.limit ?? 50);
    const ofFiles = actor.role === 'payment-system';
    // A job is about all regions.
    if (isLimited(query) && !ofFiles) return { items: [] };
    const jobs = await this.jobs.newest(ofFiles ? ALL : limit);
    return { items: (await ownJobs(this.store, actor, jobs)).slice(0, limit) };
  }

  @QueryEndpoint(':jobId', {
    roles,
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
