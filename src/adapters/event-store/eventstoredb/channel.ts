import type { Duplex, Readable } from 'node:stream';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { StoreError } from '../../../kernel/errors.js';

/**
 * What a call carries of gRPC, made by the client: the connection's name, and that the leader is
 * meant.
 */
type Metadata = { set(key: string, value: string): void };
interface Cancellable {
  cancel(): void;
}
export type ReadCall = Readable & Cancellable;
export type BatchCall = Duplex & Cancellable;
type Whole = (message: Buffer) => Buffer;
type Forever = { readonly deadline: number };

/** A client of gRPC on the connection that the EventStoreDB client has found. */
interface Grpc {
  makeServerStreamRequest<T>(
    path: string,
    serialize: Whole,
    deserialize: (message: Buffer) => T,
    request: Buffer,
    metadata: Metadata,
    options: Forever,
  ): ReadCall;
  makeBidiStreamRequest<T>(
    path: string,
    serialize: Whole,
    deserialize: (message: Buffer) => T,
    metadata: Metadata,
    options: Forever,
  ): BatchCall;
}

/**
 * What the client has for its own calls, and does not show: which node is asked, and reconnecting.
 */
interface Inner {
  execute<T>(of: unknown, name: string, action: (client: Grpc) => Promise<T>): Promise<T>;
  GRPCStreamCreator(
    of: unknown,
    name: string,
    make: (client: Grpc) => BatchCall,
    cache: WeakMap<Grpc, BatchCall>,
  ): () => Promise<BatchCall>;
  callArguments(options: { credentials: null; requiresLeader: boolean }): [Metadata, object];
}

const INNER = ['execute', 'GRPCStreamCreator', 'callArguments'] as const;
const hasInner = (client: object): client is Inner =>
  INNER.every((name) => typeof Reflect.get(client, name) === 'function');

const READ = '/event_store.client.streams.Streams/Read';
const BATCH_APPEND = '/event_store.client.streams.Streams/BatchAppend';
const NO_DEADLINE: Forever = { deadline: Infinity };
const whole: Whole = (message) => message;

/**
 * Calls of our own over the client's connection. What the client adds to a call (classes for its
 * messages, streams that are piped, a generator of credentials) takes longer than the call.
 */
export class Channel {
  readonly #inner: Inner;
  readonly #metadata: Metadata;

  /**
   * @param client of EventStoreDB
   * @param authorization header of each call; absent on a connection without TLS
   */
  constructor(client: object, authorization: string | undefined) {
    if (!hasInner(client))
      throw new StoreError('STORE_FAILED', 'This version of the EventStoreDB client is not known.');
    this.#inner = client;
    [this.#metadata] = this.#inner.callArguments({ credentials: null, requiresLeader: true });
    if (authorization !== undefined) this.#metadata.set('authorization', authorization);
  }

  /** Makes a read, and gives it to `take`, whose failure is the call's. */
  read<T>(
    request: Buffer,
    deserialize: (message: Buffer) => unknown,
    take: (call: ReadCall) => Promise<T>,
  ): Promise<T> {
    return this.#inner.execute(StreamsClient, 'read', (client) =>
      take(
        client.makeServerStreamRequest(
          READ,
          whole,
          deserialize,
          request,
          this.#metadata,
          NO_DEADLINE,
        ),
      ),
    );
  }

  /**
   * The call that appends are sent over: the same until it fails, or the client is on another node.
   */
  batchAppends<T>(
    deserialize: (message: Buffer) => T,
    opened: (call: BatchCall) => void,
  ): () => Promise<BatchCall> {
    return this.#inner.GRPCStreamCreator(
      StreamsClient,
      'batchAppend',
      (client) => {
        const call = client.makeBidiStreamRequest(
          BATCH_APPEND,
          whole,
          deserialize,
          this.#metadata,
          NO_DEADLINE,
        );
        opened(call);
        return call;
      },
      new WeakMap(),
    );
  }
}
