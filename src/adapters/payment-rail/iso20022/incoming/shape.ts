import { BankMessageError, type Finding, type Place, type Problem } from './port.js';
import type { Attributes, XmlHandler } from './xml.js';

/**
 * The part of a message type that is read, as a tree of element names:
 * - a text is the name of the field that the element's text goes into ("reasons[]": the element may
 *   come again);
 * - an object is an element that holds others, of which only some are read;
 * - a Part says more; undefined is an element that is known and not read.
 */
export interface Shape {
  readonly [element: string]: string | Shape | Part | undefined;
}

/**
 * `record`: the element begins a record of its own. `whole`: all its children are named, so that an
 * unknown one is found.
 */
export class Part {
  constructor(
    readonly shape: Shape,
    readonly more: { readonly field?: string; readonly record?: string; readonly whole?: boolean },
  ) {}
}
export const record = (kind: string, shape: Shape): Part =>
  new Part(shape, { record: kind, whole: true });
export const whole = (shape: Shape): Part => new Part(shape, { whole: true });
/** Text in some versions, elements in others. */
export const choice = (field: string, shape: Shape): Part => new Part(shape, { field });
/**
 * Who pays and who is paid, into the fields `names[]` and `accounts[]`; a party stands in Pty from
 * version 08 on.
 */
export const PARTIES: Shape = {
  ...Object.fromEntries(
    ['Dbtr', 'Cdtr', 'UltmtDbtr', 'UltmtCdtr'].map((name) => [
      name,
      { Nm: 'names[]', Pty: { Nm: 'names[]' } },
    ]),
  ),
  ...Object.fromEntries(
    ['DbtrAcct', 'CdtrAcct'].map((name) => [
      name,
      { Id: { IBAN: 'accounts[]', Othr: { Id: 'accounts[]' } } },
    ]),
  ),
};
/** The accounts that were paid from, which is ours where something of ours was, and to. */
export const PAID_ACCOUNTS: Shape = {
  DbtrAcct: { Id: { IBAN: 'debtorAccount', Othr: { Id: 'debtorAccount' } } },
  CdtrAcct: { Id: { IBAN: 'creditorAccount', Othr: { Id: 'creditorAccount' } } },
};
/** Elements that are known and not read. */
export const ignored = (names: string): Shape =>
  Object.fromEntries(names.split(' ').map((name) => [name, undefined]));

/** An element as it is looked up. A child that is there without a node is known and not read. */
export interface Node {
  readonly name: string;
  readonly children?: ReadonlyMap<string, Node | undefined>;
  readonly field?: string;
  readonly record?: string;
  readonly whole?: boolean;
}

export function nodeOf(name: string, part: string | Shape | Part): Node {
  if (typeof part === 'string') return { name, field: part };
  const { shape, more } = part instanceof Part ? part : { shape: part as Shape, more: {} };
  const children = new Map(
    Object.entries(shape).map(([element, inner]) => [
      element,
      inner === undefined ? undefined : nodeOf(element, inner),
    ]),
  );
  return { name, children, ...more };
}

/** Characters of a text that is read. The longest of the standard that is read here has 35. */
const MAX_TEXT = 2_000;

/** What was read of one element that begins a record. */
export class Fields {
  readonly #texts = new Map<string, string>();
  #count = 0;
  readonly problems: Problem[] = [];

  constructor(
    readonly kind: string,
    readonly place: Place,
    readonly parent: Fields | undefined,
  ) {}

  get(field: string): string | undefined {
    return this.#texts.get(field);
  }
  /** Texts that were read so far, those that stand twice too. */
  get count(): number {
    return this.#count;
  }
  /** Of a field that ends in []. */
  list(field: string): readonly string[] {
    const text = this.#texts.get(`${field}[]`);
    return text === undefined ? [] : text.split('\n');
  }

  set(field: string, text: string, element: string): void {
    // That a status stands there and says nothing is not that there is none.
    if (text === '' && field !== 'status') return;
    this.#count += 1;
    const known = this.#texts.get(field);
    if (known === undefined) this.#texts.set(field, text);
    else if (!field.endsWith('[]')) this.problem('ELEMENT_TWICE', element);
    else if (known.length < MAX_TEXT) this.#texts.set(field, `${known}\n${text}`);
  }

  problem(code: Problem['code'], element: string, detail?: string): void {
    if (this.problems.length < MAX_PROBLEMS)
      this.problems.push({ code, element, ...(detail === undefined ? {} : { detail }) });
  }
}
const MAX_PROBLEMS = 20;

/** What makes sense of records. */
export interface Mapper {
  readonly root: Node;
  /** A record of the message begins; its parent's fields that stand before it are read. */
  begin?(fields: Fields): void;
  /** A record is complete. */
  end(fields: Fields): void;
}

/** What the surroundings of a message say. */
export interface Surroundings {
  readonly definition?: string;
  readonly businessId?: string;
}

const HEADER = nodeOf('AppHdr', { BizMsgIdr: 'businessId', MsgDefIdr: 'definition' });
const EMPTY = /^[\t\n\r ]*$/;

