import { hash64 } from '../../kernel/text-hash.js';
import type { Household } from './imported-household.js';
import { fieldsOf, otherFieldAmong } from './taken-in-before.rule.js';

/** What a run would find of a row that the log does not know, had it recorded those before. */
export type Rehearsed =
  | { readonly kind: 'duplicate' | 'reference-used' }
  | { readonly kind: 'again'; readonly otherField: string | undefined };

/**
 * Rows that a dry run would have recorded by now: what is said of a later one of the same file is
 * what a run would say. Of each it keeps hashes, some hundred bytes.
 */
export class RehearsedRows {
  readonly #byIdentity = new Map<string, { readonly personId: string; readonly marks: string }>();
  readonly #persons = new Set<string>();

  /** Undefined of an identity and a reference that it does not know. */
  find(household: Household): Rehearsed | undefined {
    const { identityHash, personId } = household;
    const known = this.#byIdentity.get(identityHash);
    if (known === undefined)
      return this.#persons.has(personId) ? { kind: 'reference-used' } : undefined;
    if (known.personId !== personId) return { kind: 'duplicate' };
    const fields = fieldsOf(household);
    const before = fields.map((_, i) => known.marks.slice(i * MARK, (i + 1) * MARK));
    const now = fields.map(([field, text]) => [field, markOf(text)] as const);
    return { kind: 'again', otherField: otherFieldAmong(now, before) };
  }

  add(household: Household): void {
    const { identityHash, personId } = household;
    const marks = fieldsOf(household).map(([, text]) => markOf(text));
    this.#byIdentity.set(identityHash, { personId, marks: marks.join('') });
    this.#persons.add(personId);
  }
}

/** Characters of a mark. */
const MARK = 4;
/** A hash of 64 bits, as text. */
const markOf = (text: string): string =>
  String.fromCharCode(...hash64(text).flatMap((word) => [word >>> 16, word & 0xffff]));
