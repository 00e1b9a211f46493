import type { Progress } from './context.js';
import type { Actor } from '../kernel/decider.js';

/**
 * Work for the background thread. Each is finished by running it again, whatever stopped it: the
 * log is the truth.
 */
export type Job =
  | { readonly kind: 'prepare'; readonly programmeId: string; readonly period: string }
  | {
      readonly kind: 'correct';
      readonly programmeId: string;
      readonly fromPeriod: string;
      readonly basis: 'first-paid' | 'legal-effect';
      readonly personId?: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'plan-recoveries';
      readonly programmeId: string;
      readonly commandId: string;
      readonly sharePercent: number;
      readonly floorMinor: string;
      readonly reason: string;
      readonly replace?: boolean;
    }
  | { readonly kind: 'check'; readonly cycleId: string; readonly commandId: string }
  | { readonly kind: 'message'; readonly sha256: string }
  | { readonly kind: 'match' }
  | { readonly kind: 'reconcile'; readonly cycleId: string; readonly commandId: string }
  | {
      readonly kind: 'reinstruct';
      readonly cycleId: string;
      readonly commandId: string;
      readonly executionDate: string;
      readonly paymentIds?: readonly string[];
      readonly sameAccount?: boolean;
    };

/** Who asked for it. */
export interface JobFor {
  readonly actor: Actor;
  readonly correlationId: string;
}

export interface JobStatus {
  readonly jobId: string;
  readonly state: 'running' | 'done' | 'failed' | 'interrupted';
  readonly progress?: Progress;
  readonly result?: unknown;
  /** Why it failed. */
  readonly code?: string;
  readonly detail?: string;
}

/**
 * Where the commands hand their jobs over, and where queries ask how they go: the background
 * thread, or a queue that another process works off.
 */
export interface Jobs {
  /** Starts a job; one that is running already goes on. Gives its id. */
  start(job: Job, by: JobFor): string | Promise<string>;
  job(jobId: string): JobStatus | undefined | Promise<JobStatus | undefined>;
}
export const JOBS = Symbol('Jobs');

/**
 * A preparation is one a cycle, an application one a message, a correction one a programme and a
 * matching one at a time, whoever asks; the others are one a command.
 */
export function jobIdOf(job: Job): string {
  switch (job.kind) {
    case 'prepare':
      return `prepare-${job.programmeId}-${job.period}`;
    case 'message':
      return `message-${job.sha256}`;
    case 'match':
      return 'match';
    case 'correct':
      return `correct-${job.programmeId}`;
    case 'plan-recoveries':
      return `plan-recoveries-${job.programmeId}-${job.commandId.slice(0, 8)}`;
    default:
      return `${job.kind}-${job.cycleId}-${job.commandId.slice(0, 8)}`;
  }
}

/** The name under which the read models tell how far they are. */
export const READ_MODELS = 'read-models';

/** From the HTTP thread to the background thread. */
export type ToBackground =
  { readonly kind: 'start'; readonly job: Job; readonly by: JobFor } | { readonly kind: 'stop' };
/** From the background thread to the HTTP thread. */
export type FromBackground =
  | { readonly kind: 'ready' }
  | { readonly kind: 'followed'; readonly name: string; readonly position: number }
  | { readonly kind: 'job'; readonly status: JobStatus }
  | { readonly kind: 'note'; readonly what: string; readonly detail: string }
  | { readonly kind: 'trouble'; readonly what: string; readonly detail: string };
