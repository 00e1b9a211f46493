import { createReadStream } from 'node:fs';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { correlationIdOf, instructionIdOf } from '../../../kernel/govstack.js';
import { parseAmount } from '../../../kernel/money.js';
import { details } from './details.js';
import {
  batchLine,
  footLine,
  headLine,
  transferOf,
  transfersOf,
  transferText,
} from './document.js';
import { documentName, Kept } from './kept.js';
import type { GovstackBlock, GovstackSettings, SentBatch, SentTransfer } from './port.js';
import { validateAccounts } from './validate.js';
import { sendMessage } from './sender.js';
import {
  RailError,
  type Instruction,
  type MessageOutline,
  type MessageWriter,
  type PaymentRail,
  type WrittenFile,
} from '../port.js';
import { requireNotSent, writeWhole } from '../iso20022/whole-file.js';

/**
 * The rail of a GovStack payments building block (G2P Payments API). A message is first written
 * whole as `<messageId>.ndjson` into `files`: a head, a line for each batch with the body that is
 * sent, and a foot with count and total. Then it is sent, batch by batch. A message that could not
 * be sent whole fails, and writing it again sends what the block did not confirm.
 * @param deferred a message is done once it is written: what is sent when is the outbox's concern
 *   (see govstackOutbox)
 * @throws RailError (from `write` and `finish`); nothing is sent of a message with an instruction
 *   that the API has no room for
 */
export function govstackRail(
  files: string,
  settings: GovstackSettings,
  deferred = false,
): PaymentRail {
  const kept = new Kept(files);
  const writing = new Set<string>();

  async function begin(outline: MessageOutline): Promise<Spool> {
    const { messageId } = outline;
    if (writing.has(messageId))
      throw new RailError('MESSAGE_BUSY', `Message ${messageId} is being written already.`);
    writing.add(messageId);
    try {
      await mkdir(files, { recursive: true, mode: 0o700 });
      const path = join(files, `${documentName(messageId)}.spool.part`);
      return new Spool(
        {
          files,
          path,
          outline,
          settings,
          kept,
          deferred,
          release: () => {
            writing.delete(messageId);
          },
        },
        await open(path, 'w', 0o600),
      );
    } catch (error) {
      writing.delete(messageId);
      throw failure(error, messageId);
    }
  }

  return {
    begin,
    async write(head, instructions) {
      const spool = await begin(head);
      try {
        for await (const batch of instructions) await spool.add(batch);
        if (spool.count !== head.count || spool.totalMinor !== head.totalMinor) {
          throw new RailError(
            'CONTROL_SUM_DIFFERS',
            `Message ${head.messageId} was announced with ${head.count} transfers of ${head.totalMinor} minor units and came with ${spool.count} of ${spool.totalMinor}.`,
          );
        }
        const file = await spool.finish();
        if (!file)
          throw new RailError('CONTROL_SUM_DIFFERS', `Message ${head.messageId} has no transfers.`);
        return file;
      } finally {
        await spool.abandon();
      }
    },
  };
}

/** What was sent from `files`, and what the block says about it. */
export function govstackBlock(files: string, settings: GovstackSettings): GovstackBlock {
  const kept = new Kept(files);
  async function batch(correlationId: string): Promise<SentBatch | undefined> {
    const place = await kept.place(correlationId);
    if (!place) return undefined;
    const { references, body } = await kept.batchAt(correlationId, place);
    const transfers = transfersOf(body);
    const taken = await kept.taken(correlationId);
    return {
      correlationId,
      messageId: place.messageId,
      currency: transfers[0]!.currency,
      ...(taken?.batchId === undefined ? {} : { batchId: taken.batchId }),
      transfers: transfers.map((transfer, i): SentTransfer => ({
        instructionId: transfer.requestId,
        paymentId: references[i]![0],
        endToEndId: references[i]![1],
        payeeIdentity: transfer.creditParty[0]!.value,
        account: transfer.creditParty[1]!.value,
        amountMinor: parseAmount(transfer.amount, transfer.currency),
      })),
    };
  }
  return {
    batch,
    async *batchesOf(messageId) {
      for (let index = 0; ; index += 1) {
        const sent = await batch(correlationIdOf('pay', messageId, index));
        if (!sent) return;
        yield sent;
      }
    },
    validatedAccounts: (batchId) => kept.validatedAccounts(batchId),
    validate: (accounts, signal) => validateAccounts(settings, kept, accounts, signal),
    details: (batch, signal) => details(settings, batch, signal),
  };
}

