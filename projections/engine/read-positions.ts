import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { DomainError } from '../../src/kernel/errors.js';
import { STATE } from './live.js';
import type { Projection } from './projection.js';

/** How far the live builds of these projections all are; -1 while one has none. */
export async function livePosition(
  store: ReadStore,
  projections: readonly Projection[],
): Promise<number> {
  const rows = await store.db
    .selectFrom(STATE)
    .select(['projection', 'position'])
    .where('live', '=', true)
    .$castTo<{ projection: string; position: number }>()
    .execute();
  return Math.min(
    ...projections.map(({ name }) => rows.find((row) => row.projection === name)?.position ?? -1),
  );
}

interface Waiter {
  readonly position: number;
  done(): void;
}

/**
 * Waits until the read models show a log position, so that whoever wrote reads what they wrote. It
 * works beside the runner and in other threads and processes: it looks at the committed checkpoint,
 * at once when `notify` says that there is something to see, and otherwise every few milliseconds,
 * only while somebody waits.
 */
export class ReadPositions {
  readonly #waiters = new Set<Waiter>();
  #known = -1;
  #looking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: ReadStore,
    private readonly projections: readonly Projection[],
    private readonly pollMs = 10,
  ) {}

  /** The newest position that was seen; it never goes back. */
  get known(): number {
    return this.#known;
  }

  /** The runner committed up to here (see `onCommitted`). */
  notify(position: number): void {
    if (position <= this.#known) return;
    this.#known = position;
    for (const waiter of this.#waiters) if (waiter.position <= position) waiter.done();
  }

  /** @throws DomainError READ_MODEL_BEHIND when the position is not reached in time */
  async waitFor(position: number, timeoutMs: number): Promise<void> {
    if (position <= this.#known) return;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        position,
        done: () => {
          this.#leave(waiter, timeout);
          resolve();
        },
      };
      const timeout = setTimeout(() => {
        this.#leave(waiter, timeout);
        reject(
          new DomainError(
            'READ_MODEL_BEHIND',
            `The read models have not reached position ${position} yet; they are at ${this.#known}.`,
            'unavailable',
            'position',
          ),
        );
      }, timeoutMs);
      this.#waiters.add(waiter);
      void this.#look();
    });
  }

  #leave(waiter: Waiter, timeout: NodeJS.Timeout): void {
    clearTimeout(timeout);
    this.#waiters.delete(waiter);
    if (this.#waiters.size === 0) clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      // The state table may not be there yet, or the store may be busy being replaced: the next
      // look tells.
      this.notify(await livePosition(this.store, this.projections).catch(() => -1));
    } finally {
      this.#looking = false;
    }
    clearTimeout(this.#timer);
    if (this.#waiters.size > 0) this.#timer = setTimeout(() => void this.#look(), this.pollMs);
  }
}
