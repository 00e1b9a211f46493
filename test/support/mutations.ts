/** xorshift32: the same mutations on every machine. */
function numbers(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const WORDS = [
  '<',
  '>',
  '&',
  '&#0;',
  '&lt;',
  '"',
  "'",
  '\0',
  '\uFFFF',
  '\u00A0',
  '<!--',
  ']]>',
  '<![CDATA[',
  '<?',
  '<!DOCTYPE a>',
  '</Amt>',
  '<Amt Ccy="MAD">',
  '-',
  '1E9',
  '.',
  ',',
  '٥',
  ' xmlns="x"',
  '9'.repeat(40),
];

type Next = (below: number) => number;
const MUTATIONS: readonly ((bytes: Buffer, next: Next) => Buffer)[] = [
  (bytes, next) => {
    bytes[next(bytes.length)] = next(256);
    return bytes;
  },
  (bytes, next) => bytes.subarray(0, next(bytes.length)),
  (bytes, next) => {
    const at = next(bytes.length);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(WORDS[next(WORDS.length)]!),
      bytes.subarray(at),
    ]);
  },
  (bytes, next) => {
    const at = next(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(40))]);
  },
  (bytes, next) => {
    const at = next(bytes.length);
    const to = next(bytes.length);
    return Buffer.concat([
      bytes.subarray(0, at),
      bytes.subarray(to, to + next(200)),
      bytes.subarray(at),
    ]);
  },
  (bytes, next) => {
    const elements = bytes.toString('latin1').split(/(?=<)/);
    const one = elements[next(elements.length)]!;
    elements.splice(next(elements.length), next(2), one);
    return Buffer.from(elements.join(''), 'latin1');
  },
];

/** One of the messages, spoilt in one to three places; the same for the same number. */
export function mutated(run: number, messages: readonly string[]): Buffer {
  const next = numbers(run * 2_654_435_761);
  let bytes: Buffer = Buffer.from(messages[run % messages.length]!);
  for (let i = 0; i <= next(3) && bytes.length > 0; i += 1)
    bytes = MUTATIONS[next(MUTATIONS.length)]!(bytes, next);
  return bytes;
}

/**
 * One of the messages, with one to three digits or capitals of its texts replaced: well-formed, and
 * about something else.
 */
export function retouched(run: number, messages: readonly string[]): Buffer {
  const next = numbers(run * 2_654_435_761);
  let text = messages[run % messages.length]!;
  for (let i = 0; i <= next(3); i += 1) {
    const texts = [...text.matchAll(/>[^<]*[0-9A-Z][^<]*</g)];
    const one = texts[next(texts.length)]!;
    const places = [...one[0].matchAll(/[0-9A-Z]/g)].map(({ index }) => one.index + index);
    const at = places[next(places.length)]!;
    const alphabet = /[0-9]/.test(text[at]!) ? '0123456789' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    text = text.slice(0, at) + alphabet[next(alphabet.length)]! + text.slice(at + 1);
  }
  return Buffer.from(text);
}
