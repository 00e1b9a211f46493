import type { EventType } from '../../events/generated.js';
import { MAX_PAGE } from '../adapters/event-store/port.js';
import type { Recorded } from '../kernel/decider.js';
import type { Deps, OnProgress } from '../write-side/context.js';

/**
 * Where the runner was; losing it costs a walk over the log, never correctness: what was done is
 * told by the streams.
 */
export interface Checkpoint {
  load(): Promise<number>;
  save(position: number): Promise<void>;
}

/**
 * Follows the log and acts on what happened. `handle` gets the events of a page that it `handles`,
 * in commit order, and must bear getting any of them again.
 */
export interface ProcessManager {
  readonly name: string;
  readonly handles: readonly EventType[];
  handle(events: readonly Recorded[], signal?: AbortSignal): Promise<void>;
}

/** A checkpoint for tests and for jobs that start where the log ends. */
export const checkpointInMemory = (start = -1): Checkpoint => {
  let position = start;
  return {
    load: async () => position,
    save: async (next) => {
      position = next;
    },
  };
};

/** Drives the process managers from one checkpoint, live or until caught up. */
export class AutomationRunner {
  #position: number | undefined;

  constructor(
    private readonly deps: { readonly store: Pick<Deps['store'], 'readAll' | 'follow'> },
    private readonly managers: readonly ProcessManager[],
    private readonly checkpoint: Checkpoint,
    private readonly pageSize = 2_000,
  ) {}

  /** Log position up to which every manager has acted; -1 before the first. */
  get position(): number {
    return this.#position ?? -1;
  }

  /**
   * Follows the log until the signal aborts. Rejects when a manager fails; started again, it goes
   * on where it was.
   */
  async run(signal: AbortSignal): Promise<void> {
    this.#position ??= await this.checkpoint.load();
    for await (const page of this.deps.store.follow(this.#position, signal, this.pageSize)) {
      await this.#handle(page.events, page.next, signal);
    }
  }

  /**
   * Acts on everything recorded so far, also on what that itself records, and stops. Returns the
   * position reached.
   */
  async drain(onProgress?: OnProgress, signal?: AbortSignal): Promise<number> {
    this.#position ??= await this.checkpoint.load();
    for (;;) {
      signal?.throwIfAborted();
      const page = await this.deps.store.readAll(this.#position, Math.min(this.pageSize, MAX_PAGE));
      if (page.events.length === 0) return this.#position;
      await this.#handle(page.events, page.next, signal);
      onProgress?.({ what: 'events followed', done: this.#position + 1 });
    }
  }

  async #handle(events: readonly Recorded[], next: number, signal?: AbortSignal): Promise<void> {
    for (const manager of this.managers) {
      const ours = events.filter((event) => manager.handles.includes(event.type));
      if (ours.length > 0) await manager.handle(ours, signal);
      signal?.throwIfAborted();
    }
    this.#position = next;
    await this.checkpoint.save(next);
  }
}