interface Spooling {
  readonly files: string;
  readonly path: string;
  readonly outline: MessageOutline;
  readonly settings: GovstackSettings;
  readonly kept: Kept;
  readonly deferred: boolean;
  readonly release: () => void;
}

/**
 * A document under way. Holds one batch in memory. What a killed process left of one is
 * overwritten.
 */
class Spool implements MessageWriter {
  count = 0;
  totalMinor = 0n;
  #over = false;
  #batch: { readonly instruction: Instruction; readonly text: string }[] = [];
  #batches = 0;
  /** Ids of the batch's transfers: 80 bits of a hash, which two must not share. */
  #ids = new Set<string>();

  constructor(
    private readonly at: Spooling,
    private readonly file: FileHandle,
  ) {}

  async add(instructions: readonly Instruction[]): Promise<void> {
    const { outline, settings } = this.at;
    this.#underWay();
    try {
      for (const instruction of instructions) {
        const id = instructionIdOf(instruction.endToEndId);
        if (this.#ids.has(id))
          throw new RailError(
            'INSTRUCTION_INVALID',
            `Payment ${instruction.paymentId}: endToEndId is another transfer's of the batch, or has the same hash.`,
          );
        this.#ids.add(id);
        this.#batch.push({
          instruction,
          text: transferText(transferOf(instruction, outline, settings.paymentMode)),
        });
        this.count += 1;
        this.totalMinor += instruction.amountMinor;
        if (this.#batch.length === settings.batchSize) await this.#flush();
      }
    } catch (error) {
      throw failure(error, outline.messageId);
    }
  }

  async finish(): Promise<WrittenFile | undefined> {
    const { files, path, outline, settings, kept, deferred } = this.at;
    const { messageId } = outline;
    this.#underWay();
    try {
      if (this.count === 0) return undefined;
      await this.#flush();
      const name = documentName(messageId);
      requireNotSent(files, `${messageId}.xml`);
      const sha256 = await writeWhole(
        files,
        name,
        whole(headLine(outline), path, footLine(this.count, this.totalMinor, outline.currency)),
      );
      await kept.keepPending(messageId);
      if (!deferred) await sendMessage(settings, kept, messageId);
      return { name, messageId, sha256, count: this.count, totalMinor: this.totalMinor.toString() };
    } catch (error) {
      throw failure(error, messageId);
    } finally {
      await this.abandon();
    }
  }

  async abandon(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.file.close().catch(() => undefined);
    await rm(this.at.path, { force: true });
    this.at.release();
  }

  #underWay(): void {
    if (this.#over)
      throw new Error(`message ${this.at.outline.messageId} is finished or abandoned`);
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#ids = new Set();
    await this.file.writeFile(
      batchLine(
        this.at.outline.messageId,
        this.#batches,
        batch.map(({ instruction }) => instruction),
        batch.map(({ text }) => text),
      ),
    );
    this.#batches += 1;
  }
}

async function* whole(
  head: string,
  path: string,
  foot: string,
): AsyncGenerator<string | Uint8Array> {
  yield head;
  for await (const bytes of createReadStream(path)) yield bytes as Buffer;
  yield foot;
}

/** Failures of the disk in our words; anything else stays as it is. */
function failure(error: unknown, messageId: string): unknown {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error))
    return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return new RailError(
      'DISK_FULL',
      `There is no space left for message ${messageId}; make room and run it again.`,
      { cause: error },
    );
  return new RailError(
    'RAIL_FAILED',
    `Message ${messageId} could not be written (${String(error.code)}).`,
    { cause: error },
  );
}
