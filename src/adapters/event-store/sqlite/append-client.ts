import type { FromWriter, ToWriter, WireBatch, WireFailure, WireResult } from './log-protocol.js';
import type { AppendResult, Receipt } from '../port.js';
import { StoreError } from '../../../kernel/errors.js';

/** A group whose lines are made: what goes to the writer. */
export interface PreparedGroup {
  readonly streams: readonly string[];
  readonly expected: readonly number[];
  readonly lines: readonly (readonly string[])[];
  readonly receipt: Receipt | undefined;
  readonly events: number;
  readonly chars: number;
}

/** More groups or events than this in one call is bulk work. */
const SINGLE_GROUPS = 16;
const SINGLE_EVENTS = 64;
/**
 * So many calls of one tick go out at once, so that the writer works while this thread makes the
 * next lines.
 */
const FLUSH_CALLS = 16;
/** What one thread may have waiting: beyond it, callers are told to come back. */
const MAX_PENDING_EVENTS = 100_000;
const MAX_PENDING_CHARS = 134_217_728;

interface Call {
  readonly groups: readonly PreparedGroup[];
  readonly events: number;
  readonly chars: number;
  resolve(results: AppendResult[]): void;
  reject(error: StoreError): void;
}

/**
 * How long to look for an answer before sleeping: a synced commit takes less than this on a good
 * disk, and waking a sleeping thread costs as much again. What else the thread has to do goes on in
 * between.
 */
const LOOK_MS = 0.3;

/** The end of a channel to the writer. */
export interface WriterChannel {
  postMessage(message: ToWriter): void;
  /** A message that has arrived and that nobody was given yet. */
  take(): FromWriter | undefined;
}

/**
 * Sends groups to the writer's thread: all calls of one tick in one message, and wakes those who
 * follow the log.
 */
export class AppendClient {
  readonly #sent = new Map<number, readonly Call[]>();
  readonly #wakers = new Set<() => void>();
  #queued: Call[] = [];
  #nextId = 1;
  #pendingEvents = 0;
  #pendingChars = 0;
  #pendingCalls = 0;
  #settled: (() => void)[] = [];
  #watching = false;
  #lookUntil = 0;
  #looking = false;
  #down: WireFailure | undefined;

  constructor(
    private readonly channel: WriterChannel,
    private last: number,
  ) {}

  /** Position of the last commit that this thread heard of. */
  get lastKnown(): number {
    return this.last;
  }

