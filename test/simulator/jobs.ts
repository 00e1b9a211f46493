import {
  JOB_KEEPS_STOPPING,
  MAX_TRIES,
  type ClaimedJob,
  type Finish,
  type JobQueue,
} from '../../src/adapters/job-queue/port.js';
import type { Owner, Scheduler } from './scheduler.js';

interface Row<Work> {
  readonly jobId: string;
  commandId: string | undefined;
  work: Work;
  state: 'waiting' | 'running' | 'done' | 'failed';
  tries: number;
  notBefore: number;
  holder?: Owner;
  result?: unknown;
  code?: string;
  detail?: string;
}

/** The jobs that outlive a process, the first submitted first. */
export class KeptJobs<Work> {
  readonly rows: Row<Work>[] = [];
  readonly started = new Set<string>();
  readonly #next: { readonly jobId: string; readonly work: Work; readonly commandId: string }[] =
    [];

  /** Whoever ran them is gone; the try counts. */
  takeBack(): void {
    for (const row of this.rows)
      if (row.state === 'running' && row.holder?.alive !== true)
        Object.assign(row, { state: 'waiting', notBefore: 0 });
  }

  get idle(): boolean {
    return this.rows.every(({ state }) => state === 'done' || state === 'failed');
  }

  submit(jobId: string, work: Work, commandId?: string): void {
    if (commandId !== undefined) {
      if (this.started.has(commandId)) return;
      this.started.add(commandId);
    }
    const at = this.rows.findIndex((one) => one.jobId === jobId);
    if (at >= 0 && !['done', 'failed'].includes(this.rows[at]!.state)) {
      if (commandId !== undefined) this.#next.push({ jobId, work, commandId });
      return;
    }
    const [before] = at >= 0 ? this.rows.splice(at, 1) : [];
    if (before?.state === 'failed' && before.commandId !== undefined)
      this.started.delete(before.commandId);
    this.rows.push({ jobId, work, commandId, state: 'waiting', tries: 0, notBefore: 0 });
  }

  /** Has the run begin that waits behind one that has ended. */
  beginNext(jobId: string): void {
    const at = this.#next.findIndex((one) => one.jobId === jobId);
    const [next] = at >= 0 ? this.#next.splice(at, 1) : [];
    if (!next) return;
    this.started.delete(next.commandId);
    this.submit(jobId, next.work, next.commandId);
  }
}

/** A queue over the kept jobs, for one process. */
export class SimulatedQueue<Work> implements JobQueue<Work> {
  constructor(
    private readonly scheduler: Scheduler,
    private readonly owner: Owner,
    private readonly kept: KeptJobs<Work>,
  ) {}

  submit(jobId: string, work: Work, commandId?: string): Promise<void> {
    return this.#call(`submit ${jobId}`, () => this.kept.submit(jobId, work, commandId));
  }

  state(jobId: string): ReturnType<JobQueue<Work>['state']> {
    return this.#call(`state of ${jobId}`, () => this.kept.rows.find((row) => row.jobId === jobId));
  }

  async claim(_worker: string, signal: AbortSignal): Promise<ClaimedJob<Work> | undefined> {
    while (!signal.aborted) {
      const row = await this.#call('claim a job', () => this.#next());
      if (row) return this.#held(row);
      const later = this.kept.rows.filter(({ state }) => state === 'waiting');
      if (later.length > 0) {
        const due = Math.min(...later.map(({ notBefore }) => notBefore));
        await this.scheduler.pause(this.owner, due - this.scheduler.nowMs, signal);
      } else
        await this.scheduler.until(
          this.owner,
          'wait for a job',
          () => signal.aborted || this.#claimable() !== undefined,
        );
    }
    return undefined;
  }

  newest(limit: number): ReturnType<JobQueue<Work>['newest']> {
    return this.#call('newest jobs', () => this.kept.rows.toReversed().slice(0, limit));
  }

  open(): ReturnType<JobQueue<Work>['open']> {
    return Promise.resolve([]);
  }

  counts(): ReturnType<JobQueue<Work>['counts']> {
    const count = (of: string): number => this.kept.rows.filter(({ state }) => state === of).length;
    return this.#call('count jobs', () => ({
      waiting: count('waiting') + count('running'),
      failed: count('failed'),
    }));
  }

  again(): Promise<number> {
    return Promise.resolve(0);
  }

  forget(): Promise<number> {
    return Promise.resolve(0);
  }

  close = async (): Promise<void> => undefined;

  #claimable(): Row<Work> | undefined {
    const { nowMs } = this.scheduler;
    return this.kept.rows.find(({ state, notBefore }) => state === 'waiting' && notBefore <= nowMs);
  }

  #next(): Row<Work> | undefined {
    const row = this.#claimable();
    if (!row) return undefined;
    row.tries += 1;
    if (row.tries > MAX_TRIES) {
      Object.assign(row, { state: 'failed', code: JOB_KEEPS_STOPPING });
      this.kept.beginNext(row.jobId);
      return this.#next();
    }
    row.state = 'running';
    row.holder = this.owner;
    return row;
  }

  #held(row: Row<Work>): ClaimedJob<Work> {
    const { jobId, work } = row;
    const put = (state: Row<Work>['state'], more: Partial<Row<Work>> = {}): boolean => {
      if (row.state !== 'running' || row.holder !== this.owner) return false;
      Object.assign(row, { state, ...more });
      if (state === 'done' || state === 'failed') this.kept.beginNext(jobId);
      return true;
    };
    return {
      jobId,
      work,
      lost: new AbortController().signal,
      tell: () => undefined,
      finish: (how: Finish) =>
        this.#call(`finish ${jobId} ${how.state === 'failed' ? how.code : how.state}`, () =>
          put(how.state, how),
        ),
      release: () =>
        this.#call(`release ${jobId}`, () => {
          put('waiting', { tries: row.tries - 1 });
        }),
      retry: (why) =>
        this.#call(`retry ${jobId} ${why.code}`, () => {
          const isLast = row.tries >= MAX_TRIES;
          const pauseMs = Math.min(1_000 * 2 ** (row.tries - 1), 60_000);
          put(isLast ? 'failed' : 'waiting', {
            code: why.code,
            detail: why.detail,
            notBefore: this.scheduler.nowMs + pauseMs,
          });
          return isLast;
        }),
    };
  }

  #call<T>(label: string, effect: () => T): Promise<T> {
    return this.scheduler.call(this.owner, label, effect);
  }
}
