import { once } from 'node:events';
import {
  Metadata,
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import pb, {
  type AppendReq,
  type AppendResp,
  type BatchAppendReq,
  type BatchAppendResp,
  type ReadReq,
  type ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { Faults } from './faults.js';
import { appendAnswer, tooLarge, wrongVersion } from './append-answers.js';
import { batchAnswer, batchRefusal, type PendingAppend } from './batch-answers.js';
import type { Appended, Expected, Kept, Proposed, ServerLog } from './log.js';

/**
 * What the protocol's `Read` and `Append` do on the real server, over the log of the test server.
 */
export interface StreamsOptions {
  readonly log: ServerLog;
  readonly faults: Faults;
  /** Bytes that one append may have; the real server's default is 1 MiB. */
  readonly maxAppendBytes: number;
  /** Resets every TCP connection. */
  resetConnections(): void;
}

type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;
const EMPTY_CHECKPOINT_WINDOW = 32;

export class StreamsService {
  readonly subscriptions = new Set<ReadCall>();
  appends = 0;
  reads = 0;
  /** Most events that any one subscription was sent. */
  mostSent = 0;

  constructor(private readonly options: StreamsOptions) {}

  async append(
    call: ServerReadableStream<AppendReq, AppendResp>,
    answer: sendUnaryData<AppendResp>,
  ): Promise<void> {
    const { stream, expected, bytes, events } = await received(call);
    if (call.cancelled) return;
    this.appends += 1;
    const fault = this.options.faults.next('append');
    if (fault === 'never-answer') return;
    if (fault === 'unavailable')
      return answer({ code: status.UNAVAILABLE, details: 'Server is not ready' });
    if (fault === 'reset-before') return this.options.resetConnections();
    if (bytes > this.options.maxAppendBytes) return answer(tooLarge(this.options.maxAppendBytes));
    const result = this.options.log.append(stream, expected, events);
    if (fault === 'never-answer-after') return;
    if (fault === 'reset-after') return this.options.resetConnections();
    if (result.kind === 'stream-deleted') return answer(streamDeleted(stream));
    if (result.kind === 'wrong-expected' || fault === 'wrong-version-after')
      return answer(null, wrongVersion(expected, currentOf(result)));
    answer(null, appendAnswer(result));
  }

  /**
   * Any number of appends over one call, each named by a correlation id and answered by itself. A
   * call that fails takes all of them with it.
   */
  batchAppend(call: BatchCall): void {
    const pending = new Map<string, PendingAppend>();
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (request: BatchAppendReq) => {
      const id = request.getCorrelationId()!.getString();
      const options = request.getOptions();
      const append =
        pending.get(id) ??
        ({
          id,
          stream: nameOf(options?.getStreamIdentifier()?.getStreamName_asU8()),
          expected: options ? expectedOfBatch(options) : 'any',
          bytes: 0,
          events: [],
        } satisfies PendingAppend);
      pending.set(id, append);
      for (const message of request.getProposedMessagesList()) {
        append.bytes += bytesOf(message);
        append.events.push(proposedOf(message));
      }
      if (!request.getIsFinal()) return;
      pending.delete(id);
      this.#batched(call, append);
    });
  }

  #batched(call: BatchCall, append: PendingAppend): void {
    const { stream, expected, events } = append;
    this.appends += 1;
    const fault = this.options.faults.next('append');
    if (fault === 'never-answer') return;
    if (fault === 'unavailable')
      return void call.emit('error', { code: status.UNAVAILABLE, details: 'Server is not ready' });
    if (fault === 'reset-before') return this.options.resetConnections();
    if (append.bytes > this.options.maxAppendBytes)
      return answerBatch(
        call,
        batchRefusal(append, { kind: 'too-large', most: this.options.maxAppendBytes }),
      );
    const result = this.options.log.append(stream, expected, events);
    if (fault === 'never-answer-after') return;
    if (fault === 'reset-after') return this.options.resetConnections();
    if (result.kind === 'stream-deleted') return answerBatch(call, batchRefusal(append, result));
    if (result.kind === 'wrong-expected' || fault === 'wrong-version-after')
      return answerBatch(
        call,
        batchRefusal(append, { kind: 'wrong-version', current: currentOf(result) }),
      );
    answerBatch(call, batchAnswer(append, result));
  }

  async read(call: ReadCall): Promise<void> {
    const options = call.request.getOptions()!;
    call.on('error', () => undefined);
    if (this.options.log.isInside(options.getAll()?.getPosition()?.getCommitPosition()))
      return void call.emit('error', { code: status.UNKNOWN, details: 'Unexpected ReadAllResult' });
    if (options.hasSubscription()) return this.#subscription(call, options);
    this.reads += 1;
    const fault = this.options.faults.next('read');
    if (fault === 'never-answer' || fault === 'never-answer-after') return;
    if (fault === 'reset-before' || fault === 'reset-after') return this.options.resetConnections();
    if (fault !== undefined)
      return void call.emit('error', { code: status.UNAVAILABLE, details: 'Server is not ready' });
    const stream = nameOf(
      options.getStream()?.getStreamIdentifier()?.getStreamName_asU8() ?? undefined,
    );
    if (this.options.log.isTombstoned(stream))
      return void call.emit('error', streamDeleted(stream));
    const backwards = options.getReadDirection() === 1;
    const count = Number(options.getCount());
    const events = options.hasStream()
      ? this.#ofStream(options, backwards)
      : this.#ofAll(options, backwards);
    if (events === undefined) {
      const missing = new pb.ReadResp.StreamNotFound();
      missing.setStreamIdentifier(options.getStream()!.getStreamIdentifier());
      call.write(new pb.ReadResp().setStreamNotFound(missing));
      return void call.end();
    }
    let sent = 0;
    for (const kept of events) {
      if (sent === count || call.cancelled) break;
      sent += 1;
      await send(call, responseOf(kept));
    }
    call.end();
  }

  *#range(events: readonly Kept[], from: number, backwards: boolean): Generator<Kept> {
    if (backwards)
      for (let index = Math.min(from, events.length - 1); index >= 0; index -= 1)
        yield events[index]!;
    else for (let index = from; index < events.length; index += 1) yield events[index]!;
  }

  #ofStream(options: ReadReq.Options, backwards: boolean): Iterable<Kept> | undefined {
    const asked = options.getStream()!;
    const name = nameOf(asked.getStreamIdentifier()?.getStreamName_asU8());
    const all = this.options.log.stream(name);
    const first = this.options.log.firstOf(name);
    const events = all.slice(first);
    if (events.length === 0) return undefined;
    const outermost = asked.hasEnd() ? all.length - 1 : 0;
    const from = asked.hasRevision() ? Number(asked.getRevision()) : outermost;
    if (backwards && from < first) return [];
    return this.#range(events, Math.max(0, from - first), backwards);
  }

  /** From a position: inclusive forwards, exclusive backwards. */
  #ofAll(options: ReadReq.Options, backwards: boolean): Iterable<Kept> {
    const asked = options.getAll()!;
    const { log } = this.options;
    const outermost = asked.hasEnd() ? log.all.length : 0;
    const at = asked.hasPosition()
      ? log.indexAt(BigInt(asked.getPosition()!.getCommitPosition()))
      : outermost;
    return this.#range(log.all, backwards ? at - 1 : at, backwards);
  }

  async #subscription(call: ReadCall, options: ReadReq.Options): Promise<void> {
    const { log } = this.options;
    this.subscriptions.add(call);
    let wake = (): void => undefined;
    const forget = log.onAppend(() => wake());
    call.once('cancelled', () => wake());
    call.once('close', () => wake());
    const prefixes = options.getFilter()?.getStreamIdentifier()?.getPrefixList();
    const everyScanned =
      EMPTY_CHECKPOINT_WINDOW * (options.getFilter()?.getCheckpointintervalmultiplier() ?? 1);
    const asked = options.getAll()!;
    let index = 0;
    if (asked.hasPosition()) {
      const position = BigInt(asked.getPosition()!.getCommitPosition());
      index = log.indexAt(position);
      if (BigInt(log.all[index]?.position ?? -1) === position) index += 1;
    } else if (asked.hasEnd()) index = log.all.length;
    const confirmation = new pb.ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId('test');
    await send(call, new pb.ReadResp().setConfirmation(confirmation));
    let scanned = 0;
    let sent = 0;
    let live = false;
    while (this.subscriptions.has(call) && !call.cancelled && !call.destroyed) {
      const kept = log.all[index];
      if (!kept) {
        if (!live) await send(call, new pb.ReadResp().setCaughtUp(new pb.ReadResp.CaughtUp()));
        live = true;
        if (log.all[index] === undefined)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        continue;
      }
      index += 1;
      scanned += 1;
      if (!prefixes || prefixes.some((prefix) => kept.stream.startsWith(prefix))) {
        await send(call, responseOf(kept));
        sent += 1;
        this.mostSent = Math.max(this.mostSent, sent);
      }
      if (scanned % everyScanned === 0) {
        const checkpoint = new pb.ReadResp.Checkpoint();
        checkpoint.setCommitPosition(String(kept.position));
        checkpoint.setPreparePosition(String(kept.position));
        await send(call, new pb.ReadResp().setCheckpoint(checkpoint));
      }
    }
    forget();
    this.subscriptions.delete(call);
  }

  dropSubscriptions(how: 'error' | 'end'): void {
    for (const call of this.subscriptions) {
      this.subscriptions.delete(call);
      if (how === 'end') call.end();
      else
        call.emit('error', { code: status.ABORTED, details: 'Subscription dropped by the server' });
    }
  }
}

