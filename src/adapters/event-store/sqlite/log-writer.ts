import { hash } from 'node:crypto';
import type { KeptReceipt, Receipt } from '../port.js';
import { StoreError } from '../../../kernel/errors.js';
import { isSameLine } from '../same-event.js';
import { NO_STREAM, type WireResult } from './log-protocol.js';
import { asStoreError, isRevisionTaken, type Sqlite, type Statement } from './sqlite-log.js';

export interface GroupWrite {
  readonly stream: string;
  /** Exact revision or NO_STREAM. */ readonly expected: number;
  readonly lines: readonly string[];
}
export interface Group {
  readonly writes: readonly GroupWrite[];
  readonly receipt: Receipt | null;
}

/** Leaf hash of RFC 6962: SHA-256 of a zero byte and the stored bytes. */
export const leafOf = (line: string): Buffer => hash('sha256', `\0${line}`, 'buffer');

const HEADS_A_GENERATION = 65_536;

/**
 * The log's one writer: synchronous, one transaction a call. Heads of streams are remembered, which
 * is safe because nobody else writes; a second writer would collide on `position`, which is given,
 * never generated.
 */
export class LogWriter {
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #insert: Statement;
  readonly #head: Statement;
  readonly #lineAt: Statement;
  readonly #undo: Statement;
  readonly #receipt: Statement;
  readonly #keep: Statement;
  /**
   * Heads of streams in two generations: dropping the older one whole costs less than dropping the
   * oldest of many.
   */
  #heads = new Map<string, number>();
  #olderHeads = new Map<string, number>();
  #last: number;

  constructor(private readonly db: Sqlite) {
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#insert = db.prepare(
      'INSERT INTO events (position, stream, revision, line, leaf) VALUES (?, ?, ?, ?, ?)',
    );
    this.#head = db
      .prepare('SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1')
      .pluck();
    this.#lineAt = db
      .prepare('SELECT position, line FROM events WHERE stream = ? AND revision = ?')
      .raw();
    this.#undo = db.prepare('DELETE FROM events WHERE position > ?');
    this.#receipt = db.prepare(
      'SELECT key, fingerprint, status, body, position FROM receipts WHERE key = ?',
    );
    this.#keep = db.prepare(
      'INSERT INTO receipts (key, fingerprint, status, body, position) VALUES (?, ?, ?, ?, ?)',
    );
    this.#last = Number(db.prepare('SELECT max(position) FROM events').pluck().get() ?? -1);
  }

  /** Position of the last committed event; -1 for an empty log. */
  get last(): number {
    return this.#last;
  }

  /**
   * Appends the groups in order, each by itself, and returns when the commit is synced.
   * @throws StoreError after which the writer must not be used again: memory and file may differ
   */
  commit(groups: readonly Group[]): WireResult[] {
    let committing = false;
    try {
      this.#begin.run();
      const results = groups.map((group) => this.#append(group));
      committing = true;
      this.#commit.run();
      return results;
    } catch (error) {
      const failure = asStoreError(error, committing ? 'OUTCOME_UNKNOWN' : 'STORE_FAILED');
      try {
        if (this.db.inTransaction) this.db.exec('ROLLBACK');
      } catch {
        // The connection is as broken as the file; the first failure is the one that tells why.
      }
      throw failure;
    }
  }

  #kept({ key, formerKeys = [] }: Receipt): KeptReceipt | undefined {
    for (const name of [key, ...formerKeys]) {
      const kept = this.#receipt.get(name) as KeptReceipt | undefined;
      if (kept) return kept;
    }
    return undefined;
  }

  #append(group: Group): WireResult {
    const kept = group.receipt && this.#kept(group.receipt);
    if (kept) return { kind: 'receipt-exists', receipt: kept };
    // A stream expected to be new is not looked up: inserting its first revision finds out, on the
    // same index page.
    for (const { stream, expected, lines } of group.writes) {
      const inserts = expected === NO_STREAM && lines.length > 0;
      const head = this.#known(stream) ?? (inserts ? NO_STREAM : this.#read(stream));
      if (head !== expected) return this.#refuse(group);
    }
    const before = this.#last;
    try {
      for (const { stream, expected, lines } of group.writes) {
        let revision = expected;
        for (const line of lines) {
          this.#last += 1;
          revision += 1;
          this.#insert.run(this.#last, stream, revision, line, leafOf(line));
        }
      }
    } catch (error) {
      this.#last = before;
      if (!isRevisionTaken(error)) throw error;
      this.#undo.run(before);
      return this.#refuse(group);
    }
    for (const { stream, expected, lines } of group.writes)
      if (lines.length > 0) this.#remember(stream, expected + lines.length);
    if (group.receipt)
      this.#keep.run(
        group.receipt.key,
        group.receipt.fingerprint,
        group.receipt.status,
        group.receipt.body,
        this.#last,
      );
    return this.#last;
  }

  /** Why a group cannot be written: it is there already, event by event, or a stream moved. */
  #refuse(group: Group): WireResult {
    let last = -1;
    let same = true;
    let moved: GroupWrite | undefined;
    for (const write of group.writes) {
      if (this.#lookUp(write.stream) !== write.expected) moved ??= write;
      same &&= write.lines.every((line, index) => {
        const row = this.#lineAt.get(write.stream, write.expected + 1 + index) as
          [number, string] | undefined;
        if (!row || !isSameLine(row[1], line)) return false;
        last = Math.max(last, row[0]);
        return true;
      });
    }
    if (same) return { kind: 'duplicate', position: last };
    if (!moved)
      throw new StoreError(
        'LOG_CORRUPT',
        'The index of streams disagrees with the events. The log was left as it is.',
      );
    return {
      kind: 'conflict',
      stream: moved.stream,
      expected: moved.expected === NO_STREAM ? 'no-stream' : moved.expected,
      actual: this.#lookUp(moved.stream),
    };
  }

  #lookUp(stream: string): number {
    return this.#known(stream) ?? this.#read(stream);
  }

  #known(stream: string): number | undefined {
    return this.#heads.get(stream) ?? this.#olderHeads.get(stream);
  }

  #read(stream: string): number {
    return Number(this.#head.get(stream) ?? NO_STREAM);
  }

  #remember(stream: string, revision: number): void {
    this.#heads.set(stream, revision);
    if (this.#heads.size < HEADS_A_GENERATION) return;
    this.#olderHeads = this.#heads;
    this.#heads = new Map();
  }

  close(): void {
    this.db.close();
  }
}
