import type { Readable } from 'node:stream';
import {
  AccessDeniedError,
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  isCommandError,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { convertToCommandError } from '@eventstore/db-client/dist/utils/CommandError.js';
import { BatchAppends } from './batch-appends.js';
import { CallFailed, deletedAt } from './call-failed.js';
import { Channel, type ReadCall } from './channel.js';
import type { Connection } from './url.js';
import type { NewServerEvent, ServerAppend, ServerEvent } from './server-event.js';
import { eventOfResponse, readRequest, type Read } from './wire.js';
import { isCertificateRefused } from '../../../kernel/certificates.js';
import { StoreError } from '../../../kernel/errors.js';

/** A place in the server's log: commit and prepare position. */
export interface Place {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** What a subscription gives, in the order of the server. */
export type TailItem =
  | { readonly kind: 'event'; readonly event: ServerEvent }
  | { readonly kind: 'checkpoint'; readonly at: Place }
  | { readonly kind: 'caught-up' | 'fell-behind' };
export interface Tail {
  readonly items: AsyncIterable<TailItem>;
  /** Items that have arrived and were not taken yet. */
  waiting(): number;
  stop(): void;
}

/** INVALID_ARGUMENT, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED: answers, not accidents. */
const REFUSALS: readonly unknown[] = [3, 7, 12, 16];
/**
 * The server looks through so many events before it tells a filtered subscription where it is,
 * times the next.
 */
const SEARCH_WINDOW = 1_000;
/**
 * Events of one read call. What was asked for without an end is read in so many calls as it takes.
 */
const READ_PAGE = 1_000;
const CHECKPOINT_EVERY_WINDOWS = 4;

/** The only file that knows EventStoreDB's client. Every failure is CallFailed. */
export class ServerClient {
  readonly #client: EventStoreDBClient;
  readonly #credentials: Connection['credentials'];
  readonly #channel: Channel;
  readonly #appends: BatchAppends;

  /** @param deadlineMs how long the server may take to answer an append, or to go on with a read */
  constructor(
    { url, credentials, tls }: Connection,
    private readonly deadlineMs: number,
  ) {
    try {
      this.#client = EventStoreDBClient.connectionString(url);
    } catch {
      // What the client says quotes the string.
      throw new StoreError(
        'STORE_FAILED',
        'The EventStoreDB connection string has a setting that the client refuses, or names a certificate file that cannot be read.',
      );
    }
    this.#credentials = credentials;
    const { username, password } = credentials;
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    // As the client does: without TLS a password is not sent.
    this.#channel = new Channel(
      this.#client,
      tls && username !== '' ? `Basic ${basic}` : undefined,
    );
    this.#appends = new BatchAppends(this.#channel, deadlineMs, failed);
  }

  /** @param expected exact revision; -1: no stream. @throws CallFailed */
  append(
    stream: string,
    expected: number,
    events: readonly NewServerEvent[],
  ): Promise<ServerAppend> {
    return this.#appends.append(stream, expected, events);
  }

  /**
   * The events of a stream; none where it does not exist. `from`: first revision; backwards without
   * it: from the end. Read in calls that end by themselves, so that whoever stops early cancels
   * none.
   * @throws CallFailed; StoreError LOG_CORRUPT where the server no longer has all of it
   */
  async *stream(
    name: string,
    {
      from,
      backwards = false,
      count = Number.MAX_SAFE_INTEGER,
    }: {
      readonly from?: number | undefined;
      readonly backwards?: boolean;
      readonly count?: number;
    },
  ): AsyncGenerator<ServerEvent> {
    let next = from;
    for (let left = count; left > 0 && (next === undefined || next >= 0);) {
      const size = Math.min(left, READ_PAGE);
      const events = await this.#ofStream(name, { from: next, backwards, count: size });
      requireWhole(name, events, { next, backwards, ended: events.length < size });
      yield* events;
      if (events.length < size) return;
      next = events.at(-1)!.revision + (backwards ? -1 : 1);
      left -= size;
    }
  }

  /**
   * Everything in the server's log, its own and others' events too. `from` is inclusive forwards
   * and exclusive backwards.
   */
  async *all({
    from,
    backwards = false,
    count,
  }: {
    readonly from?: number;
    readonly backwards?: boolean;
    readonly count: number;
  }): AsyncGenerator<ServerEvent> {
    yield* await this.#read({ from, backwards, count });
  }

  /**
   * Events after a position (undefined: from the start) of streams with one of the prefixes,
   * selected by the server, then live.
   */
  subscribe(after: Place | undefined, prefixes: readonly string[], bufferSize: number): Tail {
    const subscription = this.#client.subscribeToAll(
      {
        credentials: this.#credentials,
        fromPosition: after ?? 'start',
        filter: streamNameFilter({
          prefixes: [...prefixes],
          maxSearchWindow: SEARCH_WINDOW,
          checkpointInterval: CHECKPOINT_EVERY_WINDOWS,
          // Pushed into the same queue, so that it comes after the events before it.
          checkpointReached: (_subscription, position) => {
            subscription.push({ checkpoint: position });
          },
        }),
      },
      { highWaterMark: bufferSize },
    );
    subscription.on('caughtUp', () => {
      subscription.push({ mark: 'caught-up' });
    });
    subscription.on('fellBehind', () => {
      subscription.push({ mark: 'fell-behind' });
    });
    // A failure before anybody listens must not end the process; whoever takes the items hears of
    // it.
    subscription.on('error', () => undefined);
    const call = callOf(subscription);
    return {
      items: itemsOf(subscription),
      waiting: () => subscription.readableLength,
      stop: () => call.end(),
    };
  }

  async close(): Promise<void> {
    await this.#client.dispose();
  }

  async #ofStream(stream: string, read: Read): Promise<readonly ServerEvent[]> {
    try {
      return await this.#read({ ...read, stream });
    } catch (error) {
      if (error instanceof CallFailed && error.failure === 'deleted') throw deletedAt(stream);
      throw error;
    }
  }

  async #read(read: Read): Promise<readonly ServerEvent[]> {
    try {
      return await this.#channel.read(readRequest(read), responseOf, (call) =>
        taken(call, this.deadlineMs),
      );
    } catch (error) {
      throw failed(error);
    }
  }
}

