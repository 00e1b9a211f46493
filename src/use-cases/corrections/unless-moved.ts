import { adjustmentDecider } from '../../correction/adjustment.decider.js';
import type { Proposal } from '../../correction/adjustment.state.js';
import type { DecisionContext, Recorded } from '../../kernel/decider.js';
import type { SeenPayment, SeenPayments } from './seen-payments.js';
import { foldAdjustment, foldPayment, foldRecovery } from '../folds.js';
import { isOnItsWay } from './household-debt.rule.js';
import { guard, part, type Part } from '../../write-side/unit.js';

/** The payments that what was found for a household follows from. */
export interface Behind {
  readonly payments: readonly SeenPayment[];
  /** With all of their events: those that carry arrears of months that were paid too much. */
  readonly carriers: readonly SeenPayment[];
}

/** What became of what a correction found for a household. */
export type Fate = 'established' | 'lapsed';

/**
 * The debt and the account, in the append with the payments that the proposal follows from: where
 * one of them moved, or arrears that counted as paid went off the account, it lapses; so it does
 * where arrears of the months are carried by a payment that is not on its way. Where a store
 * writes one stream at a time, a debt that an earlier try put down is followed by its account all
 * the same.
 */
export function unlessMoved(
  seen: SeenPayments,
  correctionId: string,
  { payments, carriers }: Behind,
  debt: Part | undefined,
  { events: before, ...account }: Part & { readonly events: readonly Recorded[] },
): { readonly parts: readonly Part[]; readonly fate: () => Fate } {
  const lapse = part(account.stream, adjustmentDecider, { type: 'LapseAdjustment', correctionId });
  let hasMoved = seen.hasLapsed(before);
  let isDebtOpen = debt === undefined;
  let fate: Fate = 'established';
  const guardOf = ({ stream }: SeenPayment, moved: (events: readonly Recorded[]) => boolean) => ({
    ...guard(stream, (events) => {
      hasMoved ||= moved(events);
    }),
    unnamed: true,
  });
  const guards = [
    ...payments.map((one) => guardOf(one, (events) => seen.hasMoved(events))),
    ...carriers.map((one) => guardOf(one, (events) => !isOnItsWay(foldPayment(events)))),
  ];
  const unlessLapsed = debt && {
    ...debt,
    decide(events: readonly Recorded[], context: DecisionContext) {
      const { overpaidBy, offsets } = foldRecovery(events);
      isDebtOpen = overpaidBy[correctionId] === undefined && offsets[correctionId] === undefined;
      return hasMoved && isDebtOpen ? [] : debt.decide(events, context);
    },
  };
  const orLapse: Part = {
    ...account,
    decide(events, context) {
      const isLapsing = hasMoved && isDebtOpen;
      isDebtOpen = debt === undefined;
      const { established, lapsed } = foldAdjustment(events);
      const isIn = (some: readonly Proposal[]): boolean =>
        some.some((one) => one.correctionId === correctionId);
      fate = isIn(lapsed) || (isLapsing && !isIn(established)) ? 'lapsed' : 'established';
      return (isLapsing ? lapse : account).decide(events, context);
    },
  };
  return {
    parts: [...guards, ...(unlessLapsed ? [unlessLapsed] : []), orLapse],
    fate: () => fate,
  };
}
