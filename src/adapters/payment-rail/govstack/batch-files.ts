import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RailError } from '../port.js';
import { syncFolder } from '../../durable-files/sync-folder.js';
import { writeWhole } from '../message-file.js';
import { batchOf, type Batch, type Head } from './document.js';
import type { ValidatedAccount } from './port.js';

/** Where a batch stands in its message's document, in bytes. */
export interface Place {
  readonly messageId: string;
  readonly at: number;
  readonly length: number;
}
/** What the block answered; its id for the batch, unless it only said that it has it already. */
export interface Taken {
  readonly batchId?: string;
}

export const documentName = (messageId: string): string => `${messageId}.ndjson`;
const PIECE = 1_048_576;
/** A batch of 10,000 transfers has some 4 MB. */
const MAX_LINE = 33_554_432;

/**
 * What a folder of files keeps about batches, beside the documents: `govstack/<correlation
 * id>.place.json`, written before a batch is sent, and `govstack/<correlation id>.taken.json`,
 * written once the block has it; `<batch id>.asked.json` says which accounts one was asked to
 * validate. Each is written whole, once. A message that is not sent whole yet has its name in
 * `govstack/pending/`.
 */
export class BatchFiles {
  readonly #dir: string;
  readonly #pending: string;
  constructor(private readonly files: string) {
    this.#dir = join(files, 'govstack');
    this.#pending = join(this.#dir, 'pending');
  }

  /** Ids of messages whose document is written and that are not sent whole, in order. */
  async pending(): Promise<readonly string[]> {
    const names = (await readdir(this.#pending).catch(absent)) ?? [];
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort();
  }
  async keepPending(messageId: string): Promise<void> {
    await writeWhole(this.#pending, `${messageId}.json`, lineOf({ messageId }));
  }
  /** When a message is to be paid, as its head says. @throws RailError, SyntaxError */
  async executionDateOf(messageId: string): Promise<string> {
    for await (const { text } of this.linesOf(messageId))
      return (JSON.parse(text) as Head).executionDate;
    throw new RailError('RAIL_FAILED', `${documentName(messageId)} is empty.`);
  }
  async sent(messageId: string): Promise<void> {
    await rm(join(this.#pending, `${messageId}.json`), { force: true });
    await syncFolder(this.#pending);
  }

  async place(correlationId: string): Promise<Place | undefined> {
    return this.#read<Place>(correlationId, 'place');
  }
  async taken(correlationId: string): Promise<Taken | undefined> {
    return this.#read<Taken>(correlationId, 'taken');
  }
  async validatedAccounts(batchId: string): Promise<readonly ValidatedAccount[] | undefined> {
    return this.#read<readonly ValidatedAccount[]>(batchId, 'asked');
  }
  async keepValidatedAccounts(
    batchId: string,
    accounts: readonly ValidatedAccount[],
  ): Promise<void> {
    await this.#write(batchId, 'asked', accounts);
  }
  /** @throws RailError MESSAGE_DIFFERS where two batches have one correlation id */
  async keepPlace(correlationId: string, place: Place): Promise<void> {
    await this.#write(correlationId, 'place', place);
  }
  async keepTaken(correlationId: string, taken: Taken): Promise<void> {
    await this.#write(correlationId, 'taken', taken);
  }

  /** @throws RailError RAIL_FAILED where the document is gone or damaged */
  async batchAt(correlationId: string, { messageId, at, length }: Place): Promise<Batch> {
    const damaged = (cause?: unknown): RailError =>
      new RailError(
        'RAIL_FAILED',
        `${documentName(messageId)} does not have batch ${correlationId} where it was written.`,
        { cause },
      );
    try {
      const file = await open(join(this.files, documentName(messageId)), 'r');
      try {
        const bytes = Buffer.alloc(length);
        const { bytesRead } = await file.read(bytes, 0, length, at);
        const batch = batchOf(bytes.toString('utf8'));
        if (bytesRead !== length || batch.correlationId !== correlationId) throw damaged();
        return batch;
      } finally {
        await file.close();
      }
    } catch (error) {
      throw error instanceof RailError ? error : damaged(error);
    }
  }

  /** Lines of a document without their line ends, and where they begin; head and foot too. */
  async *linesOf(
    messageId: string,
  ): AsyncGenerator<{ readonly text: string; readonly at: number; readonly length: number }> {
    const file = await open(join(this.files, documentName(messageId)), 'r');
    try {
      let rest: Buffer = Buffer.alloc(0);
      let at = 0;
      for await (const piece of file.createReadStream({
        highWaterMark: PIECE,
        autoClose: false,
      }) as AsyncIterable<Buffer>) {
        rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
          yield { text: rest.toString('utf8', 0, end), at, length: end };
          at += end + 1;
          rest = rest.subarray(end + 1);
        }
        if (rest.length > MAX_LINE)
          throw new RailError(
            'LIMIT_EXCEEDED',
            `${documentName(messageId)} has a line of more than ${MAX_LINE} bytes.`,
          );
      }
    } finally {
      await file.close();
    }
  }

  async #read<T>(correlationId: string, what: string): Promise<T | undefined> {
    const text = await readFile(join(this.#dir, `${correlationId}.${what}.json`), 'utf8').catch(
      absent,
    );
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  async #write(correlationId: string, what: string, content: object): Promise<void> {
    await writeWhole(this.#dir, `${correlationId}.${what}.json`, lineOf(content));
  }
}

async function* lineOf(content: object): AsyncGenerator<string> {
  yield `${JSON.stringify(content)}\n`;
}

/** Undefined for what is not there; any other failure stays one. */
function absent(error: unknown): undefined {
  if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'))
    throw error;
}
