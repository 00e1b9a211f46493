import { isUtf8 } from 'node:buffer';
import { DomainError } from '../kernel/errors.js';

/** Longest line that is read; a longer one is refused by itself and reading goes on after it. */
export const MAX_LINE_BYTES = 1_048_576;

/**
 * Consecutive lines of a file. `undefined` stands for bytes that are not UTF-8, `null` for a line
 * over the limit.
 */
export interface LineBlock {
  /** 1-based number of the first line in the block. */
  readonly first: number;
  readonly lines: readonly (string | undefined | null)[];
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

const NEWLINE = 0x0a;
const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** By so many bytes it is told what a file is, in whatever pieces they come. */
const HEAD_BYTES = 4_096;

function refuseOtherEncodings(start: Buffer): void {
  const utf16 =
    start.length >= 2 &&
    ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff));
  if (utf16 || start.includes(0))
    throw new DomainError(
      'INPUT_INVALID',
      'The file is not UTF-8 text (it looks like UTF-16 or a binary file); save it as CSV UTF-8.',
      'invalid',
      'file',
    );
}

/** Whole lines of a buffer that ends with a newline (or ends the file), without their line ends. */
function split(block: Buffer): (string | undefined | null)[] {
  const trimmed = block.at(-1) === NEWLINE ? block.subarray(0, -1) : block;
  if (isUtf8(trimmed))
    return trimmed
      .toString('utf8')
      .split('\n')
      .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const lines: (string | undefined)[] = [];
  for (let from = 0; from <= trimmed.length;) {
    const at = trimmed.indexOf(NEWLINE, from);
    const end = at < 0 ? trimmed.length : at;
    const bytes = trimmed.subarray(from, trimmed[end - 1] === 0x0d && end > from ? end - 1 : end);
    lines.push(isUtf8(bytes) ? bytes.toString('utf8') : undefined);
    from = end + 1;
  }
  return lines;
}

/**
 * Cuts bytes into lines, a block for every chunk, in bounded memory. Takes UTF-8 with or without
 * byte order mark and LF or CRLF.
 * @throws DomainError INPUT_INVALID for another encoding
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LineBlock> {
  let rest: Buffer = Buffer.alloc(0);
  let first = 1;
  let bytes = 0;
  let started = false;
  let skipping = false;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    let data: Buffer =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk]);
    if (!started) {
      if (data.length < HEAD_BYTES) {
        rest = Buffer.from(data);
        continue;
      }
      started = true;
      data = begun(data);
    }
    const end = data.lastIndexOf(NEWLINE) + 1;
    // A copy: the stream may reuse the memory of its chunk.
    rest = Buffer.from(data.subarray(end));
    const whole = end === 0 ? [] : split(data.subarray(0, end));
    const lines = whole.map((line) => (line && line.length > MAX_LINE_BYTES ? null : line));
    if (skipping && lines.length > 0) {
      lines[0] = null;
      skipping = false;
    }
    if (rest.length > MAX_LINE_BYTES) {
      skipping = true;
      rest = Buffer.alloc(0);
    }
    if (lines.length > 0) yield { first, lines, bytes };
    first += lines.length;
  }
  if (skipping) yield { first, lines: [null], bytes };
  else if (rest.length > 0) yield { first, lines: split(started ? rest : begun(rest)), bytes };
}

/** The beginning of a file, or all of a short one, without its mark. */
function begun(start: Buffer): Buffer {
  refuseOtherEncodings(start.subarray(0, HEAD_BYTES));
  const isMarked = start.subarray(0, UTF8_BOM.length).equals(UTF8_BOM);
  return isMarked ? start.subarray(UTF8_BOM.length) : start;
}
