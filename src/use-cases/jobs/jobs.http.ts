import { Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { correctionsOf } from '../corrections/corrections.js';
import { EVENT_STORE, type EventStore } from '../../adapters/event-store/port.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { QueryParam } from '../../http/params.js';
import { Query } from '../../http/call.js';
import { QueryEndpoint } from '../../http/endpoint.js';
import { JOBS, type Jobs, type JobStatus } from '../../write-side/jobs.js';

export class JobQuery extends Query {}

@ApiTags('jobs')
@Controller('jobs')
export class JobsHttp {
  constructor(
    @Inject(JOBS) private readonly jobs: Jobs,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  @QueryEndpoint(':jobId', {
    roles: ['finance-officer', 'finance-controller', 'auditor', 'programme-manager'],
    summary: 'How far a job of the background is: running, done, failed or interrupted',
    errors: { 404: ['JOB_NOT_FOUND'] },
  })
  async job(@QueryParam() query: JobQuery): Promise<JobStatus> {
    const jobId = query.param('jobId');
    const known = (await this.jobs.job(jobId)) ?? (await this.#fromLog(jobId));
    if (!known)
      throw new DomainError('JOB_NOT_FOUND', 'There is no such job.', 'not-found', 'jobId');
    return known;
  }

  /**
   * A job that this process did not run: what it came to is in the cycle's stream, where it is in
   * the log at all.
   */
  async #fromLog(jobId: string): Promise<JobStatus | undefined> {
    const corrected = CORRECTION.exec(jobId);
    if (corrected) return this.#correction(jobId, corrected[1]!);
    const match = JOB.exec(jobId);
    if (!match) return undefined;
    const kind = match[1] as keyof typeof DONE;
    const events = await this.store.readStream(streams.cycle(match[2]!));
    const begun = events.some((event) => event.type === BEGUN[kind]);
    if (!begun) return undefined;
    const done =
      events.at(-1)!.type === 'CyclePreparationStarted'
        ? undefined
        : events.findLast((event) => event.type === DONE[kind]);
    if (done) return { jobId, state: 'done', result: done.data };
    return kind === 'prepare' || kind === 'instruct'
      ? { jobId, state: 'running' }
      : {
          jobId,
          state: 'interrupted',
          detail:
            'It was not finished by the process that began it; send the request again under another key.',
        };
  }

  async #correction(jobId: string, programmeId: string): Promise<JobStatus | undefined> {
    const last = (await correctionsOf(this.store, programmeId)).at(-1);
    if (!last) return undefined;
    return last.proposed
      ? { jobId, state: 'done', result: last.proposed }
      : { jobId, state: last.status === 'started' ? 'running' : 'interrupted' };
  }
}

/** The newest correction of a programme. */
const CORRECTION = /^correct-([a-z][a-z0-9]{1,30})$/;
const JOB =
  /^(prepare|check|instruct|reconcile|reinstruct)-([a-z][a-z0-9]{1,30}-[0-9]{4}-[0-9]{2})(?:-[0-9a-f]{8})?$/;
/** What the log shows of a job's begin and end. A re-instruction shows in the payments only. */
const BEGUN = {
  prepare: 'CyclePreparationStarted',
  check: 'CyclePrepared',
  instruct: 'CycleReleased',
  reconcile: 'CycleReleased',
  reinstruct: 'CycleReleased',
} as const;
const DONE = {
  prepare: 'CyclePrepared',
  check: 'CycleChecked',
  instruct: 'CycleInstructed',
  reconcile: 'CycleReconciled',
  reinstruct: undefined,
} as const;
