import { type Stats } from 'node:fs';
import { lstat, opendir, rename, rm, writeFile } from 'node:fs/promises';
import { syncFolder } from '../../durable-files/sync-folder.js';
import { PART, sha256Of } from '../message-file.js';
import { keptName, toldName } from './file-names.js';
import { absent, type Folders } from './shared-folders.js';

/** What became of an incoming file. `reason` is for a person and carries no personal data. */
export type Taken =
  { readonly kind: 'taken' } | { readonly kind: 'rejected'; readonly reason: string };
/**
 * Takes in one whole file. Called again with the same file after a crash: taking in twice must
 * change nothing.
 */
export type TakeFile = (path: string, signal: AbortSignal) => Promise<Taken>;
export type OnTrouble = (what: string, error: unknown) => void;

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

/** Entries of IN that one look considers, at most; what is beyond waits for the next. */
const MAX_LISTED = 10_000;
/** Names under which transfer programs write what is not whole yet. */
const TEMPORARY = /^[.~]|(\.(part|filepart|tmp|temp|swp|crdownload|partial|uploading)|~)$/i;

/** Takes their files in. Names in IN are bytes, one character each; from WORK on they are text. */
export class Inbox {
  /** What the look before saw in IN: a name, with its size, time and inode. */
  #seen = new Map<string, string>();
  /** What is no file, and was told. */
  #told = new Set<string>();

  constructor(private readonly folders: Folders) {}

  async look(take: TakeFile, signal: AbortSignal, onTrouble: OnTrouble): Promise<Look> {
    await this.folders.ready();
    const counts = { taken: 0, rejected: 0, failed: 0, waiting: 0 };
    const work = async (bytes: string, from: 'IN' | 'WORK'): Promise<void> => {
      signal.throwIfAborted();
      const name = keptName(bytes);
      try {
        const isClaimed = await this.#claim(bytes, from, name);
        if (isClaimed === 'later') counts.waiting += 1;
        if (isClaimed !== true) return;
        const result = await take(this.folders.at('WORK', name), signal);
        await this.#putAway(name, result);
        counts[result.kind] += 1;
      } catch (error) {
        signal.throwIfAborted();
        counts.failed += 1;
        onTrouble(toldName(name), toldOf(error, name));
      }
    };
    for (const bytes of (await listed(this.folders.at('WORK'))).sort()) await work(bytes, 'WORK');
    const { whole, waiting } = await this.#wholeFiles(onTrouble);
    counts.waiting = waiting;
    for (const bytes of whole) await work(bytes, 'IN');
    return counts;
  }

  /** Files in IN that are whole, oldest first; remembers what it saw for the next look. */
  async #wholeFiles(
    onTrouble: OnTrouble,
  ): Promise<{ readonly whole: readonly string[]; readonly waiting: number }> {
    const now = new Map<string, string>();
    const others = new Set<string>();
    const whole: { readonly name: string; readonly mtimeMs: number }[] = [];
    for (const name of await listed(this.folders.at('IN'))) {
      if (TEMPORARY.test(name)) continue;
      const stat = await lstat(this.folders.atBytes('IN', name)).catch(absent);
      if (!stat) continue;
      if (!stat.isFile()) {
        others.add(name);
        if (!this.#told.has(name)) onTrouble(toldName(keptName(name)), noFile(stat));
        continue;
      }
      const looks = `${stat.size}|${stat.mtimeMs}|${stat.ino}`;
      now.set(name, looks);
      if (this.#seen.get(name) === looks) whole.push({ name, mtimeMs: stat.mtimeMs });
    }
    this.#seen = now;
    this.#told = others;
    whole.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1));
    return { whole: whole.map(({ name }) => name), waiting: now.size - whole.length };
  }

  /**
   * Has it in WORK, under the name by which it is kept: false where the other side took it away
   * again, later where a namesake that failed holds the place.
   */
  async #claim(bytes: string, from: 'IN' | 'WORK', name: string): Promise<boolean | 'later'> {
    const { folders } = this;
    const place = folders.at('WORK', name);
    const found = folders.atBytes(from, bytes);
    if (found.equals(Buffer.from(place))) return true;
    if (await lstat(place).catch(absent)) return 'later';
    const isClaimed = await rename(found, place).then(() => true, absent);
    if (isClaimed) await syncFolder(folders.at('WORK'));
    return isClaimed === true;
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

/** Names of a folder, one character a byte: that they are text is not said anywhere. */
async function listed(dir: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of await opendir(dir, { encoding: 'latin1' })) {
    names.push(name);
    if (names.length === MAX_LISTED) break;
  }
  return names;
}

function noFile(stat: Stats): Error {
  let what = 'no file';
  if (stat.isSymbolicLink()) what = 'a symbolic link, which is not followed';
  else if (stat.isDirectory()) what = 'a folder';
  return new Error(`It is ${what}, and left where it is: only files are taken from IN.`);
}

/** A long name is told once and shortened, not again in each message of the system. */
function toldOf(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || !error.message.includes(name)) return error;
  return new Error(
    error.message.replaceAll(name, () => toldName(name)),
    { cause: error },
  );
}

async function writeReason(path: string, reason: string): Promise<void> {
  await writeFile(`${path}${PART}`, `${reason}\n`, { mode: 0o640, flush: true });
  await rename(`${path}${PART}`, path);
}
