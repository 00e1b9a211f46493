import type { EventStore } from '../../adapters/event-store/port.js';
import type { AdjustmentState } from '../../correction/adjustment.decider.js';
import { isOpen } from '../../correction/correction.decider.js';
import { correctionId as correctionIdOf, streams } from '../../kernel/ids.js';
import { guard, type Part } from '../../write-side/unit.js';
import { correctionsOf, foldCorrection } from '../corrections/corrections.js';
import { foldAdjustment } from '../folds.js';
import { requireNoneBegun, requireNotCorrected, requireNothingDue } from './erasable.rule.js';
import { programmesOf } from './not-enrolled.js';

/** What an erasure gives up. */
export interface Forfeit {
  /** Approved arrears that no payment carries yet. */
  readonly arrears?: boolean | undefined;
}

/**
 * Nobody is erased for whom arrears wait on the account, unless they are given up, or of whom a
 * correction is still being computed, or found something that is not on their account yet: what they
 * owe would be put on the account of nobody, and registered again they would owe nothing.
 */
export async function notCorrected(
  store: EventStore,
  personId: string,
  forfeit: Forfeit = {},
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const programmeId of await programmesOf(store)) {
    const corrections = await correctionsOf(store, programmeId);
    const open = corrections.findLast(isOpen)?.started;
    let account: AdjustmentState | undefined;
    parts.push(
      guard(streams.adjustment(programmeId, personId), (events) => {
        account = foldAdjustment(events);
        if (forfeit.arrears !== true) requireNothingDue(programmeId, account);
      }),
    );
    if (open) {
      parts.push(
        guard(streams.correction(open.correctionId), (events) =>
          requireNotCorrected(personId, foldCorrection(events), account?.pending),
        ),
      );
    }
    // One that begins in this moment computes as of before the erasure.
    const next = correctionIdOf(programmeId, corrections.length + 1);
    parts.push(guard(streams.correction(next), (events) => requireNoneBegun(next, events)));
  }
  return parts;
}
