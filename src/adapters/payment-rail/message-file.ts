import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { syncFolder } from '../durable-files/sync-folder.js';
import { RailError } from './port.js';

/** Endings of names that no reader of a folder takes. */
export const PART = '.part';

/**
 * Writes `dir/name` whole or not at all: under a temporary name, synced, then renamed. What a
 * process that was killed left under the temporary name is overwritten. Where the file is there
 * with the same bytes it stays.
 * Unlike WholeFile it never replaces what is there, and hashes what it writes as it comes.
 * @returns SHA-256 of the bytes, lower-case hex
 * @throws RailError MESSAGE_DIFFERS where it is there with other bytes: a file that may be at the
 *   bank already never changes; and what the pieces fail with, and the disk's errors
 */
export async function writeWhole(
  dir: string,
  name: string,
  pieces: AsyncIterable<string | Uint8Array>,
  mode = 0o600,
): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const part = join(dir, `${name}${PART}`);
  const whole = join(dir, name);
  const sha256 = await writePart(part, pieces, mode);
  if (existsSync(whole)) {
    await rm(part);
    if ((await sha256Of(whole)) !== sha256)
      throw new RailError(
        'MESSAGE_DIFFERS',
        `${name} was written before with other content; it was left as it is.`,
      );
  } else {
    await rename(part, whole);
  }
  await syncFolder(dir);
  return sha256;
}

async function writePart(
  part: string,
  pieces: AsyncIterable<string | Uint8Array>,
  mode: number,
): Promise<string> {
  const file = await open(part, 'w', mode);
  let written = Promise.resolve();
  try {
    const digest = createHash('sha256');
    for await (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
      digest.update(bytes);
      // One piece is on its way to the disk while the next is made.
      await written;
      written = file.writeFile(bytes);
      written.catch(() => undefined);
    }
    await written;
    await file.sync();
    await file.close();
    return digest.digest('hex');
  } catch (error) {
    await written.catch(() => undefined);
    await file.close().catch(() => undefined);
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * A message that went out one way never goes out another: whoever was asked to pay it first may
 * have done so.
 * @param other what it is called among `dir`'s files where it went the other way
 * @throws RailError MESSAGE_DIFFERS
 */
export function requireNotSent(dir: string, other: string): void {
  if (existsSync(join(dir, other)))
    throw new RailError(
      'MESSAGE_DIFFERS',
      `${other} was written before: the message went out another way, and stays there.`,
    );
}

export async function sha256Of(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