/** An append once all of it has arrived, or its client has given up. */
async function received(
  call: ServerReadableStream<AppendReq, AppendResp>,
): Promise<Omit<PendingAppend, 'id'>> {
  const header: { stream: string; expected: Expected } = { stream: '', expected: 'any' };
  let bytes = 0;
  const events: Proposed[] = [];
  call.on('data', (request: AppendReq) => {
    const options = request.getOptions();
    if (options) {
      header.stream = nameOf(options.getStreamIdentifier()?.getStreamName_asU8());
      header.expected = expectedBy(options);
      return;
    }
    const message = request.getProposedMessage()!;
    bytes += bytesOf(message);
    events.push(proposedOf(message));
  });
  call.on('error', () => undefined);
  await once(call, 'end');
  // A client that gave up in the middle ends the stream too. The real server takes such an append
  // as cancelled, not as a shorter one.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return { ...header, bytes, events };
}

const nameOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

/** One waiter a call for each time that its connection is full. */
const drains = new WeakMap<ReadCall, { wake(): void }>();
function drained(call: ReadCall): Promise<void> {
  return new Promise((resolve) => {
    const waiter = drains.get(call);
    if (waiter) waiter.wake = resolve;
    else {
      const made = { wake: resolve };
      drains.set(call, made);
      for (const event of ['drain', 'close', 'cancelled']) call.on(event, () => made.wake());
    }
  });
}

