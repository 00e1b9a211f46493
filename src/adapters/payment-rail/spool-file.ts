import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { RailError, type MessageHead } from './port.js';

/** Messages that a rail is writing: each by one writer at a time. */
export class MessagesUnderWay {
  readonly #ids = new Set<string>();

  /**
   * @returns what lets go of the message
   * @throws RailError MESSAGE_BUSY
   */
  take(messageId: string): () => void {
    if (this.#ids.has(messageId))
      throw new RailError('MESSAGE_BUSY', `Message ${messageId} is being written already.`);
    this.#ids.add(messageId);
    return () => {
      this.#ids.delete(messageId);
    };
  }
}

/**
 * Keeps the transfers of a message whose head cannot be written yet. What a killed process left of
 * one is overwritten.
 */
export class SpoolFile {
  #over = false;

  private constructor(
    readonly path: string,
    private readonly messageId: string,
    private readonly file: FileHandle,
    private readonly release: () => void,
  ) {}

  /** @throws RailError MESSAGE_BUSY, DISK_FULL, RAIL_FAILED */
  static async begin(
    dir: string,
    name: string,
    messageId: string,
    underWay: MessagesUnderWay,
  ): Promise<SpoolFile> {
    const release = underWay.take(messageId);
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const path = join(dir, `${name}.spool.part`);
      return new SpoolFile(path, messageId, await open(path, 'w', 0o600), release);
    } catch (error) {
      release();
      throw writeFailure(error, messageId);
    }
  }

  requireOpen(): void {
    if (this.#over) throw new Error(`message ${this.messageId} is finished or abandoned`);
  }

  write(text: string): Promise<void> {
    return this.file.writeFile(text);
  }

  /**
   * Leaves nothing of it; what cannot be removed is overwritten by the next writer of the message.
   * Idempotent.
   */
  async remove(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.file.close().catch(() => undefined);
    await rm(this.path, { force: true }).catch(() => undefined);
    this.release();
  }
}

/** @throws RailError CONTROL_SUM_DIFFERS where the transfers do not come to what the head says */
export function requireTotals(
  head: MessageHead,
  { count, totalMinor }: Pick<MessageHead, 'count' | 'totalMinor'>,
): void {
  if (count !== head.count || totalMinor !== head.totalMinor)
    throw new RailError(
      'CONTROL_SUM_DIFFERS',
      `Message ${head.messageId} was announced with ${head.count} transfers of ${head.totalMinor} minor units and came with ${count} of ${totalMinor}.`,
    );
}

/**
 * Failures of the disk in our words; what the instructions or the message itself failed with stays
 * as it is.
 */
export function writeFailure(error: unknown, messageId: string): unknown {
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
