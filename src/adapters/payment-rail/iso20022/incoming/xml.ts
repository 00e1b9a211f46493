import { SaxesParser } from 'saxes';
import { BankMessageError, type Place } from './port.js';
import { Decoder } from './text.js';

/** Limits of a document. A message of the standard stays far below each. */
export interface XmlLimits {
  /** Elements in each other. Default 64. */
  readonly depth: number;
  /** Characters of a name. Default 256. */
  readonly name: number;
  /** Attributes of one element. Default 64. */
  readonly attributes: number;
  /** Characters of one attribute's value. Default 4,096. */
  readonly attribute: number;
  /**
   * Characters of one text, comment, CDATA section, tag or instruction, kept or not. Default
   * 1,048,576.
   */
  readonly token: number;
  /** Bytes of the document. Default 16 GiB. */
  readonly bytes: number;
}
export const XML_LIMITS: XmlLimits = {
  depth: 64,
  name: 256,
  attributes: 64,
  attribute: 4_096,
  token: 1_048_576,
  bytes: 16 * 1024 ** 3,
};

export type Attributes = Readonly<Record<string, string>>;

/** Told of elements and texts in the order of the document; prefixes are resolved already. */
export interface XmlHandler {
  /** `uri`: '' where the element is in no namespace. `attributes` by their names as written. */
  open(local: string, uri: string, attributes: Attributes): void;
  /** Text and CDATA, in pieces where comments stand between. */
  text(text: string): void;
  close(): void;
}

/** Characters given to the parser at once: what one look at the limits may miss. */
const SLICE = 65_536;

interface Scope {
  readonly depth: number;
  readonly uris: ReadonlyMap<string, string>;
}

/**
 * A well-formed XML document as events, by saxes: strict, no entities but XML's own five, no
 * DOCTYPE. Namespaces are resolved here, where they are declared, because most elements declare
 * none. Everything is refused by throwing from `write` or `end`.
 */
export class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: false, position: true });
  readonly #decoder: Decoder;
  readonly #limits: XmlLimits;
  readonly #scopes: Scope[] = [
    {
      depth: 0,
      uris: new Map([
        ['', ''],
        ['xml', 'http://www.w3.org/XML/1998/namespace'],
      ]),
    },
  ];
  #depth = 0;
  /** Character position after the last thing that was told. */
  #told = 0;

  constructor(
    private readonly handler: XmlHandler,
    limits: Partial<XmlLimits> = {},
  ) {
    this.#limits = { ...XML_LIMITS, ...limits };
    this.#decoder = new Decoder(() => this.place);
    const parser = this.#parser;
    // Six handlers: with some more the parser's object would outgrow V8's fast properties, and be
    // several times slower.
    parser.on('error', (error) => {
      throw this.#error('XML_INVALID', `not well-formed XML: ${reasonOf(error.message)}.`);
    });
    parser.on('doctype', () => {
      throw this.#error('DOCTYPE_REFUSED', 'a DOCTYPE is not allowed in a message.');
    });
    parser.on('opentag', ({ name, attributes }) => {
      this.#told = parser.position;
      this.#depth += 1;
      if (this.#depth > this.#limits.depth)
        throw this.#over('elements in each other', this.#limits.depth, 'levels');
      if (name.length > this.#limits.name)
        throw this.#over('a name', this.#limits.name, 'characters');
      this.#open(name, attributes);
    });
    parser.on('closetag', () => {
      this.#told = parser.position;
      handler.close();
      if (this.#scopes[this.#scopes.length - 1]!.depth === this.#depth) this.#scopes.pop();
      this.#depth -= 1;
    });
    const text = (value: string): void => {
      this.#told = parser.position;
      if (this.#depth > 0) handler.text(value);
    };
    parser.on('text', text);
    parser.on('cdata', text);
  }

  /** Where the reading is. */
  get place(): Place {
    return { line: this.#parser.line, column: this.#parser.column + 1 };
  }
  get bytes(): number {
    return this.#decoder.bytes;
  }

  write(chunk: Uint8Array): void {
    const text = this.#decoder.write(chunk);
    if (this.bytes > this.#limits.bytes)
      throw this.#over('a document', this.#limits.bytes, 'bytes');
    this.#parse(text);
  }

  end(): void {
    this.#parse(this.#decoder.end());
    this.#parser.close();
  }

  #parse(text: string): void {
    for (let from = 0; from < text.length; from += SLICE) {
      this.#parser.write(text.length <= SLICE ? text : text.slice(from, from + SLICE));
      if (this.#parser.position - this.#told > this.#limits.token)
        throw this.#over('one text, comment or tag', this.#limits.token, 'characters');
    }
  }

  #open(name: string, attributes: Attributes): void {
    let count = 0;
    let declares = false;
    for (const attribute in attributes) {
      count += 1;
      if (attribute.length > this.#limits.name)
        throw this.#over('a name', this.#limits.name, 'characters');
      if (attributes[attribute]!.length > this.#limits.attribute)
        throw this.#over('an attribute', this.#limits.attribute, 'characters');
      if (!isQualified(attribute))
        throw this.#error('XML_INVALID', 'an attribute has a name with colons that name nothing.');
      if (attribute === 'xmlns' || attribute.startsWith('xmlns:')) declares = true;
    }
    if (count > this.#limits.attributes)
      throw this.#over('one element', this.#limits.attributes, 'attributes');
    if (declares) this.#declare(attributes);
    const colon = name.indexOf(':');
    const uri = this.#scopes[this.#scopes.length - 1]!.uris.get(
      colon < 0 ? '' : name.slice(0, colon),
    );
    if (uri === undefined || !isQualified(name))
      throw this.#error('XML_INVALID', 'an element has a prefix that is not declared.');
    this.handler.open(colon < 0 ? name : name.slice(colon + 1), uri, attributes);
  }

  #declare(attributes: Attributes): void {
    const uris = new Map(this.#scopes[this.#scopes.length - 1]!.uris);
    for (const name in attributes) {
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
      const value = attributes[name]!.trim();
      if (name !== 'xmlns' && value === '')
        throw this.#error('XML_INVALID', 'a prefix is declared for no namespace.');
      uris.set(name.slice(6), value);
    }
    this.#scopes.push({ depth: this.#depth, uris });
  }

  #over(what: string, limit: number, unit: string): BankMessageError {
    return this.#error('LIMIT_EXCEEDED', `${what} may have at most ${limit} ${unit}.`);
  }

  #error(code: BankMessageError['code'], reason: string): BankMessageError {
    return new BankMessageError(code, reason, this.place);
  }
}

/** One name, or a prefix and a name. */
const isQualified = (name: string): boolean => {
  const colon = name.indexOf(':');
  return colon < 0 || (colon > 0 && colon < name.length - 1 && colon === name.lastIndexOf(':'));
};

/** The parser's words without its position and without anything that the document says. */
function reasonOf(message: string): string {
  const words =
    /^(?:\d+:\d+: )?([A-Za-z][A-Za-z ,'/-]*)/.exec(message)?.[1] ?? 'it cannot be parsed';
  return words.slice(0, 100).trim();
}
