/** How deep JSON from outside may nest, and how many values it may have. */
export interface JsonLimits {
  readonly depth: number;
  readonly values: number;
}
export const JSON_LIMITS: JsonLimits = { depth: 64, values: 250_000 };

const QUOTE = 0x22;
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
