import { createReadStream } from 'node:fs';
import { lstat, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { paymentFiles, type PaymentFilesOptions } from './pain001-rail.js';
import {
  RailError,
  type MessageOutline,
  type MessageWriter,
  type PaymentRail,
  type WrittenFile,
} from '../port.js';
import { syncFolder } from '../../durable-files/sync-folder.js';
import { writeWhole } from '../message-file.js';
import { Inbox, type Look, type OnTrouble, type TakeFile } from './inbox.js';
import { absent, codeOf, Folders } from './shared-folders.js';

export interface WatchOptions {
  /** Milliseconds between looks at the folder. Default 2,000. */
  readonly everyMs?: number;
  /**
   * Told of a file that could not be taken now (it stays and is tried again), once of what is no
   * file, and of a folder that could not be read.
   */
  readonly onTrouble?: OnTrouble;
}
export interface WatchedFolder {
  readonly rail: PaymentRail;
  /** One look. A file is whole when the look before saw it with the same size, time and inode. */
  look(take: TakeFile, signal: AbortSignal, onTrouble?: OnTrouble): Promise<Look>;
  /** Looks until the signal aborts; a failure is told and the next look comes all the same. */
  watch(take: TakeFile, signal: AbortSignal, options?: WatchOptions): Promise<void>;
}

/** Hands our messages over: each appears in OUT once, whole. */
class Outgoing implements PaymentRail {
  constructor(
    private readonly folders: Folders,
    private readonly files: string,
    private readonly kept: PaymentRail,
  ) {}

  unfit(...transfer: Parameters<NonNullable<PaymentRail['unfit']>>): string | undefined {
    return this.kept.unfit?.(...transfer);
  }

  async write(...message: Parameters<PaymentRail['write']>): Promise<WrittenFile> {
    return this.#deliver(await this.kept.write(...message));
  }

  async begin(outline: MessageOutline): Promise<MessageWriter> {
    const writer = await this.kept.begin(outline);
    return {
      add: (instructions) => writer.add(instructions),
      abandon: () => writer.abandon(),
      finish: async () => {
        const file = await writer.finish();
        return file && this.#deliver(file);
      },
    };
  }

  async #deliver(file: WrittenFile): Promise<WrittenFile> {
    try {
      await this.folders.ready();
      await this.#handOver(file);
      return file;
    } catch (error) {
      if (error instanceof RailError) throw error;
      throw new RailError(
        'RAIL_FAILED',
        `${file.name} could not be put into the bank's folder (${codeOf(error)}).`,
        { cause: error },
      );
    }
  }

  async #handOver({ name, sha256 }: WrittenFile): Promise<void> {
    const { folders } = this;
    const note = await readFile(folders.at('SENT', name), 'utf8').catch(absent);
    if (note !== undefined && note.trim() !== sha256)
      throw new RailError(
        'MESSAGE_DIFFERS',
        `${name} was handed over before with other content; it was left as it is.`,
      );
    if (note === undefined) {
      const message = createReadStream(join(this.files, name));
      await writeWhole(folders.at('OUT.tmp'), name, message, 0o640);
      await writeWhole(folders.at('SENT'), name, lines(sha256));
    }
    // Noted and still here: the rename is what a crash left out. Noted and gone: it was handed
    // over.
    const unsent = folders.at('OUT.tmp', name);
    if (await lstat(unsent).catch(absent)) await rename(unsent, folders.at('OUT', name));
    await syncFolder(folders.at('OUT'));
    await syncFolder(folders.at('OUT.tmp'));
  }
}

/**
 * A folder that a bank's SFTP (or any file transfer) serves, on one file system:
 *
 * - `OUT`: our messages, for the other side to fetch and remove. Each appears once, whole: written
 *   to `OUT.tmp`, synced, noted in `SENT`, renamed. The note tells after a crash whether the rename
 *   happened, so that what was fetched never appears again.
 * - `IN`: their files. A whole one is moved to `WORK`, given to `take`, and moved to `DONE`, or to
 *   `REJECTED` with the reason in `<name>.reason.txt` beside. What a killed process left in `WORK`
 *   is taken first. A name that is no text, or too long, is another from `WORK` on (`keptName`).
 *
 * @param files where messages are kept for good (see paymentFiles)
 */
export function watchedFolder(
  root: string,
  files: string,
  options: PaymentFilesOptions = {},
): WatchedFolder {
  const folders = new Folders(root);
  const inbox = new Inbox(folders);
  return {
    rail: new Outgoing(folders, files, paymentFiles(files, options)),
    look: (take, signal, onTrouble = () => undefined) => inbox.look(take, signal, onTrouble),
    async watch(take, signal, { everyMs = 2_000, onTrouble = () => undefined } = {}) {
      while (!signal.aborted) {
        try {
          await inbox.look(take, signal, onTrouble);
        } catch (error) {
          if (!signal.aborted) onTrouble('the folder', error);
        }
        await pause(everyMs, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

async function* lines(...texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) yield `${text}\n`;
}
