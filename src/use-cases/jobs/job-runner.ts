import { checkCycle } from '../cycles/check-cycle.js';
import { prepareCycle } from '../cycles/prepare-cycle.js';
import { foldCorrection } from '../corrections/corrections.js';
import { foldCycle } from '../cycles/cycles.js';
import type { MessageDeps, OnProgress } from '../../write-side/context.js';
import { matchEntries } from '../statements/match-entries.js';
import { planRecoveries } from '../corrections/plan-recoveries.js';
import { proposeCorrection } from '../corrections/propose-correction.js';
import { reconcileCycle } from '../cycles/reconcile-cycle.js';
import { reinstructPayments } from '../instructions/reinstruct-payments.js';
import type { Refusal } from '../../write-side/refusals.js';
import { applyMessage } from '../statements/take-in-message.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { DomainError, never } from '../../kernel/errors.js';
import { jobIdOf, type FromBackground, type Job, type JobFor } from '../../write-side/jobs.js';

const PROGRESS_EVERY_MS = 200;
const MAX_REFUSALS = 1_000;

/**
 * How a job ended. A fault is a failure for want of something, not a refusal: tried again, it may
 * go well.
 */
export type JobEnd =
  | { readonly state: 'done'; readonly result: unknown }
  | {
      readonly state: 'failed';
      readonly code: string;
      readonly detail: string;
      readonly fault: boolean;
    }
  | { readonly state: 'interrupted' };

/** Runs jobs one after the other, and tells how they go. */
export class JobRunner {
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly deps: MessageDeps,
    private readonly tell: (message: FromBackground) => void,
    private readonly signal: AbortSignal,
  ) {}

  start(job: Job, by: JobFor): void {
    this.#last = this.#last.then(async () => {
      const jobId = jobIdOf(job);
      const { fault: _, ...end }: JobEnd & { readonly fault?: boolean } = await this.run(
        job,
        by,
        (progress) => this.tell({ kind: 'job', status: { jobId, state: 'running', progress } }),
        this.signal,
      );
      this.tell({ kind: 'job', status: { jobId, ...end } });
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /**
   * Runs one job to its end, or until the signal aborts. Tells its progress a few times a second;
   * never rejects.
   */
  async run(job: Job, by: JobFor, onProgress: OnProgress, signal: AbortSignal): Promise<JobEnd> {
    let toldMs = 0;
    const atTimes: OnProgress = (progress) => {
      if (performance.now() - toldMs < PROGRESS_EVERY_MS) return;
      toldMs = performance.now();
      onProgress(progress);
    };
    try {
      signal.throwIfAborted();
      return { state: 'done', result: await this.#work(job, by, atTimes, signal) };
    } catch (error) {
      if (signal.aborted) return { state: 'interrupted' };
      if (error instanceof DomainError)
        return {
          state: 'failed',
          code: error.code,
          detail: error.detail,
          fault: error.kind === 'unavailable',
        };
      const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
      this.tell({
        kind: 'trouble',
        what: jobIdOf(job),
        detail: String(message ?? error).split('\n', 1)[0]!,
      });
      return {
        state: 'failed',
        code: typeof code === 'string' ? code : 'INTERNAL_ERROR',
        detail: 'The work stopped; send the request again to go on.',
        fault: true,
      };
    }
  }

  async #work(job: Job, by: JobFor, onProgress: OnProgress, signal: AbortSignal): Promise<unknown> {
    switch (job.kind) {
      case 'prepare':
        return prepareCycle(this.deps, job, by, onProgress, signal);
      case 'correct':
        return proposeCorrection(this.deps, job, by, onProgress, signal);
      case 'plan-recoveries':
        return planRecoveries(this.deps, job, by, onProgress, signal);
      case 'check':
        return checkCycle(this.deps, job, by, onProgress, signal);
      case 'message':
        return applyMessage(this.deps, job.sha256, by, onProgress, signal);
      case 'match':
        return matchEntries(this.deps, {}, by, onProgress, signal);
      case 'reconcile':
        return reconcileCycle(
          this.deps,
          job,
          { ...by, commandId: job.commandId, now: this.deps.clock.now() },
          onProgress,
          signal,
        );
      case 'reinstruct': {
        const refusals: Refusal[] = [];
        const onRefused = (more: readonly Refusal[]): void => {
          refusals.push(...more.slice(0, MAX_REFUSALS - refusals.length));
        };
        const summary = await reinstructPayments(
          this.deps,
          { ...job, onRefused },
          by,
          onProgress,
          signal,
        );
        return {
          ...summary,
          files: summary.files.map(({ name, count, totalMinor }) => ({
            name,
            count,
            totalMinor: String(totalMinor),
          })),
          refusals,
        };
      }
      default:
        return never(job);
    }
  }
}

/**
 * Preparations, messages and corrections that an earlier process began and did not finish; the log
 * says who asked for them.
 */
export async function unfinished(
  deps: Pick<MessageDeps, 'store'>,
): Promise<readonly { readonly job: Job; readonly by: JobFor }[]> {
  const found: { job: Job; by: JobFor }[] = [];
  for await (const page of pagesOf(deps.store, 'cycle-')) {
    for (const { events } of page) {
      const { status, programmeId, period } = foldCycle(events);
      const begun = events.findLast((event) => event.type === 'CyclePreparationStarted');
      if (status !== 'preparing' || !begun) continue;
      found.push({
        job: { kind: 'prepare', programmeId, period },
        by: {
          actor: { id: begun.meta.actor, role: begun.meta.role },
          correlationId: begun.meta.correlation,
        },
      });
    }
  }
  for await (const page of pagesOf(deps.store, 'message-')) {
    for (const { events } of page) {
      const last = events.at(-1)!;
      if (last.type !== 'BankMessageReceived' && last.type !== 'BankMessageReleased') continue;
      found.push({
        job: { kind: 'message', sha256: last.data.sha256 },
        by: {
          actor: { id: last.meta.actor, role: last.meta.role },
          correlationId: last.meta.correlation,
        },
      });
    }
  }
  for await (const page of pagesOf(deps.store, 'correction-')) {
    for (const { events } of page) {
      const [begun] = events;
      if (begun?.type !== 'CorrectionStarted' || foldCorrection(events).status !== 'started')
        continue;
      const { programmeId, fromPeriod, basis, personId, reason } = begun.data;
      found.push({
        job: {
          kind: 'correct',
          programmeId,
          fromPeriod,
          basis,
          reason,
          ...(personId === undefined ? {} : { personId }),
        },
        by: {
          actor: { id: begun.meta.actor, role: begun.meta.role },
          correlationId: begun.meta.correlation,
        },
      });
    }
  }
  return found;
}
