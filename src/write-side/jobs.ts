import type { Progress } from './context.js';
import type { AutomationHealth } from './set-aside.js';
import type { Actor } from '../kernel/decider.js';
import { uuidOf } from '../kernel/ids.js';

/** What each kind of job is told. */
interface JobArgs {
  readonly prepare: { readonly programmeId: string; readonly period: string };
  readonly correct: {
    readonly programmeId: string;
    readonly fromPeriod: string;
    readonly basis: 'first-paid' | 'legal-effect';
    readonly personId?: string;
    readonly reason: string;
  };
  readonly 'plan-recoveries': {
    readonly programmeId: string;
    readonly commandId: string;
    readonly sharePercent: number;
    readonly floorMinor: string;
    readonly reason: string;
    readonly replace?: boolean;
    /** Where the log was when it was accepted: what came since is no part of it. */
    readonly asOf?: number;
  };
  readonly check: { readonly cycleId: string; readonly commandId: string };
  readonly message: { readonly sha256: string };
  readonly match: object;
  /** Tries once more what automations set aside: all of it, or one event. */
  readonly 'retry-set-aside': { readonly commandId: string; readonly eventId?: string };
  readonly reconcile: { readonly cycleId: string; readonly commandId: string };
  readonly reinstruct: {
    readonly cycleId: string;
    readonly commandId: string;
    readonly executionDate: string;
    readonly paymentIds?: readonly string[];
    readonly sameAccount?: boolean;
    /** Where the log was when it was accepted: what came since is no part of it. */
    readonly asOf?: number;
  };
}
export type JobKind = keyof JobArgs;
export type JobOf<K extends JobKind> = { readonly kind: K } & JobArgs[K];

/**
 * Work for the background thread. Each is finished by running it again, whatever stopped it: the
 * log is the truth.
 */
export type Job = { [K in JobKind]: JobOf<K> }[JobKind];

/** Who asked for it. */
export interface JobFor {
  readonly actor: Actor;
  /** Of this job alone: what it records is told by it from what another job does. */
  readonly correlationId: string;
  /** Of the request: it starts a job once, however often it is sent. */
  readonly commandId?: string;
}

/** What a job can be. Interrupted: what it was to do was sent back or given up meanwhile. */
export const JOB_STATES = ['running', 'done', 'failed', 'interrupted'] as const;

export interface JobStatus {
  readonly jobId: string;
  readonly state: (typeof JOB_STATES)[number];
  readonly progress?: Progress;
  readonly result?: unknown;
  /** Why it failed. */
  readonly code?: string;
  readonly detail?: string;
}

/** A job in a list: what it came to is asked for by its id. */
export interface ListedJob extends Omit<JobStatus, 'result'> {
  readonly kind: JobKind;
  readonly askedBy: string;
}

/**
 * Where the commands hand their jobs over, and where queries ask how they go: a queue that another
 * thread or process works off.
 */
export interface Jobs {
  /** Starts a job; one that is running already goes on. Gives its id. */
  start(job: Job, by: JobFor): string | Promise<string>;
  job(jobId: string): JobStatus | undefined | Promise<JobStatus | undefined>;
  /** Those that are remembered, the newest first. */
  newest(limit: number): Promise<readonly ListedJob[]>;
}
export const JOBS = Symbol('Jobs');

const ofCommand = (job: JobOf<'check' | 'reconcile' | 'reinstruct'>): string =>
  `${job.kind}-${job.cycleId}-${job.commandId.slice(0, 8)}`;

/** By what is recomputed: while one waits, another correction of the programme is another job. */
function ofCorrection({ programmeId, fromPeriod, basis, personId = '' }: JobOf<'correct'>): string {
  const about = uuidOf('correction job', programmeId, fromPeriod, basis, personId);
  return `correct-${programmeId}-${about.slice(0, 8)}`;
}

/**
 * How each kind is named. A preparation is one a cycle, an application one a message, a correction
 * one for what it recomputes and a matching one at a time, whoever asks; the others are one a
 * command. Jobs of one name are one job, so whatever tells their work apart is in it.
 */
const JOB_IDS: { readonly [K in JobKind]: (job: JobOf<K>) => string } = {
  prepare: ({ programmeId, period }) => `prepare-${programmeId}-${period}`,
  message: ({ sha256 }) => `message-${sha256}`,
  match: () => 'match',
  correct: ofCorrection,
  'plan-recoveries': ({ programmeId, commandId }) =>
    `plan-recoveries-${programmeId}-${commandId.slice(0, 8)}`,
  'retry-set-aside': ({ commandId }) => `retry-set-aside-${commandId.slice(0, 8)}`,
  check: ofCommand,
  reconcile: ofCommand,
  reinstruct: ofCommand,
};

/**
 * Id of a job: the same whoever asks for the same work. One that a newer version put into the queue
 * has the name of its kind.
 */
export function jobIdOf<K extends JobKind>(job: JobOf<K>): string {
  const kind: K = job.kind;
  return Object.hasOwn(JOB_IDS, kind) ? JOB_IDS[kind](job) : kind;
}

/** The name under which the read models tell how far they are. */
export const READ_MODELS = 'read-models';
/** What builds them, by the name under which it says that it fails. */
export const READ_MODELS_WORK = 'read models';

/** From the HTTP thread to the background thread. */
export type ToBackground = { readonly kind: 'stop' };
/** From the background thread to the HTTP thread. */
export type FromBackground =
  | { readonly kind: 'ready' }
  | { readonly kind: 'position'; readonly name: string; readonly position: number }
  | { readonly kind: 'note'; readonly what: string; readonly detail: string }
  | { readonly kind: 'trouble'; readonly what: string; readonly detail: string }
  /** For a person to look at; the work itself goes on. */
  | { readonly kind: 'alarm'; readonly what: string; readonly detail: string }
  /** Events that process managers set aside, and managers that fail now; told when it changes. */
  | { readonly kind: 'automation'; readonly health: AutomationHealth };
