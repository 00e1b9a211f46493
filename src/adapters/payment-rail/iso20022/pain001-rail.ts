import { createReadStream } from 'node:fs';
import { CLOSING, MAX_TRANSACTIONS, opening, transfer } from './pain001.js';
import { unfitBy } from '../unfit.js';
import type {
  Instruction,
  MessageHead,
  MessageOutline,
  MessageWriter,
  PaymentRail,
  WrittenFile,
} from '../port.js';
import { MessagesUnderWay, requireTotals, SpoolFile, writeFailure } from '../spool-file.js';
import { requireNotSent, writeWhole } from '../message-file.js';
import type { SchemaCheck } from './xsd.js';

/** Characters gathered before they are hashed and written. */
const PIECE = 262_144;
/** Transfers held against the schema at once: a tree of some 5 MB. */
const CHECKED = 500;

export interface PaymentFilesOptions {
  /**
   * Every message is held against the published schema, piece by piece, before it is under its
   * name. Absent: not.
   */
  readonly check?: SchemaCheck;
}

/**
 * Writes each message as `<messageId>.xml` into `dir`, for the bank to fetch. The folder and its
 * files are their owner's only: they hold names and accounts. Memory does not grow with the number
 * of transfers. A message that is begun before its count is known is kept aside as
 * `<messageId>.xml.spool.part`, and written behind its head at the end.
 * @throws RailError (from `write` and `finish`) also when a message of that name was written with
 *   other content
 */
export function paymentFiles(dir: string, { check }: PaymentFilesOptions = {}): PaymentRail {
  const underWay = new MessagesUnderWay();
  return {
    unfit: unfitBy(transfer),
    async write(head, instructions) {
      const first = opening(head);
      const release = underWay.take(head.messageId);
      try {
        const transfers = new Transfers(head, check);
        return await written(dir, head, pieces(head, first, transfers, instructions));
      } catch (error) {
        throw writeFailure(error, head.messageId);
      } finally {
        release();
      }
    },
    async begin(outline) {
      opening({ ...outline, count: 1, totalMinor: 1n });
      const file = await SpoolFile.begin(dir, nameOf(outline), outline.messageId, underWay);
      return new SpooledMessage(dir, outline, file, new Transfers(outline, check));
    },
  };
}

const nameOf = ({ messageId }: Pick<MessageOutline, 'messageId'>): string => `${messageId}.xml`;

async function written(
  dir: string,
  head: MessageHead,
  content: AsyncIterable<string | Uint8Array>,
): Promise<WrittenFile> {
  requireNotSent(dir, `${head.messageId}.ndjson`);
  const sha256 = await writeWhole(dir, nameOf(head), content);
  return {
    name: nameOf(head),
    messageId: head.messageId,
    sha256,
    count: head.count,
    totalMinor: head.totalMinor.toString(),
  };
}

/**
 * Instructions to text; counts, adds up, and holds each piece against the schema where one is at
 * hand.
 */
class Transfers {
  count = 0;
  totalMinor = 0n;
  readonly #around: string;

  constructor(
    private readonly outline: MessageOutline,
    private readonly check: SchemaCheck | undefined,
  ) {
    this.#around = check ? opening({ ...outline, count: 1, totalMinor: 1n }) : '';
  }

  /** Ready pieces of some hundred kilobytes, each of whole transfers. */
  async *text(instructions: readonly Instruction[]): AsyncGenerator<string> {
    const step = this.check ? CHECKED : instructions.length;
    for (let from = 0; from < instructions.length; from += step) {
      const to = Math.min(from + step, instructions.length);
      let text = '';
      for (let i = from; i < to; i += 1) {
        const instruction = instructions[i]!;
        text += transfer(instruction, this.outline);
        this.totalMinor += instruction.amountMinor;
        if (text.length >= PIECE && !this.check) {
          yield text;
          text = '';
        }
      }
      this.count += to - from;
      if (this.check)
        await this.check(this.outline.format ?? 'pain.001.001.09', this.#around + text + CLOSING);
      yield text;
    }
  }
}

/** The message in large pieces; ends by checking what was promised in its head. */
async function* pieces(
  head: MessageHead,
  first: string,
  transfers: Transfers,
  instructions: Parameters<PaymentRail['write']>[1],
): AsyncGenerator<string> {
  let text = first;
  for await (const batch of instructions) {
    for await (const piece of transfers.text(batch)) {
      text += piece;
      if (text.length < PIECE) continue;
      yield text;
      text = '';
    }
    if (transfers.count > MAX_TRANSACTIONS) break;
  }
  requireTotals(head, transfers);
  yield text + CLOSING;
}

/** A message under way; its transfers are kept aside until they are counted. */
class SpooledMessage implements MessageWriter {
  #text = '';

  constructor(
    private readonly dir: string,
    private readonly outline: MessageOutline,
    private readonly file: SpoolFile,
    private readonly transfers: Transfers,
  ) {}

  async add(instructions: readonly Instruction[]): Promise<void> {
    this.file.requireOpen();
    try {
      for await (const piece of this.transfers.text(instructions)) {
        this.#text += piece;
        if (this.#text.length >= PIECE) await this.#flush();
      }
    } catch (error) {
      throw writeFailure(error, this.outline.messageId);
    }
  }

  async finish(): Promise<WrittenFile | undefined> {
    this.file.requireOpen();
    try {
      const { count, totalMinor } = this.transfers;
      if (count === 0) return undefined;
      await this.#flush();
      const head: MessageHead = { ...this.outline, count, totalMinor };
      return await written(this.dir, head, behind(opening(head), this.file.path));
    } catch (error) {
      throw writeFailure(error, this.outline.messageId);
    } finally {
      await this.abandon();
    }
  }

  abandon(): Promise<void> {
    return this.file.remove();
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (text !== '') await this.file.write(text);
  }
}

async function* behind(first: string, path: string): AsyncGenerator<string | Uint8Array> {
  yield first;
  for await (const bytes of createReadStream(path, { highWaterMark: PIECE })) yield bytes as Buffer;
  yield CLOSING;
}
