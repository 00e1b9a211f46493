import type { EventStore } from '../adapters/event-store/port.js';
import type { JobQueue } from '../adapters/job-queue/port.js';
import type { Pause } from '../kernel/concurrency/pause.js';
import type { ProcessManagerRunner, FollowedStore } from '../process-managers/runner.js';
import type { KeptState } from '../runtime/set-aside.js';
import { throttlePages } from '../runtime/throttle-pages.js';
import { unfinished } from '../use-cases/jobs/all.js';
import { JobRunner } from '../use-cases/jobs/job-runner.js';
import { workOff, type QueuedJob } from '../use-cases/jobs/queued-jobs.js';
import { destroyLeftKeys, leftKeysNote } from '../use-cases/persons/destroy-left-keys.js';
import type { MessageDeps } from '../write-side/context.js';
import { jobIdOf, type FromBackground } from '../write-side/jobs.js';
import { automationsOver } from './automations.js';

interface KeptPosition {
  load(): Promise<number>;
  save(position: number): Promise<void>;
}

/** Where the positions of the background are kept. */
export interface Checkpoints {
  readonly each: KeptState;
  readonly acted: KeptPosition;
  readonly verified: KeptPosition;
}

export interface BackgroundParts {
  readonly deps: MessageDeps;
  readonly checkpoints: Checkpoints;
  readonly tell: (message: FromBackground) => void;
  readonly signal: AbortSignal;
  /** How it waits; absent: by the machine's clock. */
  readonly pause?: Pause;
}

/**
 * What the background of the embedded size does besides read models, over whichever stores it has.
 */
export class BackgroundWork {
  readonly automations: ProcessManagerRunner;
  readonly #jobs: JobRunner;

  constructor(private readonly parts: BackgroundParts) {
    const { deps, checkpoints, tell, pause } = parts;
    const followed = followedGently(deps.store, pause);
    this.automations = automationsOver(deps, checkpoints, tell, { followed, pause });
    this.#jobs = new JobRunner({ ...deps, automations: this.automations }, tell);
  }

  /** Has the process managers act until the signal aborts. */
  async automate(): Promise<void> {
    const { deps, checkpoints, tell, signal } = this.parts;
    const left = await destroyLeftKeys(deps, checkpoints, signal);
    if (left > 0) tell({ kind: 'note', what: 'erased persons', detail: leftKeysNote(left) });
    await this.automations.run(signal);
  }

  /** Works off what is in the queue, and what the log shows as begun, until the signal aborts. */
  async work(queue: JobQueue<QueuedJob>): Promise<void> {
    const { deps, signal } = this.parts;
    for (const { job, by } of await unfinished(deps)) await queue.submit(jobIdOf(job), { job, by });
    await workOff(queue, this.#jobs, 'background', signal);
  }
}

const followedGently = (store: EventStore, pause: Pause | undefined): FollowedStore => ({
  readAll: (after, limit) => store.readAll(after, limit),
  readStream: (stream, options) => store.readStream(stream, options),
  readCategory: (prefix, options) => store.readCategory(prefix, options),
  lastPosition: () => store.lastPosition(),
  follow: (after, signal, pageSize) =>
    throttlePages(store.follow(after, signal, pageSize), signal, pause),
});
