import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../durable-files/sync-folder.js';
import { ArchiveError, type MessageArchive, type Scratch } from './port.js';

/** A statement of ten million entries is some 8 GiB. */
const MAX_BYTES = 16 * 1_024 ** 3;

/**
 * Files named by the hash of their bytes, in `dir`, their owner's only. A file is written under a
 * temporary name, synced and renamed; what a killed process left under a temporary name is not read
 * and may be removed.
 */
export function messageArchive(dir: string, maxBytes = MAX_BYTES): MessageArchive {
  const placeOf = (sha256: string): string => join(dir, `${sha256}.xml`);
  const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
  return {
    async put(bytes) {
      const part = join(dir, `${randomUUID()}.part`);
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const written = await writePart(part, bytes, maxBytes);
        await rename(part, placeOf(written.sha256));
        await syncFolder(dir);
        return written;
      } catch (error) {
        // On a disk that fails the removal may fail too: what is told is why.
        await rm(part, { force: true }).catch(() => undefined);
        throw failure(error);
      }
    },
    async open(sha256) {
      if (!isHash(sha256)) return undefined;
      const path = placeOf(sha256);
      try {
        await access(path);
      } catch (error) {
        // One that cannot be read now is not one that was never archived.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw failure(error, `The archived file ${sha256} could not be read`);
      }
      return checked(path, sha256);
    },
    async discard(sha256) {
      if (!isHash(sha256)) return;
      try {
        await rm(placeOf(sha256), { force: true });
      } catch (error) {
        throw failure(error);
      }
    },
    async scratch() {
      const path = join(dir, `${randomUUID()}.part`);
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const file = await open(path, 'wx+', 0o600);
        // The name goes at once: the system frees the space when the file is closed, also by a
        // process that is killed.
        await rm(path);
        return scratch(file);
      } catch (error) {
        throw failure(error);
      }
    },
  };
}

/** Characters read at once: a few hundred lines. */
const PIECE = 262_144;

function scratch(file: FileHandle): Scratch {
  return {
    async write(text) {
      try {
        await file.appendFile(text, 'utf8');
      } catch (error) {
        throw failure(error);
      }
    },
    async *lines() {
      let rest = '';
      try {
        for await (const piece of file.createReadStream({
          start: 0,
          encoding: 'utf8',
          highWaterMark: PIECE,
          autoClose: false,
        }) as AsyncIterable<string>) {
          const lines = (rest + piece).split('\n');
          rest = lines.pop()!;
          if (lines.length > 0) yield lines;
        }
      } catch (error) {
        throw failure(error);
      }
      if (rest !== '') yield [rest];
    },
    close: () => file.close(),
  };
}

async function writePart(
  part: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ sha256: string; bytes: number }> {
  const file: FileHandle = await open(part, 'wx', 0o600);
  try {
    const digest = createHash('sha256');
    let size = 0;
    for await (const piece of bytes) {
      size += piece.length;
      if (size > maxBytes)
        throw new ArchiveError('FILE_TOO_LARGE', `The file is larger than ${maxBytes} bytes.`);
      digest.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
    return { sha256: digest.digest('hex'), bytes: size };
  } finally {
    await file.close();
  }
}

/** The bytes, and a failure at their end where they are not those that were archived. */
async function* checked(path: string, sha256: string): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  for await (const piece of createReadStream(path, {
    highWaterMark: 262_144,
  }) as AsyncIterable<Buffer>) {
    digest.update(piece);
    yield piece;
  }
  if (digest.digest('hex') !== sha256)
    throw new ArchiveError(
      'BYTES_DIFFER',
      `The archived file ${sha256} was changed on the disk; restore it from a backup.`,
    );
}

function failure(error: unknown, what = 'The file could not be archived'): unknown {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (error instanceof ArchiveError || !/^E[A-Z]+$/.test(code)) return error;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new ArchiveError(
        'DISK_FULL',
        'No space is left to archive the file; nothing was made of it.',
        { cause: error },
      )
    : new ArchiveError('ARCHIVE_FAILED', `${what} (${code}).`, {
        cause: error,
      });
}
