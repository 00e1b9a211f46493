import type { Recorded } from './decider.js';
import { DomainError } from './errors.js';

/**
 * The event that a checkpoint stands behind, and which log it is of. `log` is the id of that log's
 * first event: it is the same in every copy, and in no other log.
 */
export interface Anchor {
  readonly log: string;
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  /**
   * A command that is sent again to an older copy of the log writes the same ids, at another time.
   */
  readonly time: string;
}

/** What is asked of a log; each event store answers it. */
export interface AnchoredLog {
  readAll(after: number, limit: number): Promise<{ readonly events: readonly Recorded[] }>;
  readStream(
    stream: string,
    options: { readonly from: number; readonly limit: number },
  ): Promise<readonly Recorded[]>;
  lastPosition(): Promise<number>;
}

const REFUSALS: readonly string[] = ['CHECKPOINT_NOT_IN_LOG', 'TOPICS_NOT_AS_LEFT'];

/**
 * Whether an error says that what a checkpoint stands on is no longer what it was. Its detail names
 * the checkpoint, what was found and what to run.
 */
export const isCheckpointRefusal = (error: unknown): error is DomainError =>
  error instanceof DomainError && REFUSALS.includes(error.code);

/** Of a server's log the first events are its own. */
const FIRST_PAGE = 100;

/**
 * Keeps of a checkpoint behind which event it stands, and finds out whether the log still has it. A
 * log that was restored from an older copy has not, and neither has another log.
 */
export class LogAnchor {
  #position = -1;
  #anchor: Anchor | undefined;
  #first: string | undefined;

  /**
   * @param checkpoint what stands there, as a sentence begins with it
   * @param remedy what to run where the log is another
   */
  constructor(
    private readonly log: AnchoredLog,
    private readonly checkpoint: string,
    private readonly remedy: string,
  ) {}

  get current(): Anchor | undefined {
    return this.#anchor;
  }

  /**
   * Goes on from what was kept, which is still to be checked; an earlier version kept positions
   * only.
   */
  keep(position: number, anchor: Anchor | undefined): void {
    this.#position = position;
    this.#anchor = anchor;
  }

  /** Stands behind this event from now on, where it is further than before. */
  async moveTo(event: Recorded): Promise<Anchor> {
    const { id, stream, revision, position, time } = event;
    if (this.#anchor && position <= this.#anchor.position) return this.#anchor;
    this.#first ??= (await this.#firstId()) ?? id;
    this.#position = position;
    this.#anchor = { log: this.#first, id, stream, revision, position, time };
    return this.#anchor;
  }

  /** @throws DomainError CHECKPOINT_NOT_IN_LOG; whatever the log fails with */
  async check(): Promise<void> {
    const anchor = this.#anchor;
    if (!anchor) {
      const last = await this.log.lastPosition();
      if (this.#position > last)
        throw this.#refused(
          `stands at position ${this.#position}, and the log that is there ends at position ${last}`,
        );
      return;
    }
    const { stream, revision, id, position, time } = anchor;
    const [found] = await this.log.readStream(stream, { from: revision, limit: 1 });
    if (found?.id === id && found.position === position && found.time === time) return;
    throw this.#refused(
      `stands behind event ${id} at position ${position} of the log that begins with event ${anchor.log}, and ${await this.#instead(anchor, found)}`,
    );
  }

  async #instead(anchor: Anchor, found: Recorded | undefined): Promise<string> {
    const first = await this.#firstId();
    if (first === undefined) return 'the log that is there is empty';
    if (first !== anchor.log)
      return `the log that is there begins with event ${first}: another one`;
    const has = found ? `has event ${found.id} in its place` : 'has no such event';
    return `that log ${has} and ends at position ${await this.log.lastPosition()}: it was restored from an older copy`;
  }

  #refused(what: string): DomainError {
    return new DomainError(
      'CHECKPOINT_NOT_IN_LOG',
      `${this.checkpoint} ${what}. ${this.remedy}`,
      'unavailable',
    );
  }

  async #firstId(): Promise<string | undefined> {
    return (await this.log.readAll(-1, FIRST_PAGE)).events[0]?.id;
  }
}
