import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  AccessDeniedError,
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  isCommandError,
  jsonEvent,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import { CallFailed } from './call-failed.js';
import type { Connection } from './url.js';
import { StoreError } from '../../../kernel/errors.js';

/** An event as the server gives it. Data and metadata are what JSON.parse made of them. */
export interface ServerEvent {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
  /** Commit position: of the event's record in the server's log. */
  readonly position: number;
}
export interface NewServerEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: object;
}

/** `position` is missing where the server does not say it. */
export type ServerAppend =
  | { readonly kind: 'written'; readonly position: number | undefined }
  | { readonly kind: 'wrong-version' };

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
/** Events of one read call. What was asked for without an end is read in so many calls as it takes. */
const READ_PAGE = 1_000;
const CHECKPOINT_EVERY_WINDOWS = 4;

/** The only file that knows EventStoreDB's client. Every failure is CallFailed. */
export class ServerClient {
  readonly #client: EventStoreDBClient;
  readonly #base: {
    readonly credentials: Connection['credentials'];
    readonly requiresLeader: true;
  };

  /** @param deadlineMs how long the server may take to answer an append, or to go on with a read */
  constructor(
    { url, credentials }: Connection,
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
    // Credentials with the call make the client use Append, one call each with a deadline of its
    // own, instead of its shared BatchAppend stream, where one failure rejects every append of the
    // process and a lost answer is waited for for ever.
    this.#base = { credentials, requiresLeader: true };
  }

  /** @param expected exact revision; -1: no stream */
  async append(
    stream: string,
    expected: number,
    events: readonly NewServerEvent[],
  ): Promise<ServerAppend> {
    const proposed = events.map(({ id, type, data, metadata }) =>
      jsonEvent({ id, type, data: data as Record<string, unknown>, metadata }),
    );
    try {
      const { position } = await this.#client.appendToStream(stream, proposed, {
        ...this.#base,
        expectedRevision: expected < 0 ? 'no_stream' : BigInt(expected),
        deadline: this.deadlineMs,
      });
      return {
        kind: 'written',
        position: position && isSafe(position.commit) ? Number(position.commit) : undefined,
      };
    } catch (error) {
      if (
        error instanceof Error &&
        isCommandError(error) &&
        error.type === 'wrong-expected-version'
      )
        return { kind: 'wrong-version' };
      throw failed(error);
    }
  }

  /**
   * The events of a stream; none where it does not exist. `from`: first revision; backwards without
   * it: from the end. Read in calls that end by themselves, so that whoever stops early cancels none.
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
      let read = 0;
      for await (const event of this.#page(name, next, backwards, size)) {
        read += 1;
        next = event.revision + (backwards ? -1 : 1);
        yield event;
      }
      if (read < size) return;
      left -= read;
    }
  }

  async *#page(
    name: string,
    from: number | undefined,
    backwards: boolean,
    maxCount: number,
  ): AsyncGenerator<ServerEvent> {
    const read = this.#client.readStream(name, {
      ...this.#base,
      direction: backwards ? 'backwards' : 'forwards',
      fromRevision: from === undefined ? outermost(backwards) : BigInt(from),
      maxCount,
    });
    try {
      yield* this.#events(read);
    } catch (error) {
      throw failed(error);
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
    const read = this.#client.readAll({
      ...this.#base,
      direction: backwards ? 'backwards' : 'forwards',
      maxCount: count,
      fromPosition: from === undefined ? outermost(backwards) : at(from),
    });
    try {
      yield* this.#events(read as StreamingRead<AllStreamResolvedEvent>);
    } catch (error) {
      throw failed(error);
    }
  }

  /**
   * Events after a position (undefined: from the start) of streams with one of the prefixes,
   * selected by the server, then live.
   */
  subscribe(after: Place | undefined, prefixes: readonly string[], bufferSize: number): Tail {
    const subscription = this.#client.subscribeToAll(
      {
        credentials: this.#base.credentials,
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

  /** What a read gives, to its end: also where whoever takes it wants no more. */
  async *#events(
    read: StreamingRead<ResolvedEvent | AllStreamResolvedEvent>,
  ): AsyncGenerator<ServerEvent> {
    read.on('error', () => undefined);
    const call = callOf(read);
    // The client gives reads no deadline; this one begins again with every event.
    const silence = setTimeout(
      () => read.destroy(new CallFailed('unclear', 'the server did not answer in time')),
      this.deadlineMs,
    );
    const items = readableOf(read).iterator({
      destroyOnReturn: false,
    }) as AsyncIterable<ResolvedEvent>;
    try {
      for await (const { event } of items) {
        silence.refresh();
        if (event) yield eventOf(event);
        silence.refresh();
      }
    } finally {
      if (!isOver(read)) await restOf(read);
      clearTimeout(silence);
      call.end();
    }
  }
}

/** The client's types are of an older Node.js, and do not fit. */
const readableOf = (given: object): Readable => given as Readable;

const isOver = (read: object): boolean => {
  const { readableEnded, errored, destroyed } = readableOf(read);
  return readableEnded || errored !== null || destroyed;
};

/** Takes what is left of a read and throws it away. It ends in any case: by silence at the latest. */
async function restOf(read: object): Promise<void> {
  const rest = readableOf(read);
  rest.resume();
  await finished(rest, { writable: false }).catch(() => undefined);
}

/**
 * The call behind a read or a subscription.
 * - The client destroys the call of a stream that does not exist although its end is on its way, which
 *   cancels it. Servers and proxies bound how many calls a connection may cancel, and close it.
 *   So that call is read to its end, and is a read without an event.
 * - What was given up is to end too: the client only pauses its call, which then stays open for
 *   ever, and its own cancel does so only in part.
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
    const destroy = source.destroy.bind(source);
    source.destroy = (error) => (error instanceof StreamNotFoundError ? source : destroy(error));
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

export const at = (position: number): Place => ({
  commit: BigInt(position),
  prepare: BigInt(position),
});

const isSafe = (position: bigint): boolean =>
  position >= 0n && position <= BigInt(Number.MAX_SAFE_INTEGER);

function eventOf(event: NonNullable<ResolvedEvent['event']>): ServerEvent {
  const { commit } = event.position ?? { commit: -1n };
  if (!isSafe(commit))
    throw new StoreError(
      'STORE_FAILED',
      'EventStoreDB did not say where an event stands in its log; it must be 22.6 or newer.',
    );
  return {
    stream: event.streamId,
    revision: Number(event.revision),
    id: event.id,
    type: event.type,
    data: event.data,
    metadata: event.metadata,
    position: Number(commit),
  };
}

function failed(error: unknown): CallFailed | StoreError {
  if (error instanceof CallFailed || error instanceof StoreError) return error;
  if (error instanceof AccessDeniedError)
    return new CallFailed('refused', 'the user may not do this');
  if (error instanceof MaxAppendSizeExceededError)
    return new CallFailed('too-large', 'the append is bigger than the server takes');
  if (error instanceof StreamDeletedError)
    return new CallFailed('refused', 'the stream was deleted');
  if (error instanceof Error && isCommandError(error)) {
    const code: unknown = error.code;
    return new CallFailed(REFUSALS.includes(code) ? 'refused' : 'unclear', error.type);
  }
  return new CallFailed('unclear', 'the connection failed');
}

/** Where a read begins that names no place. */
const outermost = (backwards: boolean | undefined): 'start' | 'end' =>
  backwards ? 'end' : 'start';
