import { hash } from 'node:crypto';
import { extname } from 'node:path';

/**
 * Bytes of the longest name under which a file is kept: with what is put behind it (a hash,
 * `.reason.txt`, `.part`) it is one that file systems take, which is 255.
 */
const LONGEST = 200;
/** Characters of a name that somebody is told of. */
const TOLD = 60;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const windows = new TextDecoder('windows-1252');

/**
 * The name under which a file is kept: its own, where that is text and not too long. What is not
 * UTF-8 is read as Windows-1252, which reads any bytes; of what is too long the beginning is kept,
 * a hash of the whole, and the ending.
 * @param bytes of the name, one character each
 */
export function keptName(bytes: string): string {
  const name = textOf(Buffer.from(bytes, 'latin1'));
  if (Buffer.byteLength(name) <= LONGEST) return name;
  const ending = extname(name).length <= 10 ? extname(name) : '';
  const tail = `.${hash('sha256', Buffer.from(bytes, 'latin1'), 'hex').slice(0, 16)}${ending}`;
  return `${beginningOf(name, LONGEST - Buffer.byteLength(tail))}${tail}`;
}

/** As somebody is told of it: on one line, and not longer than a line. */
export function toldName(name: string): string {
  const seen = name.replaceAll(/\p{C}/gu, '_');
  return seen.length <= TOLD ? seen : `${[...seen].slice(0, TOLD).join('')}…`;
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return windows.decode(bytes).replaceAll(/\p{C}/gu, '_');
  }
}

/** As many whole characters as fit. */
function beginningOf(name: string, bytes: number): string {
  let kept = '';
  let length = 0;
  for (const character of name) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    kept += character;
  }
  return kept;
}
