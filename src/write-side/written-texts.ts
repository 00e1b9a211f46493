import {
  isWrittenHere,
  possibleIdentities,
  refusePersonalTexts,
  refuseUnfitTexts,
  writtenTexts,
  type WrittenText,
} from '../kernel/personal-text.js';
import type { Decision } from './unit.js';

const isPerson = ({ actor: { role } }: Decision): boolean =>
  role !== 'payment-system' && role !== 'automation';

/** How an account was verified moved no money, whoever says it. */
const isSaidByPerson = (decision: Decision): boolean =>
  isPerson(decision) || decision.draft.type === 'PayeeAccountVerified';

/**
 * What a person writes is refused where it has what no text has (controls, marks that turn the
 * direction of writing), or carries somebody's number, by whichever door it came. What a payment
 * system says, and what follows from it, is not refused for its words: the money moved. Nor is what
 * a bank's file says, though a person had it applied.
 * @throws DomainError INVALID_TEXT, PERSONAL_DATA_IN_TEXT
 */
export function requireFitTexts(decision: Decision): void {
  const { data, type } = decision.draft;
  if (isPerson(decision) && isWrittenHere(data)) refuseUnfitTexts(data, type);
  if (isSaidByPerson(decision)) refusePersonalTexts(data, type);
}

/** Doors by which a payment system says a reference, and can say the same without. */
const OWN_WORD: ReadonlySet<unknown> = new Set(['http', 'file', 'topic']);

/**
 * A reference of a payment system's own that is one number throughout: it is refused where that is
 * the identity of somebody here.
 */
function numberAsReference({ draft: { data }, actor }: Decision): readonly WrittenText[] {
  const text: unknown = Reflect.get(data, 'reference');
  if (actor.role !== 'payment-system' || typeof text !== 'string') return [];
  if (!OWN_WORD.has(Reflect.get(data, 'source'))) return [];
  const { length } = text.replace(/[^\p{L}\p{N}]/gu, '');
  const number = possibleIdentities(text).find((one) => one.length === length);
  return number === undefined ? [] : [{ name: 'reference', text: number }];
}

/** What people wrote in their own words, and what else is held against known identities. */
export const textsOf = (decisions: readonly Decision[]): readonly WrittenText[] =>
  decisions.flatMap((decision) =>
    isSaidByPerson(decision)
      ? writtenTexts(decision.draft.data, decision.draft.type)
      : numberAsReference(decision),
  );
