import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CLOSING, MAX_TRANSACTIONS, opening, transfer } from './pain001.js';
import { RailError, type MessageHead, type PaymentRail, type WrittenFile } from './port.js';

/** Characters gathered before they are hashed and written. */
const PIECE = 262_144;

/**
 * Writes each message as `<messageId>.xml`, a pain.001.001.09 file, into `dir`, for the bank to fetch. The folder and its
 * files are their owner's only: they hold names and accounts. Memory does not grow with the number of transfers.
 * @throws RailError (from `write`) also when a message of that name was written with other content: a file that may be at
 *   the bank already never changes
 */
export function paymentFiles(dir: string): PaymentRail {
  const writing = new Set<string>();
  return {
    async write(head, instructions) {
      const first = opening(head);
      if (writing.has(head.messageId)) throw new RailError('MESSAGE_BUSY', `Message ${head.messageId} is being written already.`);
      writing.add(head.messageId);
      try {
        return await writeFile(dir, head, first, instructions);
      } catch (error) {
        throw failure(error, head);
      } finally {
        writing.delete(head.messageId);
      }
    },
  };
}

async function writeFile(dir: string, head: MessageHead, first: string, instructions: Parameters<PaymentRail['write']>[1]): Promise<WrittenFile> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const name = `${head.messageId}.xml`;
  const [part, whole] = [join(dir, `${name}.part`), join(dir, name)];
  // What a process that was killed left under this name is overwritten.
  const file = await open(part, 'w', 0o600);
  let sha256: string;
  let written = Promise.resolve();
  try {
    const digest = createHash('sha256');
    for await (const piece of pieces(head, first, instructions)) {
      const bytes = Buffer.from(piece, 'utf8');
      digest.update(bytes);
      // One piece is on its way to the disk while the next is made.
      await written;
      written = file.writeFile(bytes);
      written.catch(() => undefined);
    }
    await written;
    await file.sync();
    sha256 = digest.digest('hex');
  } catch (error) {
    await written.catch(() => undefined);
    await file.close();
    await rm(part, { force: true });
    throw error;
  }
  await file.close();
  if (existsSync(whole)) {
    await rm(part);
    if (await sha256Of(whole) !== sha256) throw new RailError('MESSAGE_DIFFERS', `${name} was written before with other content; it was left as it is.`);
  } else {
    await rename(part, whole);
  }
  await syncFolder(dir);
  return { name, messageId: head.messageId, sha256, count: head.count, totalMinor: head.totalMinor.toString() };
}

/** The message in large pieces; ends by checking what was promised in its head. */
async function* pieces(head: MessageHead, first: string, instructions: Parameters<PaymentRail['write']>[1]): AsyncGenerator<string> {
  let text = first;
  let count = 0;
  let total = 0n;
  for await (const batch of instructions) {
    for (const instruction of batch) {
      text += transfer(instruction, head.currency);
      total += instruction.amountMinor;
      if (text.length >= PIECE) {
        yield text;
        text = '';
      }
    }
    count += batch.length;
    if (count > MAX_TRANSACTIONS) break;
  }
  if (count !== head.count || total !== head.totalMinor) {
    throw new RailError('CONTROL_SUM_DIFFERS', `Message ${head.messageId} was announced with ${head.count} transfers of ${head.totalMinor} minor units and came with ${count} of ${total}.`);
  }
  yield text + CLOSING;
}

async function sha256Of(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}

/** A renamed file is there after a power failure only when its folder was synced too. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Failures of the disk in our words; what the instructions or the message itself failed with stays as it is. */
function failure(error: unknown, { messageId }: MessageHead): unknown {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return new RailError('DISK_FULL', `There is no space left for message ${messageId}; make room and run it again.`, { cause: error });
  return new RailError('RAIL_FAILED', `Message ${messageId} could not be written (${String(error.code)}).`, { cause: error });
}