/** Around what may be nothing: a stream of objects takes no undefined. */
const responseOf = (message: Buffer): { readonly event: ServerEvent | undefined } => ({
  event: eventOfResponse(message),
});

/** All that a read gives, to its end. A deadline begins again with every event. */
function taken(call: ReadCall, deadlineMs: number): Promise<readonly ServerEvent[]> {
  return new Promise((resolve, reject) => {
    const events: ServerEvent[] = [];
    const giveUp = (error: unknown): void => {
      clearTimeout(silence);
      reject(error);
      call.cancel();
    };
    const silence = setTimeout(
      () => giveUp(new CallFailed('unclear', 'the server did not answer in time')),
      deadlineMs,
    );
    call.on('data', ({ event }: ReturnType<typeof responseOf>) => {
      silence.refresh();
      if (!event) return;
      if (isPlaced(event.position)) events.push(event);
      else giveUp(unplaced());
    });
    call.on('error', (error) => {
      clearTimeout(silence);
      reject(error);
    });
    call.on('end', () => {
      clearTimeout(silence);
      resolve(events);
    });
  });
}

/** The client's types are of an older Node.js, and do not fit. */
const readableOf = (given: object): Readable => given as Readable;

/**
 * The call behind a subscription. What was given up is to end: the client only pauses its call,
 * which then stays open for ever, and its own cancel does so only in part.
 */
function callOf(given: object): { end(): void } {
  const readable = readableOf(given);
  let call: (Readable & { cancel?(): void }) | undefined;
  let ending = false;
  const cancel = (): void => {
    // Not at once: https://github.com/grpc/grpc-node/issues/1464
    setImmediate(() => {
      call?.cancel?.();
      call?.destroy();
    });
  };
  readable.once('pipe', (source: Readable) => {
    call = source;
    if (ending) cancel();
  });
  return {
    end() {
      if (ending) return;
      ending = true;
      if (call && !call.readableEnded) cancel();
      readable.destroy();
    },
  };
}

