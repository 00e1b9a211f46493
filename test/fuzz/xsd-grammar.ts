import { readFileSync } from 'node:fs';
import type { Next } from './target.js';

/** Elements that may be left out stand in one message of so many, and less often further down. */
const OPTIONAL_ONE_IN = 3;
const DEEPEST = 14;

/**
 * Messages as a published schema of ISO 20022 has them: its sequences, choices, repetitions, codes
 * and patterns. Texts are of the form, and about nothing.
 */
export class XsdGrammar {
  readonly #types = new Map<string, Type>();
  readonly #namespace: string;

  /** @param wanted elements that are always there, where they may be */
  constructor(
    file: string,
    private readonly wanted: ReadonlySet<string>,
  ) {
    const schema = readFileSync(file, 'utf8');
    for (const [, name, text] of schema.matchAll(TYPE)) this.#types.set(name!, typeOf(text!));
    this.#namespace = attribute(schema, 'targetNamespace')!;
  }

  message(next: Next): string {
    const root = this.#type('Document');
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${this.#namespace}">${this.#content(root, next, 0)}</Document>`;
  }

  #type(name: string): Type {
    const found = this.#types.get(name);
    if (!found) throw new Error(`the schema has no ${name}`);
    return found;
  }

  #content(type: Type, next: Next, depth: number): string {
    const { elements, isChoice } = type;
    if (elements.length === 0) return this.#text(type, next);
    const chosen = isChoice ? [elements[next(elements.length)]!] : elements;
    return chosen.map((element) => this.#element(element, isChoice, next, depth)).join('');
  }

  #element(element: Element, isChosen: boolean, next: Next, depth: number): string {
    const { name, type, mayBeAbsent, mayRepeat } = element;
    const isWanted = this.wanted.has(name) && next(12) > 0;
    const isRare = depth > DEEPEST || next(OPTIONAL_ONE_IN + depth) > 0;
    if (mayBeAbsent && !isChosen && !isWanted && isRare) return '';
    const own = this.#type(type);
    const attributes = own.hasAttribute ? ' Ccy="MAD"' : '';
    const written = (): string =>
      `<${name}${attributes}>${this.#content(own, next, depth + 1)}</${name}>`;
    return Array.from({ length: mayRepeat ? 1 + next(3) : 1 }, written).join('');
  }

  #text({ codes, base }: Type, next: Next): string {
    if (codes.length > 0) return codes[next(codes.length)]!;
    const inner = this.#types.get(base);
    if (inner) return this.#text(inner, next);
    switch (base) {
      case 'xs:decimal':
        return `${next(2_000)}${['', '.5', '.00', '.10'][next(4)]}`;
      case 'xs:boolean':
        return ['true', 'false', '0', '1'][next(4)]!;
      case 'xs:date':
        return '2025-12-03';
      case 'xs:dateTime':
        return ['2025-12-03T10:00:00', '2025-12-03T10:00:00+01:00'][next(2)]!;
      default:
        return TEXTS[next(TEXTS.length)]!;
    }
  }
}

interface Element {
  readonly name: string;
  readonly type: string;
  readonly mayBeAbsent: boolean;
  readonly mayRepeat: boolean;
}
interface Type {
  readonly elements: readonly Element[];
  readonly isChoice: boolean;
  readonly codes: readonly string[];
  /** What its text is a restriction or an extension of. */
  readonly base: string;
  readonly hasAttribute: boolean;
}

/** Schemas of ISO 20022 are all written alike: a type after the other, none within another. */
const TYPE =
  /<xs:(?:complexType|simpleType) name="(\w+)">([\s\S]*?)<\/xs:(?:complexType|simpleType)>/g;
const attribute = (text: string, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(text)?.[1];

function typeOf(text: string): Type {
  const base = /<xs:(?:restriction|extension) base="([^"]*)"/.exec(text)?.[1];
  return {
    elements: [...text.matchAll(/<xs:element [^>]*>/g)].map(([element]) => ({
      name: attribute(element, 'name')!,
      type: attribute(element, 'type')!,
      mayBeAbsent: attribute(element, 'minOccurs') === '0',
      mayRepeat: (attribute(element, 'maxOccurs') ?? '1') !== '1',
    })),
    isChoice: text.includes('<xs:choice'),
    codes: [...text.matchAll(/<xs:enumeration value="([^"]*)"/g)].map(([, code]) => code!),
    base: base ?? 'xs:string',
    hasAttribute: text.includes('<xs:attribute'),
  };
}

const TEXTS = [
  'E1',
  '1',
  '2',
  'ASD-1',
  'BOOK',
  'RJCT',
  'ACSC',
  'PART',
  'AC04',
  'MA64',
  'x',
  '2025',
];
