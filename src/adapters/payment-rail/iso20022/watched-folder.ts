import { createReadStream } from 'node:fs';
import { lstat, mkdir, opendir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
import { PART, sha256Of, writeWhole } from '../message-file.js';

/** What became of an incoming file. `reason` is for a person and carries no personal data. */
export type Taken =
  { readonly kind: 'taken' } | { readonly kind: 'rejected'; readonly reason: string };
/**
 * Takes in one whole file. Called again with the same file after a crash: taking in twice must
 * change nothing.
 */
export type TakeFile = (path: string, signal: AbortSignal) => Promise<Taken>;

export interface WatchOptions {
  /** Milliseconds between looks at the folder. Default 2,000. */
  readonly everyMs?: number;
  /**
   * Told of a file that could not be taken now (it stays and is tried again) and of a folder that
   * could not be read.
   */
  readonly onTrouble?: (what: string, error: unknown) => void;
}
/**
 * One look at the folder: how many files were taken and rejected, failed for now, or are not whole
 * yet.
 */
export interface Look {
  readonly taken: number;
  readonly rejected: number;
  readonly failed: number;
  readonly waiting: number;
}

export interface WatchedFolder {
  readonly rail: PaymentRail;
  /** One look. A file is whole when the look before saw it with the same size, time and inode. */
  look(take: TakeFile, signal: AbortSignal, onTrouble?: WatchOptions['onTrouble']): Promise<Look>;
  /** Looks until the signal aborts; a failure is told and the next look comes all the same. */
  watch(take: TakeFile, signal: AbortSignal, options?: WatchOptions): Promise<void>;
}

/** Entries of IN that one look considers, at most; what is beyond waits for the next. */
const MAX_LISTED = 10_000;
/** Names under which transfer programs write what is not whole yet. */
const TEMPORARY = /^[.~]|(\.(part|filepart|tmp|temp|swp|crdownload|partial|uploading)|~)$/i;
const FOLDERS = ['OUT', 'OUT.tmp', 'SENT', 'IN', 'WORK', 'DONE', 'REJECTED'] as const;

/** The folders below the root; they are made when they are first needed. */
class Folders {
  #made: Promise<unknown> | undefined;

  constructor(private readonly root: string) {}

  at(folder: (typeof FOLDERS)[number], name = ''): string {
    return join(this.root, folder, name);
  }

  ready(): Promise<unknown> {
    this.#made ??= this.#make();
    return this.#made;
  }

  async #make(): Promise<void> {
    try {
      await Promise.all(
        FOLDERS.map((folder) => mkdir(this.at(folder), { recursive: true, mode: 0o770 })),
      );
    } catch (error) {
      this.#made = undefined;
      throw error;
    }
  }
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

/** Takes their files in. */
class Incoming {
  /** What the look before saw in IN: a name, with its size, time and inode. */
  #seen = new Map<string, string>();

  constructor(private readonly folders: Folders) {}

  async look(
    take: TakeFile,
    signal: AbortSignal,
    onTrouble: NonNullable<WatchOptions['onTrouble']>,
  ): Promise<Look> {
    await this.folders.ready();
    const counts = { taken: 0, rejected: 0, failed: 0, waiting: 0 };
    const tried = new Set<string>();
    const work = async (name: string): Promise<void> => {
      tried.add(name);
      try {
        const result = await take(this.folders.at('WORK', name), signal);
        await this.#putAway(name, result);
        counts[result.kind] += 1;
      } catch (error) {
        signal.throwIfAborted();
        counts.failed += 1;
        onTrouble(name, error);
      }
    };
    for (const name of (await listed(this.folders.at('WORK'))).sort()) {
      signal.throwIfAborted();
      await work(name);
    }
    const { names, waiting } = await this.#wholeNames();
    counts.waiting = waiting;
    for (const name of names) {
      signal.throwIfAborted();
      // A namesake failed just now and holds the place.
      if (tried.has(name) && (await lstat(this.folders.at('WORK', name)).catch(absent)))
        counts.waiting += 1;
      else if (await this.#claim(name)) await work(name);
    }
    return counts;
  }

  /** Names in IN that are whole, oldest first; remembers what it saw for the next look. */
  async #wholeNames(): Promise<{ readonly names: readonly string[]; readonly waiting: number }> {
    const now = new Map<string, string>();
    const whole: { readonly name: string; readonly mtimeMs: number }[] = [];
    for (const name of await listed(this.folders.at('IN'))) {
      if (TEMPORARY.test(name)) continue;
      const stat = await lstat(this.folders.at('IN', name)).catch(absent);
      if (!stat?.isFile()) continue;
      const looks = `${stat.size}|${stat.mtimeMs}|${stat.ino}`;
      now.set(name, looks);
      if (this.#seen.get(name) === looks) whole.push({ name, mtimeMs: stat.mtimeMs });
    }
    this.#seen = now;
    whole.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1));
    return { names: whole.map(({ name }) => name), waiting: now.size - whole.length };
  }

  /** False where the other side took it away again. */
  async #claim(name: string): Promise<boolean> {
    const { folders } = this;
    const claimed = await rename(folders.at('IN', name), folders.at('WORK', name)).then(
      () => true,
      absent,
    );
    if (claimed) await syncFolder(folders.at('WORK'));
    return claimed === true;
  }

  async #putAway(name: string, result: Taken): Promise<void> {
    const { folders } = this;
    const folder = result.kind === 'taken' ? 'DONE' : 'REJECTED';
    const place = await this.#placeIn(folder, name);
    if (result.kind === 'rejected')
      await writeReason(folders.at('REJECTED', `${place ?? name}.reason.txt`), result.reason);
    if (place === undefined) await rm(folders.at('WORK', name));
    else await rename(folders.at('WORK', name), folders.at(folder, place));
    await syncFolder(folders.at(folder));
    await syncFolder(folders.at('WORK'));
  }

  /**
   * Where a file of that name goes: nothing there is replaced. Undefined where the same bytes are
   * there already.
   */
  async #placeIn(folder: 'DONE' | 'REJECTED', name: string): Promise<string | undefined> {
    const other = await sha256Of(this.folders.at(folder, name)).catch(absent);
    if (other === undefined) return name;
    const sha256 = await sha256Of(this.folders.at('WORK', name));
    if (other === sha256) return undefined;
    const second = `${name}.${sha256.slice(0, 16)}`;
    return (await lstat(this.folders.at(folder, second)).catch(absent)) ? undefined : second;
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
 *   is taken first.
 *
 * @param files where messages are kept for good (see paymentFiles)
 */
export function watchedFolder(
  root: string,
  files: string,
  options: PaymentFilesOptions = {},
): WatchedFolder {
  const folders = new Folders(root);
  const incoming = new Incoming(folders);
  return {
    rail: new Outgoing(folders, files, paymentFiles(files, options)),
    look: (take, signal, onTrouble = () => undefined) => incoming.look(take, signal, onTrouble),
    async watch(take, signal, { everyMs = 2_000, onTrouble = () => undefined } = {}) {
      while (!signal.aborted) {
        try {
          await incoming.look(take, signal, onTrouble);
        } catch (error) {
          if (!signal.aborted) onTrouble('the folder', error);
        }
        await pause(everyMs, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

async function listed(dir: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of await opendir(dir)) {
    names.push(name);
    if (names.length === MAX_LISTED) break;
  }
  return names;
}

async function* lines(...texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) yield `${text}\n`;
}

async function writeReason(path: string, reason: string): Promise<void> {
  await writeFile(`${path}${PART}`, `${reason}\n`, { mode: 0o640, flush: true });
  await rename(`${path}${PART}`, path);
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';

/** Undefined for what is not there; any other failure stays one. */
function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}
