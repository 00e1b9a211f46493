import { Worker } from 'node:worker_threads';
import {
  BankMessageError,
  type BankEntry,
  type BankMessageEnd,
  type BankMessageReading,
  type ReadBankMessage,
} from './port.js';
import { readBankMessage } from './reader.js';
import type { FromReader, ToReader } from './thread-protocol.js';

/** Up to so many bytes a file is read where it is asked for: a thread takes longer to start. */
const SMALL_BYTES = 1_048_576;
/** Pieces on their way to the thread. */
const MAX_PIECES = 4;
/** Batches of entries that nobody asked for yet; no more pieces are sent meanwhile. */
const MAX_BATCHES = 16;

/**
 * The same as readBankMessage, in a thread of its own where the file is large, so that who applies
 * it need not wait.
 */
export const readBankMessageInThread: ReadBankMessage = (bytes, options = {}) => {
  let end: (() => BankMessageEnd) | undefined;
  async function* entries(): AsyncGenerator<readonly BankEntry[]> {
    const source = bytes[Symbol.asyncIterator]();
    const first: Uint8Array[] = [];
    let size = 0;
    for (let over = false; !over && size < SMALL_BYTES;) {
      const { value, done } = await source.next();
      if (done === true) over = true;
      else {
        first.push(value);
        size += value.byteLength;
      }
      if (over) {
        const reading = readBankMessage(piecesOf(first), options);
        yield* reading.entries;
        end = () => reading.end();
        return;
      }
    }
    const reading = new ThreadedReading(options);
    try {
      yield* reading.entries(joined(first, source));
      end = () => reading.end();
    } finally {
      await reading.close();
    }
  }
  return {
    entries: entries(),
    end: () => {
      if (!end) throw new Error('a message is known once its entries were read to the end');
      return end();
    },
  } satisfies BankMessageReading;
};

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
async function* joined(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next())
      yield next.value;
  } finally {
    await rest.return?.();
  }
}

class ThreadedReading {
  readonly #worker: Worker;
  readonly #batches: string[] = [];
  #pieces = 0;
  #end: BankMessageEnd | undefined;
  #failure: Error | undefined;
  #stopped = false;
  #feeding: Promise<void> = Promise.resolve();
  #wake = (): void => undefined;

  constructor(options: { readonly parties?: boolean }) {
    this.#worker = new Worker(new URL('./reader.worker.js', import.meta.url), {
      workerData: options,
      name: 'bank message',
    });
    this.#worker.on('message', (message: FromReader) => this.#take(message));
    this.#worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('exit', () => {
      if (!this.#end) this.#fail(new Error('the reading thread ended before the file'));
    });
  }

  async *entries(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly BankEntry[]> {
    this.#feeding = this.#feed(bytes).catch((error: unknown) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        if (this.#batches.length === MAX_BATCHES - 1) this.#rouse();
        yield JSON.parse(batch);
      } else if (this.#failure) throw this.#failure;
      else if (this.#end) break;
      else await this.#change();
    }
  }

  end(): BankMessageEnd {
    return this.#end!;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#rouse();
    await this.#feeding;
    await this.#worker.terminate();
  }

  async #feed(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of bytes) {
      while (!this.#over && (this.#pieces >= MAX_PIECES || this.#batches.length >= MAX_BATCHES))
        await this.#change();
      if (this.#over) return;
      // A copy: the piece may be a part of a buffer that others use.
      const copy = new Uint8Array(piece);
      this.#pieces += 1;
      this.#worker.postMessage({ bytes: copy } satisfies ToReader, [copy.buffer]);
    }
    this.#worker.postMessage('end' satisfies ToReader);
  }

  get #over(): boolean {
    return this.#stopped || this.#failure !== undefined || this.#end !== undefined;
  }

  #take(message: FromReader): void {
    if (message.kind === 'entries') this.#batches.push(message.json);
    else if (message.kind === 'taken') this.#pieces -= 1;
    else if (message.kind === 'end') this.#end = message.end;
    else
      this.#failure = new BankMessageError(
        message.error.code,
        message.error.reason,
        message.error.place,
      );
    this.#rouse();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#rouse();
  }

  /** Two may wait at once: who feeds, and who reads. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake;
      this.#wake = () => {
        before();
        resolve();
      };
    });
  }

  #rouse(): void {
    const wake = this.#wake;
    this.#wake = () => undefined;
    wake();
  }
}
