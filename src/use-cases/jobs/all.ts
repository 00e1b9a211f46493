import type { Actor, Recorded } from '../../kernel/decider.js';
import type { MessageDeps, OnProgress } from '../../write-side/context.js';
import type { Job, JobFor, JobKind, JobOf } from '../../write-side/jobs.js';
import type { Refusal } from '../../write-side/refusals.js';
import type { SetAsideEvents } from '../../write-side/set-aside.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { foldCorrection } from '../../correction/correction-reader.js';
import { planRecoveries } from '../corrections/plan-recoveries.js';
import { proposeCorrection } from '../corrections/propose-correction.js';
import { checkCycle } from '../cycles/check-cycle.js';
import { foldCycle } from '../../cycle/cycle-reader.js';
import { prepareCycle } from '../cycles/prepare-cycle.js';
import { reconcileCycle } from '../cycles/reconcile-cycle.js';
import { reinstructPayments } from '../instructions/reinstruct-payments.js';
import { matchEntries } from '../statements/match-entries.js';
import { applyMessage } from '../statements/take-in-message.js';

const MAX_REFUSALS = 1_000;

/** A job, and who asked for it. */
export interface BegunJob {
  readonly job: Job;
  readonly by: JobFor;
}

/** What jobs work with: `automations` in the process where the process managers run. */
export interface JobDeps extends MessageDeps {
  readonly automations?: SetAsideEvents;
}

interface Resumption<K extends JobKind> {
  /** What the names of its streams begin with. */
  readonly prefix: string;
  /** The job that a stream shows as begun and not ended, and the event that it was begun with. */
  begun(events: readonly Recorded[]): { readonly job: JobOf<K>; readonly by: Recorded } | undefined;
}

interface JobWork<K extends JobKind> {
  /**
   * Does it to its end; done again, it finishes what is missing. Gives what the job's status shows.
   */
  run(
    deps: JobDeps,
    job: JobOf<K>,
    by: JobFor,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<unknown>;
  /** How the next process finds it in the log; absent: whoever asked asks again. */
  readonly resumed?: Resumption<K>;
}

/** Every kind of job: how it is run, and how it is resumed. How it is named: write-side/jobs. */
const JOBS: { readonly [K in JobKind]: JobWork<K> } = {
  prepare: {
    run: prepareCycle,
    resumed: {
      prefix: 'cycle-',
      begun(events) {
        const { status, programmeId, period } = foldCycle(events);
        const by = events.findLast((event) => event.type === 'CyclePreparationStarted');
        if (status !== 'preparing' || !by) return undefined;
        return { job: { kind: 'prepare', programmeId, period }, by };
      },
    },
  },
  message: {
    run: (deps, { sha256 }, by, onProgress, signal) =>
      applyMessage(deps, sha256, by, onProgress, signal),
    resumed: {
      prefix: 'message-',
      begun(events) {
        const last = events.at(-1);
        if (last?.type !== 'BankMessageReceived' && last?.type !== 'BankMessageReleased')
          return undefined;
        return { job: { kind: 'message', sha256: last.data.sha256 }, by: last };
      },
    },
  },
  correct: {
    run: proposeCorrection,
    resumed: {
      prefix: 'correction-',
      begun(events) {
        const [by] = events;
        if (by?.type !== 'CorrectionStarted' || foldCorrection(events).status !== 'started')
          return undefined;
        const { programmeId, fromPeriod, basis, personId, reason } = by.data;
        const whom = personId === undefined ? {} : { personId };
        return { job: { kind: 'correct', programmeId, fromPeriod, basis, reason, ...whom }, by };
      },
    },
  },
  'plan-recoveries': { run: planRecoveries },
  check: { run: checkCycle },
  match: {
    run: (deps, _, by, onProgress, signal) => matchEntries(deps, {}, by, onProgress, signal),
  },
  'retry-set-aside': { run: retrySetAside },
  reconcile: {
    run: (deps, job, by, onProgress, signal) =>
      reconcileCycle(
        deps,
        job,
        { ...by, commandId: job.commandId, now: deps.clock.now() },
        onProgress,
        signal,
      ),
  },
  reinstruct: { run: reinstruct },
};

async function retrySetAside(
  { automations }: JobDeps,
  { eventId }: JobOf<'retry-set-aside'>,
  _by: JobFor,
  _onProgress: OnProgress,
  signal: AbortSignal,
): Promise<unknown> {
  if (!automations) throw new Error('the process managers do not run in this process');
  const done = await automations.retry(eventId, signal);
  return { done, left: automations.setAside.length };
}

async function reinstruct(
  deps: MessageDeps,
  job: JobOf<'reinstruct'>,
  by: JobFor,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<unknown> {
  const refusals: Refusal[] = [];
  const onRefused = (more: readonly Refusal[]): void => {
    refusals.push(...more.slice(0, MAX_REFUSALS - refusals.length));
  };
  const summary = await reinstructPayments(deps, { ...job, onRefused }, by, onProgress, signal);
  const files = summary.files.map(({ name, count, totalMinor }) => ({
    name,
    count,
    totalMinor: String(totalMinor),
  }));
  return { ...summary, files, refusals };
}

/** Runs a job to its end. @throws whatever the use case throws */
export function runJob<K extends JobKind>(
  deps: JobDeps,
  job: JobOf<K>,
  by: JobFor,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<unknown> {
  const kind: K = job.kind;
  return JOBS[kind].run(deps, job, by, onProgress, signal);
}

/** Who recorded an event, as whoever goes on for them acts. */
const actorOf = ({ meta }: Recorded): Actor => ({
  id: meta.actor,
  role: meta.role,
  ...(meta.channel === undefined || meta.authentication === undefined
    ? {}
    : { via: { channel: meta.channel, authentication: meta.authentication } }),
});

/** Jobs that an earlier process began and did not finish; the log says who asked for them. */
export async function unfinished(deps: Pick<MessageDeps, 'store'>): Promise<readonly BegunJob[]> {
  const found: BegunJob[] = [];
  for (const { resumed } of Object.values(JOBS)) {
    if (!resumed) continue;
    for await (const page of pagesOf(deps.store, resumed.prefix)) {
      for (const { events } of page) {
        const begun = resumed.begun(events);
        if (!begun) continue;
        const { correlation } = begun.by.meta;
        found.push({
          job: begun.job,
          by: { actor: actorOf(begun.by), correlationId: correlation },
        });
      }
    }
  }
  return found;
}
