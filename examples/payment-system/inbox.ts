import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import type { Event } from './event.js';

/** What to do with an event: it is new, it was seen before, or events before it are missing. */
export type Place = 'new' | 'known' | 'gap';

/**
 * What this program has seen: how far it is in the log, and in each stream. It drops what comes
 * again and proves that nothing is missing, by two counts that must agree: the chain of positions
 * and the revisions of each stream.
 */
export class Inbox {
  #position: number;
  readonly #revisions: Map<string, number>;

  /**
   * @param file where it is kept; absent: in memory. @param start position to begin after where the
   *   file is not there yet
   */
  constructor(
    private readonly file?: string,
    start = -1,
  ) {
    const kept =
      file !== undefined && existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as {
            position: number;
            revisions: Record<string, number>;
          })
        : { position: start, revisions: {} };
    this.#position = kept.position;
    this.#revisions = new Map(Object.entries(kept.revisions));
  }

  get position(): number {
    return this.#position;
  }

  /**
   * @throws Error where the chain closes and the stream does not: then the source is wrong, and no
   *   reading again helps
   */
  place({ stream, revision, position, previous }: Event): Place {
    const last = this.#revisions.get(stream);
    if (position <= this.#position || (last !== undefined && revision <= last)) return 'known';
    if (previous !== this.#position) return 'gap';
    if (last !== undefined && revision !== last + 1)
      throw new Error(
        `${stream} goes from revision ${last} to ${revision}, and nothing is missing before position ${position}`,
      );
    return 'new';
  }

  /** Notes an event that is done with. */
  done({ stream, revision, position }: Event): void {
    this.#revisions.set(stream, revision);
    this.#position = position;
  }

  /** A filtered feed was read up to here: what it left out was not for us. */
  reached(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  /** Keeps it, whole or not at all. */
  save(): void {
    if (this.file === undefined) return;
    const beside = `${this.file}.new`;
    const descriptor = openSync(beside, 'w');
    try {
      writeSync(
        descriptor,
        JSON.stringify({
          position: this.#position,
          revisions: Object.fromEntries(this.#revisions),
        }),
      );
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, this.file);
  }
}
