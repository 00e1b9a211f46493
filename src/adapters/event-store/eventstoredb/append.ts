import { CallFailed, deletedAt } from './call-failed.js';
import type { ServerClient } from './client.js';
import type { NewServerEvent, ServerAppend } from './server-event.js';
import { Semaphore } from '../../../kernel/concurrency/semaphore.js';
import { SharedWork } from '../../../kernel/concurrency/shared-work.js';
import { Patience } from './patience.js';
import { retried } from './retried.js';
import { identifiedOf } from './identity.js';
import { isSameEvent } from '../same-event.js';
import { StoreError } from '../../../kernel/errors.js';

/** Events for one stream in the server's form. `expected`: exact revision; -1: no stream. */
export interface ServerWrite {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly NewServerEvent[];
}

/**
 * there: its events are in the stream, with these ids and this data at these revisions. free: the
 * stream is at the expected revision. moved: neither.
 */
export type Standing =
  | { readonly kind: 'there'; readonly position: number }
  | { readonly kind: 'free' }
  | { readonly kind: 'moved'; readonly actual: number };
export type WriteOutcome =
  | { readonly kind: 'appended' | 'duplicate'; readonly position: number }
  | { readonly kind: 'conflict'; readonly actual: number };

/**
 * Appends that time out together met a server that was given too much at once. Sent again together
 * they would time out again; so few are, and after pauses of different lengths.
 */
const RETRIES_AT_ONCE = 4;

/** Appends to one stream until it is known what became of it. */
export class StreamAppender {
  /** The highest position that this process has seen. What was written after is higher. */
  #seen = -1;
  readonly #retrying = new Semaphore(RETRIES_AT_ONCE);
  /** Many units rely on one stream that none of them writes. */
  readonly #looks = new SharedWork<Standing>();

  /**
   * @param patienceMs how long to find out what became of an append before its outcome is called
   *   unknown
   */
  constructor(
    private readonly client: Pick<ServerClient, 'append' | 'stream'>,
    private readonly patienceMs: number,
  ) {}

  see(position: number): void {
    if (position > this.#seen) this.#seen = position;
  }

  /**
   * After a failure that leaves it open whether the events were written, the stream is read: they
   * are there; or the stream has moved, and then they never will be, because the expected revision
   * is exact; or nothing has changed, and the same append is sent again, which writes them once
   * whatever becomes of the first.
   * @throws StoreError OUTCOME_UNKNOWN when none of it was found out in time; LIMIT_EXCEEDED,
   *   STORE_FAILED when nothing was written
   */
  async append(write: ServerWrite): Promise<WriteOutcome> {
    const patience = new Patience(this.patienceMs);
    let unclear: string | undefined;
    for (;;) {
      const before = this.#seen;
      try {
        const send = () => this.client.append(write.stream, write.expected, write.events);
        const answer = await (unclear === undefined ? send() : this.#retrying.run(send));
        requireInPlace(write, answer);
        if (
          answer.kind === 'written' &&
          answer.position !== undefined &&
          answer.position > before
        ) {
          this.see(answer.position);
          return { kind: 'appended', position: answer.position };
        }
        // Written earlier: the server knew the ids and wrote nothing. Or refused: the same, or
        // another was faster.
        const standing = await this.#standing(write);
        if (standing.kind === 'there')
          return {
            kind: unclear === undefined ? 'duplicate' : 'appended',
            position: standing.position,
          };
        if (standing.kind === 'moved') return { kind: 'conflict', actual: standing.actual };
        unclear ??= 'the server refused a revision that the stream is at';
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        if (error.failure !== 'unclear' && unclear === undefined) throw refusal(write, error);
        unclear = error.message;
        const standing = await this.#retrying.run(() => this.#standingIfKnown(write));
        if (standing?.kind === 'there') return { kind: 'appended', position: standing.position };
        if (standing?.kind === 'moved') return { kind: 'conflict', actual: standing.actual };
      }
      if (!(await patience.pause()))
        throw new StoreError(
          'OUTCOME_UNKNOWN',
          `EventStoreDB did not say in time whether ${write.stream} took ${write.events.length} event(s) after revision ${write.expected}: ${unclear}. Send the same request again.`,
        );
    }
  }

  /**
   * Where the stream stands with regard to a write. @throws CallFailed where it could not be read,
   * also when tried again
   */
  standing(write: ServerWrite): Promise<Standing> {
    const look = (): Promise<Standing> => retried(() => this.#standing(write), this.patienceMs);
    if (write.events.length > 0) return look();
    return this.#looks.share(`${write.expected} ${write.stream}`, look);
  }

  async #standing({ stream, expected, events }: ServerWrite): Promise<Standing> {
    let head = -1;
    for await (const event of this.client.stream(stream, { backwards: true, count: 1 })) {
      head = event.revision;
      this.see(event.position);
    }
    if (head === expected) return { kind: 'free' };
    if (head < expected + events.length || events.length === 0)
      return { kind: 'moved', actual: head };
    let index = 0;
    let position = -1;
    for await (const event of this.client.stream(stream, {
      from: expected + 1,
      count: events.length,
    })) {
      const ours = events[index];
      if (ours === undefined || !isSameEvent(identifiedOf(event), identifiedOf(ours)))
        return { kind: 'moved', actual: head };
      index += 1;
      position = event.position;
    }
    return index === events.length ? { kind: 'there', position } : { kind: 'moved', actual: head };
  }

  async #standingIfKnown(write: ServerWrite): Promise<Standing | undefined> {
    try {
      return await this.#standing(write);
    } catch (error) {
      if (error instanceof CallFailed) return undefined;
      throw error;
    }
  }
}

/**
 * A stream that is begun stands at its first revisions. One that was deleted at the server reads as
 * if it had never been, takes a first event, and goes on at the revision that it had: what was
 * decided on it was decided on nothing. @throws StoreError LOG_CORRUPT
 */
function requireInPlace({ stream, expected, events }: ServerWrite, answer: ServerAppend): void {
  if (answer.kind !== 'written' || answer.revision === undefined) return;
  if (answer.revision !== expected + events.length) throw deletedAt(stream, answer.revision);
}

function refusal({ stream, events }: ServerWrite, { failure, message }: CallFailed): StoreError {
  if (failure === 'deleted') return deletedAt(stream);
  if (failure === 'too-large')
    return new StoreError(
      'LIMIT_EXCEEDED',
      `${events.length} events for ${stream} are more bytes than EventStoreDB takes in one append; see its MaxAppendSize.`,
    );
  return new StoreError(
    'STORE_FAILED',
    `EventStoreDB refused to append to ${stream}: ${message}. Nothing was written.`,
  );
}
