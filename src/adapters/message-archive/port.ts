/** What was archived: the bytes are found again by their hash. */
export interface Archived {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Keeps incoming files as they came, before anything is made of them. They hold names and accounts.
 */
export interface MessageArchive {
  /**
   * Keeps the bytes durably, once for the same bytes, and answers when they are on the disk.
   * @throws ArchiveError FILE_TOO_LARGE, DISK_FULL, ARCHIVE_FAILED; and what the source fails with
   */
  put(bytes: AsyncIterable<Uint8Array>): Promise<Archived>;
  /**
   * The bytes of a hash, from the start; undefined where they are not here. @throws ArchiveError
   * ARCHIVE_FAILED where it cannot be found out, BYTES_DIFFER while reading a file that was changed
   */
  open(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Keeps the bytes no longer, of which nothing was recorded. @throws ArchiveError ARCHIVE_FAILED
   */
  discard(sha256: string): Promise<void>;
  /**
   * An empty scratch file beside the archived ones. @throws ArchiveError DISK_FULL, ARCHIVE_FAILED
   */
  scratch(): Promise<Scratch>;
}

/**
 * Text that is too long for memory and is needed only while this process works. It has no name on
 * the disk, so that nothing of it stays when the process ends, however it ends.
 */
export interface Scratch {
  /** One call at a time. @throws ArchiveError DISK_FULL, ARCHIVE_FAILED */
  write(text: string): Promise<void>;
  /**
   * All that was written, from the start, in pieces of whole lines. @throws ArchiveError
   * ARCHIVE_FAILED
   */
  lines(): AsyncIterable<readonly string[]>;
  close(): Promise<void>;
}
export const MESSAGE_ARCHIVE = Symbol('MessageArchive');

export class ArchiveError extends Error {
  constructor(
    readonly code: 'FILE_TOO_LARGE' | 'DISK_FULL' | 'ARCHIVE_FAILED' | 'BYTES_DIFFER',
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'ArchiveError';
  }
}
