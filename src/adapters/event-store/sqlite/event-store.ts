import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
} from 'node:worker_threads';
import { ContractError, EventRegistry } from '../../../../events/registry.js';
import type { Recorded } from '../../../kernel/decider.js';
import { readManifest, rememberLog } from '../../data-folder/port.js';
import { AppendClient, type PreparedGroup, type WriterChannel } from './append-client.js';
import { NO_STREAM, type FromWriter, type Rows, type WireFailure } from './log-protocol.js';
import type { WriterData } from './log-writer.worker.js';
import {
  MAX_EVENTS_PER_GROUP,
  type AppendGroup,
  type AppendResult,
  type EventStore,
  type KeptReceipt,
  type Page,
  type ReadOptions,
  type CategoryOptions,
  type StreamEvents,
} from '../port.js';
import { StoreError } from '../../../kernel/errors.js';
import { ReadAhead } from '../read-ahead.js';
import { LogPages } from './log-pages.js';
import { readHere, readInWorker, type ReadClient } from './read-client.js';
import { checkStream, lineOf, recordedOf } from '../stored-line.js';

export interface SqliteLogOptions {
  /**
   * 'worker': reads happen in a thread of their own (for the thread that answers HTTP). 'local': in
   * the caller's thread. Default 'worker'.
   */
  readonly reader?: 'worker' | 'local';
  readonly registry?: EventRegistry;
}

/** The log in a data folder. The writer is a thread; other threads join it through a port. */
export interface SqliteLog extends EventStore {
  /**
   * A new port to the writer; send it to another thread (transfer it), which passes it to
   * connectSqliteLog.
   */
  port(): MessagePort;
}

/**
 * Opens the log of a data folder, with its writer in a thread of its own, and makes it where the
 * folder never had one. The folder must be held (openDataFolder): two writers would stop each
 * other.
 * @throws StoreError LOG_CORRUPT, LOG_NEWER_VERSION, DISK_FULL
 */
export async function openSqliteLog(
  dir: string,
  options: SqliteLogOptions = {},
): Promise<SqliteLog> {
  const remembered = readManifest(dir)?.log;
  const workerData: WriterData = { dir, mustExist: remembered };
  const worker = new Worker(new URL('./log-writer.worker.js', import.meta.url), { workerData });
  const opened = await new Promise<Extract<FromWriter, { kind: 'open' }>>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: FromWriter) => {
      if (message.kind === 'open') return resolve(message);
      const failure: WireFailure =
        message.kind === 'refused'
          ? message.failure
          : { code: 'STORE_FAILED', detail: 'The log did not open.' };
      void worker.terminate().then(() => reject(new StoreError(failure.code, failure.detail)));
    });
  });
  try {
    if (remembered === undefined) rememberLog(dir, opened.logId);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  const portToWriter = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ kind: 'connect', port: port1 }, [port1]);
    return port2;
  };
  const port = portToWriter();
  const appends = new AppendClient(channelOf(port), opened.last);
  port.on('message', (message: FromWriter) => appends.receive(message));
  worker.on('error', (error) =>
    appends.down({
      code: 'STORE_FAILED',
      detail: `The thread that writes the log failed: ${error instanceof Error ? error.message : String(error)}`,
    }),
  );
  const exited = new Promise<void>((resolve) =>
    worker.on('exit', () => {
      appends.down({ code: 'STORE_CLOSED', detail: 'The log was closed.' });
      resolve();
    }),
  );
  const reads = options.reader === 'local' ? readHere(dir) : readInWorker({ dir });
  const registry = options.registry ?? new EventRegistry();
  const store = new SqliteEventStore(
    registry,
    appends,
    reads,
    new LogPages(reads, new ReadAhead({ dir }), registry),
    async () => {
      worker.postMessage({ kind: 'close' });
      await exited;
    },
  );
  return Object.assign(store, { port: portToWriter });
}

const channelOf = (port: MessagePort): WriterChannel => ({
  postMessage: (message) => {
    port.postMessage(message);
  },
  take: () => receiveMessageOnPort(port)?.message as FromWriter | undefined,
});

/**
 * Joins a log that another thread opened: appends go to its writer, reads happen on a connection of
 * this thread.
 */
export function connectSqliteLog(
  dir: string,
  port: MessagePort,
  options: { readonly registry?: EventRegistry } = {},
): EventStore {
  const reads = readHere(dir);
  const appends = new AppendClient(channelOf(port), -1);
  port.on('message', (message: FromWriter) => appends.receive(message));
  const closed = new Promise<void>((resolve) =>
    port.on('close', () => {
      appends.down({ code: 'STORE_CLOSED', detail: 'The thread that writes the log ended.' });
      resolve();
    }),
  );
  const registry = options.registry ?? new EventRegistry();
  return new SqliteEventStore(
    registry,
    appends,
    reads,
    new LogPages(reads, new ReadAhead({ dir }), registry),
    async () => {
      await appends.settled();
      port.close();
      await closed;
    },
  );
}

