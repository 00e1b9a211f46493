import { createReadStream } from 'node:fs';
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
import { documentName, BatchFiles } from './batch-files.js';
import type { GovstackBlock, GovstackSettings, SentBatch, SentTransfer } from './port.js';
import { dayNow } from './outbox.js';
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
import { unfitBy } from '../unfit.js';
import { MessagesUnderWay, requireTotals, SpoolFile, writeFailure } from '../spool-file.js';
import { requireNotSent, writeWhole } from '../message-file.js';

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
  const kept = new BatchFiles(files);
  const underWay = new MessagesUnderWay();

  async function begin(outline: MessageOutline): Promise<SpooledMessage> {
    const { messageId } = outline;
    const file = await SpoolFile.begin(files, documentName(messageId), messageId, underWay);
    return new SpooledMessage({ files, outline, settings, kept, deferred }, file);
  }

  return {
    unfit: unfitBy((instruction, outline) =>
      transferOf(instruction, outline, settings.paymentMode),
    ),
    begin,
    async write(head, instructions) {
      const message = await begin(head);
      try {
        for await (const batch of instructions) await message.add(batch);
        requireTotals(head, message);
        const file = await message.finish();
        if (!file)
          throw new RailError('CONTROL_SUM_DIFFERS', `Message ${head.messageId} has no transfers.`);
        return file;
      } finally {
        await message.abandon();
      }
    },
  };
}

/** What was sent from `files`, and what the block says about it. */
export function govstackBlock(files: string, settings: GovstackSettings): GovstackBlock {
  const kept = new BatchFiles(files);
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
  readonly outline: MessageOutline;
  readonly settings: GovstackSettings;
  readonly kept: BatchFiles;
  readonly deferred: boolean;
}

/** A document under way. Holds one batch in memory. */
class SpooledMessage implements MessageWriter {
  count = 0;
  totalMinor = 0n;
  #batch: { readonly instruction: Instruction; readonly text: string }[] = [];
  #batches = 0;
  /** Ids of the batch's transfers: 80 bits of a hash, which two must not share. */
  #ids = new Set<string>();

  constructor(
    private readonly at: Spooling,
    private readonly file: SpoolFile,
  ) {}

  async add(instructions: readonly Instruction[]): Promise<void> {
    const { outline, settings } = this.at;
    this.file.requireOpen();
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
      throw writeFailure(error, outline.messageId);
    }
  }

  async finish(): Promise<WrittenFile | undefined> {
    const { files, outline, settings, kept, deferred } = this.at;
    const { messageId } = outline;
    this.file.requireOpen();
    try {
      if (this.count === 0) return undefined;
      await this.#flush();
      const name = documentName(messageId);
      requireNotSent(files, `${messageId}.xml`);
      const sha256 = await writeWhole(
        files,
        name,
        whole(
          headLine(outline),
          this.file.path,
          footLine(this.count, this.totalMinor, outline.currency),
        ),
      );
      await kept.keepPending(messageId);
      // What is for a later day waits for the outbox of a server.
      const isDue = outline.executionDate <= dayNow();
      if (!deferred && isDue) await sendMessage(settings, kept, messageId);
      return { name, messageId, sha256, count: this.count, totalMinor: this.totalMinor.toString() };
    } catch (error) {
      throw writeFailure(error, messageId);
    } finally {
      await this.abandon();
    }
  }

  abandon(): Promise<void> {
    return this.file.remove();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#ids = new Set();
    await this.file.write(
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
