import type { EventStore } from '../../adapters/event-store/port.js';
import { isOpen } from '../../correction/correction.decider.js';
import { correctionId as correctionIdOf, streams } from '../../kernel/ids.js';
import { guard, type Part } from '../../write-side/unit.js';
import { correctionsOf, foldCorrection } from '../../correction/correction-reader.js';
import type { AccountsOfPerson } from './accounts-of-person.js';
import { requireNoneBegun, requireNotCorrected } from './erasable.rule.js';
import { programmesOf } from './programmes.js';

/**
 * Nobody is erased of whom a correction is still being computed, or found something that is not on
 * their account yet: what they owe would be put on the account of nobody, and registered again they
 * would owe nothing.
 */
export async function notCorrected(
  store: EventStore,
  personId: string,
  accounts: AccountsOfPerson,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const programmeId of await programmesOf(store)) {
    const corrections = await correctionsOf(store, programmeId);
    const open = corrections.findLast(isOpen)?.started;
    if (open)
      parts.push(
        guard(streams.correction(open.correctionId), (events) =>
          requireNotCorrected(personId, foldCorrection(events), accounts.of(programmeId)?.pending),
        ),
      );
    // One that begins in this moment computes as of before the erasure.
    const next = correctionIdOf(programmeId, corrections.length + 1);
    parts.push(guard(streams.correction(next), (events) => requireNoneBegun(next, events)));
  }
  return parts;
}
