import { TextDecoder } from 'node:util';
import { BankMessageError, type Place } from './port.js';

const START: Place = { line: 1, column: 1 };

/**
 * Encodings that banks send, by the names that XML declarations use, to the decoder's. What ISO
 * 8859-1 leaves to controls is read as windows-1252, as senders mean it.
 */
const ENCODINGS: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'utf-16': 'utf-8',
  'utf-16le': 'utf-8',
  'utf-16be': 'utf-8',
  'us-ascii': 'utf-8',
  ascii: 'utf-8',
  'iso-8859-1': 'windows-1252',
  'iso8859-1': 'windows-1252',
  latin1: 'windows-1252',
  'iso-8859-2': 'iso-8859-2',
  'iso-8859-6': 'iso-8859-6',
  'iso-8859-7': 'iso-8859-7',
  'iso-8859-9': 'windows-1254',
  'iso-8859-15': 'iso-8859-15',
  'windows-1250': 'windows-1250',
  'windows-1251': 'windows-1251',
  'windows-1252': 'windows-1252',
  'windows-1256': 'windows-1256',
  cp1252: 'windows-1252',
  cp1256: 'windows-1256',
};

/** The XML declaration has to be within these bytes; it is some forty characters. */
const DECLARATION_BYTES = 512;
const DECLARATION = /^<\?xml\s[^>]*?\bencoding\s*=\s*(?:"([^"]*)"|'([^']*)')/;

/**
 * Bytes to text: UTF-8 or UTF-16 by byte-order mark or by its first bytes, else as the XML
 * declaration says, else UTF-8. A text that is declared UTF-16 and plainly is not comes from
 * programs that wrote it through a string; it is read as UTF-8, where it must hold.
 * @throws BankMessageError FILE_EMPTY, ARCHIVE_REFUSED, ENCODING_UNKNOWN, ENCODING_INVALID (bytes
 *   that the encoding does not have)
 */
export class Decoder {
  #head: Buffer | undefined = Buffer.alloc(0);
  #decoder: TextDecoder | undefined;
  bytes = 0;

  constructor(private readonly place: () => Place) {}

  write(chunk: Uint8Array): string {
    this.bytes += chunk.length;
    if (this.#decoder) return this.#decode(chunk);
    this.#head = Buffer.concat([this.#head!, chunk]);
    return this.#head.length < DECLARATION_BYTES ? '' : this.#begin();
  }

  end(): string {
    if (this.bytes === 0) throw new BankMessageError('FILE_EMPTY', 'the file is empty.', START);
    return (this.#decoder ? '' : this.#begin()) + this.#finish();
  }

  #begin(): string {
    const head = this.#head!;
    this.#head = undefined;
    refuseArchive(head);
    this.#decoder = new TextDecoder(encodingOf(head), { fatal: true, ignoreBOM: false });
    return this.#decode(head);
  }

  #decode(chunk: Uint8Array): string {
    try {
      return this.#decoder!.decode(chunk, { stream: true });
    } catch {
      throw this.#invalid(validPrefix(chunk, this.#decoder!.encoding));
    }
  }

  #finish(): string {
    try {
      return this.#decoder!.decode();
    } catch {
      throw this.#invalid('');
    }
  }

  /** @param before the text that comes before the bytes in question and was not handed out */
  #invalid(before: string): BankMessageError {
    return new BankMessageError(
      'ENCODING_INVALID',
      `bytes after this place are not ${this.#decoder!.encoding}.`,
      placeAfter(this.place(), before),
    );
  }
}

/** The text of the longest beginning of a chunk that its encoding has. */
function validPrefix(chunk: Uint8Array, encoding: string): string {
  // A character that the last chunk began is left out.
  const from =
    encoding === 'utf-8'
      ? Math.max(
          0,
          chunk.findIndex((byte) => byte >> 6 !== 2),
        )
      : 0;
  let text = '';
  let valid = from;
  for (let invalid = chunk.length + 1; invalid - valid > 1;) {
    const middle = (valid + invalid) >> 1;
    try {
      const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false });
      text = decoder.decode(chunk.subarray(from, middle), { stream: true });
      valid = middle;
    } catch {
      invalid = middle;
    }
  }
  return text;
}

function placeAfter({ line, column }: Place, text: string): Place {
  const lines = text.split(/\r\n|\r|\n/);
  const last = [...lines.at(-1)!].length;
  return lines.length === 1
    ? { line, column: column + last }
    : { line: line + lines.length - 1, column: last + 1 };
}

const ARCHIVES: readonly (readonly [kind: string, ...magic: readonly number[]])[] = [
  ['zip', 0x50, 0x4b, 0x03, 0x04],
  ['gzip', 0x1f, 0x8b],
  ['7z', 0x37, 0x7a, 0xbc, 0xaf],
  ['bzip2', 0x42, 0x5a, 0x68],
  ['xz', 0xfd, 0x37, 0x7a, 0x58],
  ['zip', 0x50, 0x4b, 0x05, 0x06],
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['rar', 0x52, 0x61, 0x72, 0x21],
  ['compress', 0x1f, 0x9d],
];
/** Of a tar archive, whose first file's name comes before it. */
const TAR = { at: 257, magic: 'ustar' };

function refuseArchive(head: Buffer): void {
  const found = ARCHIVES.find(([, ...magic]) => magic.every((byte, i) => head[i] === byte));
  const isTar = head.toString('latin1', TAR.at, TAR.at + TAR.magic.length) === TAR.magic;
  const kind = found?.[0] ?? (isTar ? 'tar' : undefined);
  if (kind !== undefined)
    throw new BankMessageError(
      'ARCHIVE_REFUSED',
      `the file is a ${kind} archive; unpack it and send what is in it.`,
      START,
    );
}

function encodingOf(head: Buffer): string {
  const [a = 0, b = 0, c = 0, d = 0] = head;
  if ((a === 0 && b === 0) || (a === 0xff && b === 0xfe && c === 0 && d === 0))
    throw new BankMessageError('ENCODING_UNKNOWN', 'UTF-32 is not read.', START);
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a !== 0 && b === 0) return 'utf-16le';
  if (a === 0 && b !== 0) return 'utf-16be';
  const declared = DECLARATION.exec(head.toString('latin1', 0, DECLARATION_BYTES));
  if (!declared) return 'utf-8';
  const name = (declared[1] ?? declared[2] ?? '').toLowerCase();
  const encoding = Object.hasOwn(ENCODINGS, name) ? ENCODINGS[name] : undefined;
  if (encoding === undefined)
    throw new BankMessageError(
      'ENCODING_UNKNOWN',
      'the XML declaration names an encoding that is not read.',
      START,
    );
  return encoding;
}
