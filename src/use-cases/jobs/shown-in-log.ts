import type { EventType } from '../../../events/generated.js';
import type { EventStore } from '../../adapters/event-store/port.js';
import { streams } from '../../kernel/ids.js';
import type { JobKind, JobStatus } from '../../write-side/jobs.js';
import { correctionsOf } from '../corrections/corrections.js';

interface Shown {
  /** What an id of the kind looks like; its one group is what the job is about. */
  readonly id: RegExp;
  status(log: EventStore, jobId: string, about: string): Promise<JobStatus | undefined>;
}

/** A job whose begin and end are in its cycle's stream. */
function inCycle(
  kind: JobKind | 'instruct',
  begun: EventType,
  done: EventType | undefined,
  unfinished: Pick<JobStatus, 'state' | 'detail'>,
): Shown {
  return {
    id: new RegExp(`^${kind}-([a-z][a-z0-9]{1,30}-[0-9]{4}-[0-9]{2})(?:-[0-9a-f]{8})?$`),
    async status(log, jobId, cycleId) {
      const events = await log.readStream(streams.cycle(cycleId));
      if (!events.some(({ type }) => type === begun)) return undefined;
      const again = events.at(-1)!.type === 'CyclePreparationStarted';
      const end = again ? undefined : events.findLast(({ type }) => type === done);
      return end ? { jobId, state: 'done', result: end.data } : { jobId, ...unfinished };
    },
  };
}

const RUNNING = { state: 'running' } as const;
const ASK_AGAIN = {
  state: 'interrupted',
  detail:
    'It was not finished by the process that began it; send the request again under another key.',
} as const;

/** The newest correction of a programme. */
const CORRECTION: Shown = {
  id: /^correct-([a-z][a-z0-9]{1,30})$/,
  async status(log, jobId, programmeId) {
    const last = (await correctionsOf(log, programmeId)).at(-1);
    if (!last) return undefined;
    return last.proposed
      ? { jobId, state: 'done', result: last.proposed }
      : { jobId, state: last.status === 'started' ? 'running' : 'interrupted' };
  },
};

/**
 * What the log shows of each kind of job to a process that did not run it; undefined: nothing. A
 * re-instruction shows in the payments only. Instructing is no job that is asked for, and has an id
 * all the same.
 */
const SHOWN: { readonly [K in JobKind | 'instruct']: Shown | undefined } = {
  prepare: inCycle('prepare', 'CyclePreparationStarted', 'CyclePrepared', RUNNING),
  instruct: inCycle('instruct', 'CycleReleased', 'CycleInstructed', RUNNING),
  check: inCycle('check', 'CyclePrepared', 'CycleChecked', ASK_AGAIN),
  reconcile: inCycle('reconcile', 'CycleReleased', 'CycleReconciled', ASK_AGAIN),
  reinstruct: inCycle('reinstruct', 'CycleReleased', undefined, ASK_AGAIN),
  correct: CORRECTION,
  'plan-recoveries': undefined,
  message: undefined,
  match: undefined,
};

/** How a job went that this process did not run, where the log shows it. */
export async function shownInLog(log: EventStore, jobId: string): Promise<JobStatus | undefined> {
  for (const shown of Object.values(SHOWN)) {
    const about = shown?.id.exec(jobId)?.[1];
    if (shown && about !== undefined) return shown.status(log, jobId, about);
  }
  return undefined;
}