async function* itemsOf(source: AsyncIterable<unknown>): AsyncGenerator<TailItem> {
  try {
    for await (const item of source as AsyncIterable<
      Partial<AllStreamResolvedEvent> & {
        readonly checkpoint?: Place;
        readonly mark?: 'caught-up' | 'fell-behind';
      }
    >) {
      if (item.checkpoint) yield { kind: 'checkpoint', at: item.checkpoint };
      else if (item.mark) yield { kind: item.mark };
      else if (item.event)
        yield { kind: 'event', event: eventOf(item.event as NonNullable<ResolvedEvent['event']>) };
    }
  } catch (error) {
    throw failed(error);
  }
}

/**
 * Events are never taken out of a stream of ours. Where the server was told to keep some of them
 * only (`$maxCount`, `$maxAge`, `$tb`), or the stream was deleted and begun anew, what is read
 * begins, or ends backwards, in its middle. @throws StoreError LOG_CORRUPT
 */
function requireWhole(
  stream: string,
  events: readonly ServerEvent[],
  {
    next,
    backwards,
    ended,
  }: { readonly next: number | undefined; readonly backwards: boolean; readonly ended: boolean },
): void {
  const step = backwards ? -1 : 1;
  let expected = next ?? (backwards ? events[0]?.revision : 0) ?? 0;
  // From behind its end a stream is read from its end.
  if (backwards && events[0]) expected = Math.min(expected, events[0].revision);
  for (const { revision } of events) {
    if (revision !== expected) throw cutAt(stream, expected, revision);
    expected += step;
  }
  if (backwards && ended && events.length > 0 && expected >= 0)
    throw cutAt(stream, expected, expected + 1);
}

const cutAt = (stream: string, missing: number, there: number): StoreError =>
  new StoreError(
    'LOG_CORRUPT',
    `${stream} lacks revision ${missing} at EventStoreDB, and has revision ${there}: events were cut off ($maxCount, $maxAge, $tb, or a deletion). Nothing is decided on it: restore the log from a copy (docs/operations.md).`,
    { stream },
  );

export const at = (position: number): Place => ({
  commit: BigInt(position),
  prepare: BigInt(position),
});

const isPlaced = (position: number): boolean => Number.isSafeInteger(position) && position >= 0;
const unplaced = (): StoreError =>
  new StoreError(
    'STORE_FAILED',
    'EventStoreDB did not say where an event stands in its log; it must be 22.6 or newer.',
  );

function eventOf(event: NonNullable<ResolvedEvent['event']>): ServerEvent {
  const position = Number(event.position?.commit ?? -1n);
  if (!isPlaced(position)) throw unplaced();
  return {
    stream: event.streamId,
    revision: Number(event.revision),
    id: event.id,
    type: event.type,
    data: event.data,
    metadata: event.metadata,
    position,
  };
}

/** What gRPC says of a call that did not come about; never to be printed. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${error.message} ${'details' in error ? String(error.details) : ''}`;
}

function failed(given: unknown): CallFailed | StoreError {
  if (given instanceof CallFailed || given instanceof StoreError) return given;
  if (isCertificateRefused(textOf(given)))
    return new CallFailed('unclear', "the server's certificate is not trusted");
  const error: unknown = given instanceof Error ? convertToCommandError(given) : given;
  if (error instanceof AccessDeniedError)
    return new CallFailed('refused', 'the user may not do this');
  if (error instanceof MaxAppendSizeExceededError)
    return new CallFailed('too-large', 'the append is bigger than the server takes');
  if (error instanceof StreamDeletedError)
    return new CallFailed('deleted', 'the stream was deleted');
  if (error instanceof Error && isCommandError(error)) {
    const code: unknown = error.code;
    return new CallFailed(REFUSALS.includes(code) ? 'refused' : 'unclear', error.type);
  }
  return new CallFailed('unclear', 'the connection failed');
}
