import type { EventData, EventType } from '../../../events/generated.js';
import type { EventStore } from '../../adapters/event-store/port.js';
import { streams } from '../../kernel/ids.js';
import { jobIdOf, type JobKind, type JobStatus } from '../../write-side/jobs.js';
import { correctionsOf } from '../../correction/correction-reader.js';

interface Shown {
  /** What an id of the kind looks like; its one group is what the job is about. */
  readonly id: RegExp;
  status(log: EventStore, jobId: string, about: string): Promise<JobStatus | undefined>;
}

/** A job whose begin and end are in its cycle's stream, one a cycle. */
function inCycle(kind: 'prepare' | 'instruct', begun: EventType, done: EventType): Shown {
  return {
    id: new RegExp(`^${kind}-([a-z][a-z0-9]{1,30}-[0-9]{4}-[0-9]{2})$`),
    async status(log, jobId, cycleId) {
      const events = await log.readStream(streams.cycle(cycleId));
      const last = events.findLast(({ type }) => type === begun || type === done);
      if (!last) return undefined;
      if (last.type === done) return { jobId, state: 'done', result: last.data };
      // Sent back or given up, and nothing goes on.
      const isEnded = events
        .slice(last.revision + 1)
        .some(({ type }) => type === 'CycleReturned' || type === 'CycleAbandoned');
      return { jobId, state: isEnded ? 'interrupted' : 'running' };
    },
  };
}

/** A job that a command asked for, and that ends with an event of that command. */
function ofCommand(kind: 'reconcile', done: EventType): Shown {
  return {
    id: new RegExp(`^${kind}-([a-z][a-z0-9]{1,30}-[0-9]{4}-[0-9]{2})-[0-9a-f]{8}$`),
    async status(log, jobId, cycleId) {
      const events = await log.readStream(streams.cycle(cycleId));
      const end = events.find(
        ({ type, meta }) => type === done && jobId.endsWith(`-${meta.command.slice(0, 8)}`),
      );
      return end && { jobId, state: 'done', result: end.data };
    },
  };
}

/** The newest correction that the job was for; before jobs were told apart, the programme's. */
const CORRECTION: Shown = {
  id: /^correct-([a-z][a-z0-9]{1,30})(?:-[0-9a-f]{8})?$/,
  async status(log, jobId, programmeId) {
    const all = await correctionsOf(log, programmeId);
    const last = all.findLast(({ started }) => isCorrectionJob(jobId, started!));
    if (!last) return undefined;
    if (last.proposed) return { jobId, state: 'done', result: last.proposed };
    return { jobId, state: last.status === 'started' ? 'running' : 'interrupted' };
  },
};

const isCorrectionJob = (jobId: string, started: EventData['CorrectionStarted']): boolean =>
  jobId === `correct-${started.programmeId}` || jobId === jobIdOf({ ...started, kind: 'correct' });

/**
 * What the log shows of each kind of job that the queue does not know (any more); undefined:
 * nothing that is sure to be this job's. Instructing is no job that is asked for, and has an id all
 * the same.
 */
const SHOWN: { readonly [K in JobKind | 'instruct']: Shown | undefined } = {
  prepare: inCycle('prepare', 'CyclePreparationStarted', 'CyclePrepared'),
  instruct: inCycle('instruct', 'CycleReleased', 'CycleInstructed'),
  check: undefined,
  reconcile: ofCommand('reconcile', 'CycleReconciled'),
  reinstruct: undefined,
  correct: CORRECTION,
  'plan-recoveries': undefined,
  message: undefined,
  match: undefined,
  'retry-set-aside': undefined,
};

/** How a job went that this process did not run, where the log shows it. */
export async function shownInLog(log: EventStore, jobId: string): Promise<JobStatus | undefined> {
  for (const shown of Object.values(SHOWN)) {
    const about = shown?.id.exec(jobId)?.[1];
    if (shown && about !== undefined) return shown.status(log, jobId, about);
  }
  return undefined;
}