async function send(call: ReadCall, response: ReadResp): Promise<void> {
  if (call.cancelled || call.destroyed) return;
  if (!call.write(response)) await drained(call);
}

function responseOf(kept: Kept): ReadResp {
  const recorded = new pb.ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(kept.id);
  const stream = new shared.StreamIdentifier();
  stream.setStreamName(Buffer.from(kept.stream, 'utf8').toString('base64'));
  recorded.setId(id);
  recorded.setStreamIdentifier(stream);
  recorded.setStreamRevision(String(kept.revision));
  recorded.setCommitPosition(String(kept.position));
  recorded.setPreparePosition(String(kept.position));
  for (const [key, value] of Object.entries(kept.metadata))
    recorded.getMetadataMap().set(key, value);
  recorded.setCustomMetadata(kept.custom);
  recorded.setData(kept.data);
  const event = new pb.ReadResp.ReadEvent();
  event.setEvent(recorded);
  event.setCommitPosition(String(kept.position));
  return new pb.ReadResp().setEvent(event);
}

/**
 * As the real server says of a tombstoned stream: FAILED_PRECONDITION with the name of the
 * exception.
 */
function streamDeleted(stream: string): { code: status; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set('exception', 'stream-deleted');
  metadata.set('stream-name', stream);
  return {
    code: status.FAILED_PRECONDITION,
    details: `Event stream '${stream}' is deleted.`,
    metadata,
  };
}

function expectedBy(options: AppendReq.Options): number | 'exists' | 'any' {
  if (options.hasRevision()) return Number(options.getRevision());
  if (options.hasNoStream()) return -1;
  return options.hasStreamExists() ? 'exists' : 'any';
}

function expectedOfBatch(options: BatchAppendReq.Options): Expected {
  if (options.hasStreamPosition()) return Number(options.getStreamPosition());
  if (options.hasNoStream()) return -1;
  return options.hasStreamExists() ? 'exists' : 'any';
}

const currentOf = (result: Exclude<Appended, { readonly kind: 'stream-deleted' }>): number =>
  result.kind === 'wrong-expected' ? result.current : result.revision;

function answerBatch(call: BatchCall, response: BatchAppendResp): void {
  if (!call.cancelled && !call.destroyed) call.write(response);
}

type Message = Pick<
  AppendReq.ProposedMessage,
  | 'getId'
  | 'getMetadataMap'
  | 'getData_asU8'
  | 'getData_asB64'
  | 'getCustomMetadata_asU8'
  | 'getCustomMetadata_asB64'
>;
const bytesOf = (message: Message): number =>
  message.getData_asU8().length + message.getCustomMetadata_asU8().length;

function proposedOf(message: Message): Proposed {
  const metadata: Record<string, string> = { created: '17000000000000000' };
  message.getMetadataMap().forEach((value, key) => {
    metadata[key] = value;
  });
  return {
    id: message.getId()!.getString(),
    metadata,
    custom: message.getCustomMetadata_asB64(),
    data: message.getData_asB64(),
  };
}
