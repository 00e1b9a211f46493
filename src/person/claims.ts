import type { EventStore } from '../adapters/event-store/port.js';
import type { Recorded } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';

/** The person who holds a national identity now, if anybody does. */
export function claimant(events: readonly Recorded[]): string | undefined {
  const last = events.at(-1);
  return last?.type === 'IdentityClaimed' ? last.data.personId : undefined;
}

/** An identity, and who holds the claim on it. */
export interface Claim {
  readonly identityHash: string;
  readonly holder: string;
}

/**
 * Where a store does not write a household at once, an import that was cut off leaves the claim of
 * an identity without its person. Where the row was corrected then, its person was registered with
 * the other identity. Nobody can be registered with the first by that claim any more, so it is
 * nobody's. A claim whose person is not there at all may be of a registration under way, and holds.
 * @returns those of the claims that are so
 */
export async function abandonedClaims<C extends Claim>(
  store: Pick<EventStore, 'readStreams'>,
  claims: readonly C[],
): Promise<readonly C[]> {
  if (claims.length === 0) return [];
  const persons = await store.readStreams(claims.map(({ holder }) => streams.person(holder)));
  return claims.filter(({ identityHash }, i) => {
    const [registered] = persons[i]!.events;
    return registered?.type === 'PersonRegistered' && registered.data.identityHash !== identityHash;
  });
}
