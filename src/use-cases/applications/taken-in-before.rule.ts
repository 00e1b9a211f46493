import { canonicalJson } from '../../kernel/canonical.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';

/**
 * What an earlier run made of a row whose reference it knew: the same, a part only, or what the row
 * is refused with because it says something else under that reference.
 * @param registered the first event of the person, and of the application
 */
export function takenInBefore(
  row: { readonly receivedOn: string; readonly facts: Readonly<Record<string, unknown>> },
  identityHash: string,
  registered: Recorded | undefined,
  submitted: Recorded | undefined,
): 'same' | 'in-part' | DomainError {
  const isSamePerson =
    registered?.type === 'PersonRegistered' && registered.data.identityHash === identityHash;
  if (submitted === undefined && (registered === undefined || isSamePerson)) return 'in-part';
  if (!isSamePerson)
    return new DomainError(
      'REFERENCE_ALREADY_USED',
      'The same reference was taken in for another national identity.',
      'conflict',
      'reference',
    );
  const isSame =
    submitted?.type === 'ApplicationSubmitted' &&
    submitted.data.receivedOn === row.receivedOn &&
    canonicalJson(submitted.data.facts) === canonicalJson(row.facts);
  if (isSame) return 'same';
  return new DomainError(
    'APPLICATION_DIFFERS',
    'The same reference was taken in with other facts; amend that application instead.',
    'conflict',
    'reference',
  );
}
