import type { MessagePort } from 'node:worker_threads';
import type { FromWriter, WireBatch, WireFailure, WireResult } from './log-protocol.js';
import type { Group, GroupWrite, LogWriter } from './log-writer.js';
import { asStoreError } from './sqlite-log.js';

/**
 * A transaction takes at most this many events or characters, so that a single command is not held
 * behind bulk work.
 */
const TRANSACTION_EVENTS = 2_000;
const TRANSACTION_CHARS = 4_194_304;

interface Waiting {
  readonly port: Port;
  readonly id: number;
  readonly groups: readonly SizedGroup[];
  readonly results: WireResult[];
}
interface SizedGroup extends Group {
  readonly events: number;
  readonly chars: number;
}

/** The part of a MessagePort that the queue uses. */
export type Port = Pick<MessagePort, 'postMessage'>;

/**
 * What waits to be written, and the group commit: each step writes all single commands that wait
 * and as much of one bulk batch as fits, in one transaction with one sync, and then answers each
 * port once.
 */
export class WriteQueue {
  readonly #single: Waiting[] = [];
  readonly #bulk: Waiting[] = [];
  readonly #watching = new Set<Port>();
  #failure: WireFailure | undefined;
  #closing = false;
  #closed = false;

  constructor(private readonly writer: Pick<LogWriter, 'commit' | 'last' | 'close'>) {}

  get last(): number {
    return this.writer.last;
  }
  get closed(): boolean {
    return this.#closed;
  }

  push(port: Port, batches: readonly WireBatch[]): void {
    for (const batch of batches) {
      (batch.bulk ? this.#bulk : this.#single).push({
        port,
        id: batch.id,
        groups: groupsOf(batch),
        results: [],
      });
    }
  }

  watch(port: Port, after: number): void {
    if (this.last > after)
      port.postMessage({ kind: 'committed', last: this.last } satisfies FromWriter);
    else this.#watching.add(port);
  }

  forget(port: Port): void {
    this.#watching.delete(port);
  }

  /** Finishes what waits, then closes the log. */
  close(): void {
    this.#closing = true;
  }

  /** One transaction. False when nothing waited. */
  step(): boolean {
    if (this.#failure) this.#failAll(this.#failure);
    const taken = this.#take();
    if (taken.length === 0) {
      if (this.#closing && !this.#closed) {
        this.#closed = true;
        this.writer.close();
      }
      return false;
    }
    try {
      const results = this.writer.commit(taken.map(({ group }) => group));
      taken.forEach(({ waiting }, index) => waiting.results.push(results[index]!));
    } catch (error) {
      this.#fail(
        taken.map(({ waiting }) => waiting),
        asStoreError(error),
      );
      return true;
    }
    this.#answer(new Set(taken.map(({ waiting }) => waiting)));
    return true;
  }

  #take(): { waiting: Waiting; group: Group }[] {
    const taken: { waiting: Waiting; group: Group }[] = [];
    let events = 0;
    let chars = 0;
    for (const waiting of [...this.#single, ...this.#bulk.slice(0, 1)]) {
      for (let next = waiting.results.length; next < waiting.groups.length; next += 1) {
        const group = waiting.groups[next]!;
        if (
          taken.length > 0 &&
          (events + group.events > TRANSACTION_EVENTS || chars + group.chars > TRANSACTION_CHARS)
        )
          return taken;
        taken.push({ waiting, group });
        events += group.events;
        chars += group.chars;
      }
    }
    return taken;
  }

  #answer(touched: ReadonlySet<Waiting>): void {
    const done = new Map<Port, { id: number; results: readonly WireResult[] }[]>();
    for (const waiting of touched) {
      if (waiting.results.length < waiting.groups.length) continue;
      const ofPort = done.get(waiting.port);
      if (ofPort) ofPort.push(waiting);
      else done.set(waiting.port, [waiting]);
    }
    this.#drop((waiting) => waiting.results.length === waiting.groups.length);
    const last = this.last;
    for (const [port, batches] of done) {
      port.postMessage({
        kind: 'done',
        last,
        done: batches.map(({ id, results }) => ({ id, results })),
      } satisfies FromWriter);
      this.#watching.delete(port);
    }
    for (const port of this.#watching)
      port.postMessage({ kind: 'committed', last } satisfies FromWriter);
    this.#watching.clear();
  }

  /**
   * After a failed commit nothing is written any more: what the file holds is known only when it is
   * opened again.
   */
  #fail(inFlight: readonly Waiting[], { code, detail }: WireFailure): void {
    this.#failure = {
      code: 'STORE_FAILED',
      detail: `The log stopped after a failure and takes nothing until it is opened again. ${detail}`,
    };
    this.#reject([...new Set(inFlight)], { code, detail });
    this.#failAll(this.#failure);
  }

  #failAll(failure: WireFailure): void {
    this.#reject([...this.#single, ...this.#bulk], failure);
  }

  #reject(batches: readonly Waiting[], failure: WireFailure): void {
    for (const waiting of batches) {
      // Groups of the batch that earlier transactions committed stay committed; nobody was told, so
      // the outcome is open.
      const partly = waiting.results.length > 0 && failure.code !== 'OUTCOME_UNKNOWN';
      const said: WireFailure = partly
        ? {
            code: 'OUTCOME_UNKNOWN',
            detail: `A part of the batch was written before this: ${failure.detail}`,
          }
        : failure;
      waiting.port.postMessage({
        kind: 'failed',
        failed: [{ id: waiting.id, failure: said }],
      } satisfies FromWriter);
    }
    this.#drop((waiting) => batches.includes(waiting));
  }

  #drop(gone: (waiting: Waiting) => boolean): void {
    for (const list of [this.#single, this.#bulk]) {
      const kept = list.filter((waiting) => !gone(waiting));
      list.splice(0, list.length, ...kept);
    }
  }
}

function groupsOf(batch: WireBatch): SizedGroup[] {
  let write = 0;
  let line = 0;
  return batch.writes.map((count, index) => {
    const writes: GroupWrite[] = [];
    let chars = 0;
    const first = line;
    for (const end = write + count; write < end; write += 1) {
      const lines = batch.lines.slice(line, line + batch.counts[write]!);
      line += lines.length;
      for (const text of lines) chars += text.length;
      writes.push({ stream: batch.streams[write]!, expected: batch.expected[write]!, lines });
    }
    return { writes, receipt: batch.receipts?.[index] ?? null, events: line - first, chars };
  });
}
