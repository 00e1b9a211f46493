import { Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { EVENT_STORE, type EventStore } from '../adapters/event-store/port.js';
import { readCycle } from '../automation/cycles.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import { Background } from './background.js';
import { Asked } from './order.js';
import { Query } from './call.js';
import { Asks } from './endpoint.js';
import type { JobStatus } from './jobs.js';

export class JobQuery extends Query {}

@ApiTags('jobs')
@Controller('jobs')
export class JobsHttp {
  constructor(@Inject(Background) private readonly background: Background, @Inject(EVENT_STORE) private readonly store: EventStore) {}

  @Asks(':jobId', { by: ['finance-officer', 'finance-controller', 'auditor', 'programme-manager'], says: 'How far a job of the background is: running, done, failed or interrupted', refuses: { 404: ['JOB_NOT_FOUND'] } })
  async job(@Asked() query: JobQuery): Promise<JobStatus> {
    const jobId = query.param('jobId');
    const known = this.background.job(jobId) ?? (await this.#fromLog(jobId));
    if (!known) throw new DomainError('JOB_NOT_FOUND', 'There is no such job.', 'not-found', 'jobId');
    return known;
  }

  /** A job that this process did not run: what it came to is in the cycle's stream. */
  async #fromLog(jobId: string): Promise<JobStatus | undefined> {
    const match = /^(prepare|instruct|reconcile|reinstruct)-(.+)$/.exec(jobId);
    if (!match) return undefined;
    const [, kind, cycleId] = match as unknown as [string, string, string];
    const events = await this.store.readStream(streams.cycle(cycleId));
    if (events.length === 0) return undefined;
    const done = events.findLast((event) => event.type === ({ prepare: 'CyclePrepared', instruct: 'CycleInstructed', reconcile: 'CycleReconciled', reinstruct: 'CycleInstructed' } as const)[kind as 'prepare']);
    if (kind === 'prepare' && (await readCycle(this.store, cycleId)).status === 'preparing') return { jobId, state: 'running' };
    if (done) return { jobId, state: 'done', result: done.data };
    if (kind === 'instruct') return events.some((event) => event.type === 'CycleReleased') ? { jobId, state: 'running' } : undefined;
    return undefined;
  }
}
