import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Trim } from './faults.js';

/**
 * An event as the server keeps it. `position` is commit and prepare position in one: the start of
 * its record.
 */
export interface Kept {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  /** "type", "content-type" and "created", as the protocol has them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Base64. */
  readonly custom: string;
  /** Base64. */
  readonly data: string;
}
export type Proposed = Omit<Kept, 'position' | 'stream' | 'revision'>;
/** Exact revision; -1: no stream; 'any'; 'exists'. */
export type Expected = number | 'any' | 'exists';
export type Appended =
  | {
      readonly kind: 'written' | 'idempotent';
      readonly revision: number;
      readonly position: number;
    }
  | { readonly kind: 'wrong-expected'; readonly current: number }
  | { readonly kind: 'stream-deleted' };

/** What a record takes besides its data, so that positions have gaps as on the real server. */
const RECORD_BYTES = 97;
/** The real server writes into its log too; so many appends come between two such events. */
const SYSTEM_EVERY = 7;

/**
 * The log of the test server: in memory, and in an append-only file where one is given. A line of
 * the file is one append, so that a half-written line after kill -9 is an append that was never
 * acknowledged.
 */
export class ServerLog {
  readonly all: Kept[] = [];
  readonly #streams = new Map<string, Kept[]>();
  readonly #trims = new Map<string, Trim>();
  readonly #listeners = new Set<() => void>();
  #next = 0;
  #appends = 0;
  /**
   * While true, a repeated append is told as a wrong expected version: the real server's memory of
   * ids is short.
   */
  forgetsIds = false;

  constructor(private readonly file?: string) {
    if (file === undefined || !existsSync(file)) return;
    const lines = readFileSync(file, 'utf8').split('\n');
    lines.pop();
    for (const line of lines) for (const kept of JSON.parse(line) as Kept[]) this.#keep(kept);
  }

  /** All that was written to a stream, by revision. */
  stream(name: string): readonly Kept[] {
    return this.#streams.get(name) ?? [];
  }

  /** The first revision that readers of a stream are given; as many as were written: none. */
  firstOf(name: string): number {
    const trim = this.#trims.get(name);
    const written = this.stream(name).length;
    if (trim === undefined) return 0;
    if (typeof trim === 'string') return written;
    return 'maxCount' in trim
      ? Math.max(0, written - trim.maxCount)
      : Math.min(written, trim.truncateBefore);
  }

  isTombstoned(name: string): boolean {
    return this.#trims.get(name) === 'tombstoned';
  }

  trim(name: string, how: Trim): void {
    this.#trims.set(name, how);
  }

  append(stream: string, expected: Expected, events: readonly Proposed[]): Appended {
    if (this.isTombstoned(stream)) return { kind: 'stream-deleted' };
    const known = this.stream(stream);
    const current = known.length - 1;
    const deleted = this.#trims.get(stream) === 'deleted';
    const head = deleted ? -1 : current;
    const fits = expected === 'any' || (expected === 'exists' ? head >= 0 : expected === head);
    if (!fits) {
      const from = typeof expected === 'number' ? expected + 1 : current + 1;
      const same =
        events.length > 0 && events.every(({ id }, index) => known[from + index]?.id === id);
      if (!same || this.forgetsIds) return { kind: 'wrong-expected', current };
      const last = known[from + events.length - 1]!;
      return { kind: 'idempotent', revision: last.revision, position: last.position };
    }
    const batch = events.map((event, index) => this.#place(stream, current + 1 + index, event));
    // Begun anew: it goes on where it was, and what was before stays hidden.
    if (deleted) this.trim(stream, { truncateBefore: current + 1 });
    this.#appends += 1;
    if (this.#appends % SYSTEM_EVERY === 0) batch.push(this.#system());
    if (this.file !== undefined) appendFileSync(this.file, `${JSON.stringify(batch)}\n`);
    for (const kept of batch) this.#keep(kept);
    for (const tell of [...this.#listeners]) tell();
    const last = batch[events.length - 1];
    return { kind: 'written', revision: current + events.length, position: last?.position ?? 0 };
  }

  /** Index in `all` of the first event at or after a position. */
  indexAt(position: bigint): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (BigInt(this.all[middle]!.position) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Whether no record begins at a position, and it is not behind the end: the server cannot read
   * from there.
   */
  isInside(asked: string | undefined): boolean {
    const position = BigInt(asked ?? 0);
    const next = this.all[this.indexAt(position)];
    return position > 0n && next !== undefined && BigInt(next.position) !== position;
  }

  /** Calls back after every append until the returned function is called. */
  onAppend(tell: () => void): () => void {
    this.#listeners.add(tell);
    return () => {
      this.#listeners.delete(tell);
    };
  }

  #place(stream: string, revision: number, event: Proposed): Kept {
    const position = this.#next;
    this.#next += RECORD_BYTES + event.data.length;
    return { position, stream, revision, ...event };
  }

  #system(): Kept {
    const stream = '$stats-127.0.0.1:2113';
    const metadata = { type: '$statsCollected', 'content-type': 'application/json', created: '0' };
    return this.#place(stream, this.stream(stream).length, {
      id: `00000000-0000-4000-8000-${String(this.#next).padStart(12, '0')}`,
      metadata,
      custom: '',
      data: 'e30=',
    });
  }

  #keep(kept: Kept): void {
    this.all.push(kept);
    const known = this.#streams.get(kept.stream);
    if (known) known.push(kept);
    else this.#streams.set(kept.stream, [kept]);
    this.#next = Math.max(this.#next, kept.position + RECORD_BYTES + kept.data.length);
  }
}
