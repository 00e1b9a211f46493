/** How deep JSON from outside may nest, and how many values it may have. */
export interface JsonLimits {
  readonly depth: number;
  readonly values: number;
}
export const JSON_LIMITS: JsonLimits = { depth: 64, values: 250_000 };

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * What of JSON text is beyond the limits, found in one pass before anything is parsed or made; text
 * that is no JSON is for the parser to refuse. Looks at each character once at most, and at none
 * after the first that is too much.
 * @param onStep told for each character looked at; for tests
 */
export function excessOfJson(
  text: string,
  { depth, values }: JsonLimits = JSON_LIMITS,
  onStep?: () => void,
): keyof JsonLimits | undefined {
  let open = 0;
  let seen = 0;
  for (let i = 0; i < text.length; i += 1) {
    onStep?.();
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i, onStep);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        open += 1;
        seen += 1;
        if (open > depth) return 'depth';
        if (seen > values) return 'values';
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        open -= 1;
        break;
      case COMMA:
        seen += 1;
        if (seen > values) return 'values';
        break;
      default:
        break;
    }
  }
  return undefined;
}

/** Where the string that begins at `start` ends; the end of the text where it does not. */
function endOfString(text: string, start: number, onStep?: () => void): number {
  for (let i = start + 1; i < text.length; i += 1) {
    onStep?.();
    const character = text.charCodeAt(i);
    if (character === QUOTE) return i;
    if (character === BACKSLASH) i += 1;
  }
  return text.length;
}

/**
 * What of JSON text a parser drops without a word: the first of two members of one name, and digits
 * that a number does not hold. Which was meant cannot be told, and others read the other.
 * @param value what the text was parsed into
 * @returns the end of a sentence; undefined where all of it was read
 */
export function lossOfJson(text: string, value: unknown): string | undefined {
  if (hasFieldTwice(text, value)) return FIELD_TWICE;
  let inexact = false;
  if (LONG_NUMBER.test(text)) parseExactly(text, () => (inexact = true));
  return inexact ? 'has a number of more digits than can be read exactly' : undefined;
}
export const FIELD_TWICE = 'has one field twice';

export const hasFieldTwice = (text: string, value: unknown): boolean =>
  membersIn(value) < membersOf(text);

/** Of well-formed text: each member has one colon. */
function membersOf(text: string): number {
  let members = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    if (character === QUOTE) i = endOfString(text, i);
    else if (character === COLON) members += 1;
  }
  return members;
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside: readonly unknown[] = Object.values(value);
  return inside.reduce<number>(
    (members, each) => members + membersIn(each),
    Array.isArray(value) ? 0 : inside.length,
  );
}

/** Cheap and on the safe side: a number that may not be exact, or a text that looks like one. */
const LONG_NUMBER = /(?:^|[:,[])\s*-?[0-9](?:[0-9.]*[eE]|[0-9.]{15})/;
/** Nobody writes a longer one; what is looked at is short, whatever comes. */
const MOST_CHARACTERS = 40;

/** A number that is not held exactly comes out as NaN, which no field takes. */
export function parseExactly(text: string, onInexact: () => unknown = () => undefined): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  // TypeScript's library does not know the third argument yet (JSON.parse source text access).
  return JSON.parse(text, (_: string, value: unknown, ...context: unknown[]): unknown => {
    const [from] = context as [{ readonly source?: string } | undefined];
    if (typeof value !== 'number' || isExact(from?.source ?? String(value), value)) return value;
    onInexact();
    return NaN;
  });
}

/** Written back, it is what was written; so are the sums of whoever reckons with doubles. */
const isExact = (source: string, value: number): boolean =>
  source.length <= MOST_CHARACTERS &&
  Number.isFinite(value) &&
  decimalOf(source) === decimalOf(String(value));

/** One spelling of a decimal number: its digits without zeros at the ends, and a power of ten. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', decimals = '', power = '0'] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text) ?? [];
  const written = (whole + decimals).replace(/^0+/, '');
  const digits = written.replace(/0+$/, '');
  if (digits === '') return '0';
  return `${sign}${digits}e${Number(power) - decimals.length + written.length - digits.length}`;
}

/** What JSON from outside is refused for; it never quotes the text, which may be about a person. */
export class JsonRefused extends Error {
  constructor(readonly why: string) {
    super(why);
  }
}

/** @throws JsonRefused before anything is made of text that is beyond the limits */
export function parseWithinLimits(
  text: string,
  parse: (text: string) => unknown = JSON.parse,
): unknown {
  const excess = excessOfJson(text);
  if (excess === 'depth') throw new JsonRefused(`nests deeper than ${JSON_LIMITS.depth} levels`);
  if (excess === 'values') throw new JsonRefused(`has more than ${JSON_LIMITS.values} values`);
  try {
    return parse(text);
  } catch {
    throw new JsonRefused('is not JSON');
  }
}

/**
 * What somebody wrote for us, who can write it again. @throws JsonRefused also where a parser would
 * drop some of it
 */
export function parseAsMeant(text: string): unknown {
  const value = parseWithinLimits(text);
  const loss = lossOfJson(text, value);
  if (loss !== undefined) throw new JsonRefused(loss);
  return value;
}
