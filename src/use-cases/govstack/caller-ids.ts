import { streams } from '../../kernel/ids.js';
import {
  personalDataIn,
  personalIn,
  possibleIdentities,
  type WrittenText,
} from '../../kernel/personal-text.js';
import type { DomainError } from '../../kernel/errors.js';
import type { Deps } from '../../write-side/context.js';

const PAGE = 500;

/**
 * Ids that a caller gave, and that would stay for ever beside the person whom they name: none that
 * is a telephone or account number, or the number of an identity that is, or ever was, somebody's
 * here. What only looks like an identity card is taken: a letter and a count is how machines
 * number.
 * @returns the refusal of each, in order; undefined where it is taken
 */
export async function personalIdsIn(
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
  ids: readonly WrittenText[],
): Promise<readonly (DomainError | undefined)[]> {
  const numbers = ids.map(({ text }) => possibleIdentities(text));
  const asked = [...new Set(numbers.flat())];
  const known = new Set<string>();
  for (let from = 0; from < asked.length; from += PAGE) {
    const page = asked.slice(from, from + PAGE);
    const claims = await store.readStreams(
      page.map((number) => streams.identity(vault.keyedHash('identity', number))),
    );
    claims.forEach(({ events }, i) => {
      if (events.length > 0) known.add(page[i]!);
    });
  }
  return ids.map(({ name, text }, i) => {
    if (numbers[i]!.some((number) => known.has(number)))
      return personalDataIn(name, 'an identity number');
    const found = personalIn(text);
    return found === undefined || found === 'an identity number'
      ? undefined
      : personalDataIn(name, found);
  });
}