class SqliteEventStore implements EventStore {
  #closing: Promise<void> | undefined;

  constructor(
    private readonly registry: EventRegistry,
    private readonly appends: AppendClient,
    private readonly reads: ReadClient,
    private readonly pages: LogPages,
    private readonly closeWriter: () => Promise<void>,
  ) {}

  async append(group: AppendGroup): Promise<AppendResult> {
    this.#assertOpen();
    return (await this.appends.append([this.#prepare(group)]))[0]!;
  }

  async appendAll(groups: readonly AppendGroup[]): Promise<readonly AppendResult[]> {
    this.#assertOpen();
    if (groups.length === 0) return [];
    return this.appends.append(groups.map((group) => this.#prepare(group)));
  }

  async readStream(stream: string, options: ReadOptions = {}): Promise<readonly Recorded[]> {
    const {
      from,
      direction = 'forwards',
      limit = Number.MAX_SAFE_INTEGER,
      asOf = Number.MAX_SAFE_INTEGER,
    } = options;
    return this.#recorded(
      await this.reads.call('stream', {
        stream,
        from,
        backwards: direction === 'backwards',
        limit,
        asOf,
      }),
    );
  }

  async readStreams(
    streams: readonly string[],
    options: { readonly asOf?: number } = {},
  ): Promise<readonly StreamEvents[]> {
    if (streams.length === 0) return [];
    const rows = await this.reads.call('streams', {
      streams: [...new Set(streams)],
      asOf: options.asOf ?? Number.MAX_SAFE_INTEGER,
    });
    const found = new Map(byStream(this.#recorded(rows)).map((each) => [each.stream, each]));
    return streams.map((stream) => found.get(stream) ?? { stream, events: [] });
  }

  async readCategory(prefix: string, options: CategoryOptions): Promise<readonly StreamEvents[]> {
    const { after = '', limit, asOf = Number.MAX_SAFE_INTEGER, types } = options;
    return byStream(
      this.#recorded(await this.reads.call('category', { prefix, after, limit, asOf, types })),
    );
  }

  readAll(after: number, limit: number): Promise<Page> {
    return this.pages.readAll(after, limit);
  }

  async *follow(after: number, signal: AbortSignal, pageSize = 1_000): AsyncIterable<Page> {
    let position = after;
    while (!signal.aborted) {
      const page = await this.readAll(position, pageSize);
      if (signal.aborted) return;
      if (page.events.length > 0) {
        position = page.next;
        this.appends.observe(position);
        yield page;
      }
      if (page.end) await this.appends.committedAfter(position, signal);
    }
  }

  async lastPosition(): Promise<number> {
    return this.reads.call('last', undefined);
  }

  async receipt(key: string): Promise<KeptReceipt | undefined> {
    return this.reads.call('receipt', { key });
  }

  /** Finishes what was appended, then closes. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.appends.settled();
    await Promise.all([this.reads.close(), this.pages.close()]);
    await this.closeWriter();
  }

  #assertOpen(): void {
    if (this.#closing) throw new StoreError('STORE_CLOSED', 'The log was closed.');
  }

  #recorded(rows: Rows): Recorded[] {
    return recordedOf(this.registry, rows);
  }

  #prepare({ writes, receipt }: AppendGroup): PreparedGroup {
    const streams: string[] = [];
    const expected: number[] = [];
    const lines: string[][] = [];
    let events = 0;
    let chars = 0;
    for (const write of writes) {
      const { stream } = write;
      const type = write.events[0]?.type ?? '';
      checkStream(stream, type);
      if (streams.includes(stream))
        throw new ContractError(
          'EVENT_INVALID',
          type,
          0,
          'stream',
          `${stream} is twice in one group`,
        );
      const at = write.expected === 'no-stream' ? NO_STREAM : write.expected;
      const ofWrite = write.events.map((event, index) =>
        lineOf(this.registry, stream, at + 1 + index, event),
      );
      for (const line of ofWrite) chars += line.length;
      events += ofWrite.length;
      streams.push(stream);
      expected.push(at);
      lines.push(ofWrite);
    }
    if (events > MAX_EVENTS_PER_GROUP)
      throw new StoreError(
        'LIMIT_EXCEEDED',
        `A group of ${events} events; the most is ${MAX_EVENTS_PER_GROUP}.`,
      );
    return { streams, expected, lines, receipt, events, chars };
  }
}

/** Groups events that come stream by stream; each stream's own order is kept. */
function byStream(events: readonly Recorded[]): StreamEvents[] {
  const streams: { stream: string; events: Recorded[] }[] = [];
  for (const event of events) {
    const last = streams.at(-1);
    if (last?.stream === event.stream) last.events.push(event);
    else streams.push({ stream: event.stream, events: [event] });
  }
  return streams;
}