  append(groups: readonly PreparedGroup[]): Promise<AppendResult[]> {
    return new Promise((resolve, reject) => {
      let events = 0;
      let chars = 0;
      for (const group of groups) {
        events += group.events;
        chars += group.chars;
      }
      if (this.#down) return reject(new StoreError(this.#down.code, this.#down.detail));
      const idle = this.#pendingEvents === 0;
      if (
        !idle &&
        (this.#pendingEvents + events > MAX_PENDING_EVENTS ||
          this.#pendingChars + chars > MAX_PENDING_CHARS)
      ) {
        return reject(
          new StoreError(
            'OVERLOADED',
            `${this.#pendingEvents} events wait to be written already. Nothing of this request was written; send it again later.`,
          ),
        );
      }
      this.#pendingCalls += 1;
      this.#pendingEvents += events;
      this.#pendingChars += chars;
      // nextTick runs when the microtasks are done: whatever was awaiting the same answer has made
      // its next call by then.
      if (this.#queued.length === 0) process.nextTick(() => this.#flush());
      this.#queued.push({ groups, events, chars, resolve, reject });
      if (this.#queued.length === FLUSH_CALLS) this.#flush();
    });
  }

  #flush(): void {
    const calls = this.#queued;
    this.#queued = [];
    if (this.#down || calls.length === 0) return;
    const isBulk = (call: Call): boolean =>
      call.groups.length > SINGLE_GROUPS || call.events > SINGLE_EVENTS;
    const batches: WireBatch[] = [];
    const single = calls.filter((call) => !isBulk(call));
    if (single.length > 0) batches.push(this.#batch(single, false));
    for (const call of calls) if (isBulk(call)) batches.push(this.#batch([call], true));
    this.channel.postMessage({ kind: 'append', batches });
    if (single.length > 0) this.#lookForAnswer();
  }

  #lookForAnswer(): void {
    this.#lookUntil = performance.now() + LOOK_MS;
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => this.#look());
  }

  #look(): void {
    for (let message = this.channel.take(); message; message = this.channel.take())
      this.receive(message);
    this.#looking = this.#sent.size > 0 && performance.now() < this.#lookUntil;
    if (this.#looking) setImmediate(() => this.#look());
  }

  #batch(calls: readonly Call[], bulk: boolean): WireBatch {
    const batch: WireBatch & { receipts?: (Receipt | null)[] } = {
      id: this.#nextId,
      bulk,
      writes: [],
      streams: [],
      expected: [],
      counts: [],
      lines: [],
    };
    this.#nextId += 1;
    this.#sent.set(batch.id, calls);
    const receipts: (Receipt | null)[] = [];
    let anyReceipt = false;
    for (const { groups } of calls) {
      for (const group of groups) {
        batch.writes.push(group.streams.length);
        receipts.push(group.receipt ?? null);
        anyReceipt ||= group.receipt !== undefined;
        for (let w = 0; w < group.streams.length; w += 1) {
          const lines = group.lines[w]!;
          batch.streams.push(group.streams[w]!);
          batch.expected.push(group.expected[w]!);
          batch.counts.push(lines.length);
          for (const line of lines) batch.lines.push(line);
        }
      }
    }
    if (anyReceipt) batch.receipts = receipts;
    return batch;
  }

  /** What the writer says; `open` and `refused` are for whoever opened it. */
  receive(message: FromWriter): void {
    if (message.kind === 'done') {
      // The writer counts an answer as notice too, and forgets that this thread watches.
      this.#watching = false;
      this.#advance(message.last);
      for (const { id, results } of message.done) this.#settle(id, results);
    } else if (message.kind === 'committed') {
      this.#watching = false;
      this.#advance(message.last);
    } else if (message.kind === 'failed') {
      for (const { id, failure } of message.failed)
        this.#take(id).forEach((call) => call.reject(new StoreError(failure.code, failure.detail)));
    }
  }

  #settle(id: number, results: readonly WireResult[]): void {
    let next = 0;
    for (const call of this.#take(id)) {
      const ofCall = new Array<AppendResult>(call.groups.length);
      for (let g = 0; g < ofCall.length; g += 1) {
        const result = results[next]!;
        next += 1;
        ofCall[g] = typeof result === 'number' ? { kind: 'appended', position: result } : result;
      }
      call.resolve(ofCall);
    }
  }

  #take(id: number): readonly Call[] {
    const calls = this.#sent.get(id) ?? [];
    this.#sent.delete(id);
    this.#release(calls);
    return calls;
  }

  #release(calls: readonly Call[]): void {
    for (const call of calls) {
      this.#pendingCalls -= 1;
      this.#pendingEvents -= call.events;
      this.#pendingChars -= call.chars;
    }
    if (this.#pendingCalls === 0 && this.#settled.length > 0)
      for (const settled of this.#settled.splice(0)) settled();
  }

  #advance(last: number): void {
    if (last > this.last) this.last = last;
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }

  /**
   * Tells what was read from the log, which may be ahead of what the writer said to this thread.
   */
  observe(position: number): void {
    if (position > this.last) this.#advance(position);
  }

  /**
   * Resolves when something after `position` is committed or the signal aborts. @throws StoreError
   * when the log goes down
   */
  async committedAfter(position: number, signal: AbortSignal): Promise<void> {
    while (this.last <= position && !signal.aborted) {
      if (this.#down) throw new StoreError(this.#down.code, this.#down.detail);
      if (!this.#watching) {
        this.#watching = true;
        this.channel.postMessage({ kind: 'watch', after: this.last });
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          this.#wakers.delete(wake);
          resolve();
        };
        this.#wakers.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  /** The writer is gone: what was sent may or may not be in the log, what comes is refused. */
  down(failure: WireFailure): void {
    if (this.#down) return;
    this.#down = failure;
    for (const id of [...this.#sent.keys()]) {
      this.#take(id).forEach((call) =>
        call.reject(
          new StoreError(
            'OUTCOME_UNKNOWN',
            `The log went away before it answered. ${failure.detail}`,
          ),
        ),
      );
    }
    const queued = this.#queued;
    this.#queued = [];
    this.#release(queued);
    for (const call of queued) call.reject(new StoreError(failure.code, failure.detail));
    for (const wake of this.#wakers) wake();
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#pendingCalls > 0)
      await new Promise<void>((resolve) => {
        this.#settled.push(resolve);
      });
  }
}
