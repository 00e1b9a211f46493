import { streams } from '../kernel/ids.js';
import { personalDataIn, possibleIdentities, type WrittenText } from '../kernel/personal-text.js';
import type { Deps } from './context.js';

/**
 * Looked up for one text: a reason that has more numbers than these is a list of something, and who
 * tries numbers gets few answers.
 */
const LOOKED_UP = 30;

/**
 * Refuses words in which the number of an identity stands that is, or ever was, somebody's here.
 * What an identity number looks like differs from country to country; which numbers are known does
 * not.
 * @throws DomainError PERSONAL_DATA_IN_TEXT
 */
export async function refuseKnownIdentities(
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
  texts: readonly WrittenText[],
): Promise<void> {
  for (const { name, text } of texts) {
    const numbers = possibleIdentities(text);
    if (numbers.length === 0) continue;
    if (numbers.length > LOOKED_UP) throw personalDataIn(name, 'a list of numbers');
    const claims = await store.readStreams(
      numbers.map((number) => streams.identity(vault.keyedHash('identity', number))),
    );
    if (claims.some(({ events }) => events.length > 0))
      throw personalDataIn(name, 'an identity number');
  }
}
