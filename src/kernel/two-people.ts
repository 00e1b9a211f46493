import { DomainError } from './errors.js';
import { isOneOf, isSamePerson } from './subject.js';

/** What is proposed by one person and waits for another, as the list of proposals names it. */
export const PROPOSAL_KINDS = [
  'facts',
  'recertification',
  'reinstatement',
  'erasure',
  'payee-account',
  'policy',
  'paying-accounts',
  'account-hold',
  'checks',
  'backdating-limit',
  'closing',
  'reopening',
  'outcome',
  'break',
  'entry',
  'correction',
  'waiver',
  'set-aside',
] as const;
export type ProposalKind = (typeof PROPOSAL_KINDS)[number];

/** What one person said that counts once another says the same; `content` hashes all of it. */
export interface Proposal {
  readonly by: string;
  readonly content: string;
}

/**
 * What a person's word is worth beside those before it. `first`: nobody else said the same, and it
 * is proposed; `again`: they said so themselves already; `second`: another person did, and it
 * counts.
 */
export function wordOf(
  proposals: readonly Proposal[],
  { by, content }: Proposal,
): 'first' | 'again' | 'second' {
  const same = proposals.filter((proposal) => proposal.content === content);
  if (same.some((proposal) => !isSamePerson(proposal.by, by))) return 'second';
  return same.length > 0 ? 'again' : 'first';
}

/** Somebody's newest word takes the place of the one before it. */
export const proposed = (
  proposals: readonly Proposal[],
  proposal: Proposal,
): readonly Proposal[] => [
  ...proposals.filter(({ by }) => !isSamePerson(by, proposal.by)),
  proposal,
];

/** What is left where somebody takes their own words back. */
export const withoutWordsOf = <T extends { readonly by: string }>(
  proposals: readonly T[],
  by: string,
): readonly T[] => proposals.filter((proposal) => !isSamePerson(proposal.by, by));

/** Nobody takes back what another said. @throws DomainError NOTHING_PROPOSED */
export function requireOwnWord(proposers: readonly string[], by: string): void {
  if (!isOneOf(proposers, by))
    throw new DomainError(
      'NOTHING_PROPOSED',
      'Nothing that you proposed waits here; a proposal is withdrawn by who made it.',
      'conflict',
    );
}