/**
 * Walks the elements of a file. Around a message anything may stand (an envelope, a business
 * application header); of a message only what its shape names. `find` is asked for every element
 * outside of messages.
 */
export class Walker implements XmlHandler {
  /** The elements in hand: of a message, or of a header before it. */
  readonly #path: Node[] = [];
  readonly #records: Fields[] = [];
  #mapper: Mapper | undefined;
  #uri = '';
  /** Depth within something that is not read. */
  #skipping = 0;
  #text = '';
  #inner = false;
  #hasRead = false;
  #header: Fields | undefined;

  constructor(
    private readonly place: () => Place,
    private readonly find: (
      local: string,
      uri: string,
      attributes: Attributes,
      around: Surroundings,
    ) => Mapper | undefined,
    private readonly onFinding: (finding: Finding) => void,
  ) {}

  /** Whether there was a message. */
  get hasRead(): boolean {
    return this.#hasRead;
  }

  open(local: string, uri: string, attributes: Attributes): void {
    if (this.#skipping > 0) {
      this.#skipping += 1;
      return;
    }
    const top = this.#path.at(-1);
    if (!top) {
      this.#enter(local, uri, attributes);
      return;
    }
    if (!top.children) throw this.#error('ELEMENT_UNEXPECTED', `${top.name} holds text only.`);
    if (top.field !== undefined) {
      if (!EMPTY.test(this.#text))
        throw this.#error('TEXT_UNEXPECTED', `${top.name} holds text and elements.`);
      this.#inner = true;
    }
    const node = top.children.get(local);
    if (!node) {
      if (top.whole === true && !top.children.has(local)) this.#unknown(local, top);
      this.#skipping = 1;
      return;
    }
    if (uri !== this.#uri && uri !== '')
      throw this.#error(
        'NAMESPACE_DIFFERS',
        `${node.name} is in another namespace than the message.`,
      );
    this.#push(node);
    if (node.field !== undefined) {
      this.#text = '';
      this.#inner = false;
      if (attributes['Ccy'] !== undefined)
        this.#set(`${node.field}@`, attributes['Ccy'], node.name);
    }
  }

  text(text: string): void {
    if (this.#skipping > 0) return;
    const top = this.#path.at(-1);
    if (!top) return;
    if (top.field === undefined || this.#inner) {
      if (!EMPTY.test(text))
        throw this.#error('TEXT_UNEXPECTED', `${top.name} holds elements and no text.`);
      return;
    }
    this.#text = this.#text === '' ? text : this.#text + text;
    if (this.#text.length > MAX_TEXT)
      throw this.#error('LIMIT_EXCEEDED', `${top.name} may have at most ${MAX_TEXT} characters.`);
  }

  close(): void {
    if (this.#skipping > 0) {
      this.#skipping -= 1;
      return;
    }
    const node = this.#path.pop();
    if (!node) return;
    if (node.field !== undefined && !this.#inner) {
      this.#set(node.field, this.#text.trim(), node.name);
      this.#text = '';
    }
    if (node.record !== undefined || this.#path.length === 0) {
      const fields = this.#records.pop()!;
      if (this.#mapper) this.#mapper.end(fields);
      else this.#header = fields;
    }
    // What comes after a child is the parent's again, and a parent of elements holds no text.
    this.#inner = this.#path.at(-1)?.field !== undefined;
    if (this.#path.length === 0) this.#leave();
  }

  #enter(local: string, uri: string, attributes: Attributes): void {
    if (local === 'AppHdr') {
      this.#uri = uri;
      this.#push(HEADER);
      return;
    }
    const definition = this.#header?.get('definition');
    const businessId = this.#header?.get('businessId');
    const mapper = this.find(local, uri, attributes, {
      ...(definition === undefined ? {} : { definition }),
      ...(businessId === undefined ? {} : { businessId }),
    });
    if (!mapper) return;
    this.#hasRead = true;
    this.#mapper = mapper;
    this.#uri = uri;
    this.#push(mapper.root);
  }

  #leave(): void {
    if (this.#mapper) this.#header = undefined;
    this.#mapper = undefined;
  }

  #push(node: Node): void {
    this.#path.push(node);
    if (node.record === undefined && this.#path.length > 1) return;
    const fields = new Fields(node.record ?? 'header', this.place(), this.#records.at(-1));
    this.#records.push(fields);
    this.#mapper?.begin?.(fields);
  }

  #set(field: string, text: string, element: string): void {
    this.#records[this.#records.length - 1]!.set(field, text, element);
  }

  #unknown(local: string, { name }: Node): void {
    const known = /^[A-Za-z][A-Za-z0-9_.-]{0,69}$/.test(local) ? local : 'an element';
    this.onFinding({
      code: 'ELEMENT_UNKNOWN',
      element: name,
      place: this.place(),
      detail: `${name} holds ${known}, which the standard does not have there.`,
    });
  }

  #error(code: BankMessageError['code'], reason: string): BankMessageError {
    return new BankMessageError(code, reason, this.place());
  }
}
