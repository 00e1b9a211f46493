import { checkCycle } from '../automation/check-cycle.js';
import { prepareCycle } from '../automation/prepare-cycle.js';
import { foldCorrection } from '../automation/corrections.js';
import { foldCycle } from '../automation/cycles.js';
import type { MessageDeps, OnProgress } from '../automation/job.js';
import { matchEntries } from '../automation/match-entries.js';
import { planRecoveries } from '../automation/plan-recoveries.js';
import { proposeCorrection } from '../automation/propose-correction.js';
import { reconcileCycle } from '../automation/reconcile-cycle.js';
import { reinstructPayments } from '../automation/reinstruct-payments.js';
import type { Refusal } from '../automation/refusals.js';
import { applyMessage } from '../automation/take-in-message.js';
import { pagesOf } from '../automation/walk.js';
import { DomainError, never } from '../kernel/errors.js';
import { jobIdOf, type FromBackground, type Job, type JobFor, type JobStatus } from './jobs.js';

const PROGRESS_EVERY_MS = 200;
const MAX_REFUSALS = 1_000;

/** Runs jobs one after the other, and tells how they go. */
export class JobRunner {
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly deps: MessageDeps, private readonly tell: (message: FromBackground) => void, private readonly signal: AbortSignal) {}

  start(job: Job, by: JobFor): void {
    this.#last = this.#last.then(() => this.#run(job, by));
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> { await this.#last; }

  async #run(job: Job, by: JobFor): Promise<void> {
    const jobId = jobIdOf(job);
    const status = (status: Omit<JobStatus, 'jobId'>): void => this.tell({ kind: 'job', status: { jobId, ...status } });
    let toldMs = 0;
    const onProgress: OnProgress = (progress) => {
      if (performance.now() - toldMs < PROGRESS_EVERY_MS) return;
      toldMs = performance.now();
      status({ state: 'running', progress });
    };
    try {
      this.signal.throwIfAborted();
      status({ state: 'done', result: await this.#work(job, by, onProgress) });
    } catch (error) {
      if (this.signal.aborted) status({ state: 'interrupted' });
      else if (error instanceof DomainError) status({ state: 'failed', code: error.code, detail: error.detail });
      else {
        const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
        status({ state: 'failed', code: typeof code === 'string' ? code : 'INTERNAL_ERROR', detail: 'The work stopped; send the request again to go on.' });
        this.tell({ kind: 'trouble', what: jobId, detail: String(message ?? error).split('\n', 1)[0]! });
      }
    }
  }

  async #work(job: Job, by: JobFor, onProgress: OnProgress): Promise<unknown> {
    switch (job.kind) {
      case 'prepare': return prepareCycle(this.deps, job, by, onProgress, this.signal);
      case 'correct': return proposeCorrection(this.deps, job, by, onProgress, this.signal);
      case 'plan-recoveries': return planRecoveries(this.deps, job, by, onProgress, this.signal);
      case 'check': return checkCycle(this.deps, job, by, onProgress, this.signal);
      case 'message': return applyMessage(this.deps, job.sha256, by, onProgress, this.signal);
      case 'match': return matchEntries(this.deps, {}, by, onProgress, this.signal);
      case 'reconcile': return reconcileCycle(this.deps, job, { ...by, commandId: job.commandId, now: this.deps.clock.now() }, onProgress, this.signal);
      case 'reinstruct': {
        const refusals: Refusal[] = [];
        const onRefused = (more: readonly Refusal[]): void => { refusals.push(...more.slice(0, MAX_REFUSALS - refusals.length)); };
        const summary = await reinstructPayments(this.deps, { ...job, onRefused }, by, onProgress, this.signal);
        return { ...summary, files: summary.files.map(({ name, count, totalMinor }) => ({ name, count, totalMinor: String(totalMinor) })), refusals };
      }
      default: return never(job);
    }
  }
}

/** Preparations, messages and corrections that an earlier process began and did not finish; the log says who asked for them. */
export async function unfinished(deps: Pick<MessageDeps, 'store'>): Promise<readonly { readonly job: Job; readonly by: JobFor }[]> {
  const found: { job: Job; by: JobFor }[] = [];
  for await (const page of pagesOf(deps.store, 'cycle-')) {
    for (const { events } of page) {
      const { status, programmeId, period } = foldCycle(events);
      const begun = events.findLast((event) => event.type === 'CyclePreparationStarted');
      if (status !== 'preparing' || !begun) continue;
      found.push({ job: { kind: 'prepare', programmeId, period }, by: { actor: { id: begun.meta.actor, role: begun.meta.role }, correlationId: begun.meta.correlation } });
    }
  }
  for await (const page of pagesOf(deps.store, 'message-')) {
    for (const { events } of page) {
      const last = events.at(-1)!;
      if (last.type !== 'BankMessageReceived' && last.type !== 'BankMessageReleased') continue;
      found.push({ job: { kind: 'message', sha256: last.data.sha256 }, by: { actor: { id: last.meta.actor, role: last.meta.role }, correlationId: last.meta.correlation } });
    }
  }
  for await (const page of pagesOf(deps.store, 'correction-')) {
    for (const { events } of page) {
      const [begun] = events;
      if (begun?.type !== 'CorrectionStarted' || foldCorrection(events).status !== 'started') continue;
      const { programmeId, fromPeriod, basis, personId, reason } = begun.data;
      found.push({ job: { kind: 'correct', programmeId, fromPeriod, basis, reason, ...(personId === undefined ? {} : { personId }) }, by: { actor: { id: begun.meta.actor, role: begun.meta.role }, correlationId: begun.meta.correlation } });
    }
  }
  return found;
}
