import {
  isWrittenHere,
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
 * system says, and what follows from it, is never refused for its words: the money moved. Nor is
 * what a bank's file says, though a person had it applied.
 * @throws DomainError INVALID_TEXT, PERSONAL_DATA_IN_TEXT
 */
export function requireFitTexts(decision: Decision): void {
  const { data, type } = decision.draft;
  if (isPerson(decision) && isWrittenHere(data)) refuseUnfitTexts(data, type);
  if (isSaidByPerson(decision)) refusePersonalTexts(data, type);
}

/** What people wrote in their own words. */
export const textsOf = (decisions: readonly Decision[]): readonly WrittenText[] =>
  decisions.filter(isSaidByPerson).flatMap(({ draft: { data, type } }) => writtenTexts(data, type));
