import type { CorrectionState } from '../../correction/correction.decider.js';
import { DomainError } from '../../kernel/errors.js';
import type { PolicyInForce, ProgrammePolicies } from '../../write-side/readers.js';

/**
 * The policy that a household is due a month under: the one first paid in it, unless a correction
 * that was approved (or this one) decided on the newest in legal effect. A decision for legal
 * effect stays for its months: later corrections do not undo it.
 */
export function ruling(
  programme: ProgrammePolicies,
  corrections: readonly CorrectionState[],
  correctionId: string,
): (personId: string) => (period: string) => PolicyInForce | undefined {
  const lawful = corrections.flatMap(({ status, started }) =>
    started?.basis === 'legal-effect' &&
    (started.correctionId === correctionId || status === 'applied' || status === 'approved')
      ? [started]
      : [],
  );
  return (personId) => {
    const ours = lawful.filter(
      (started) => started.personId === undefined || started.personId === personId,
    );
    return (period) => {
      try {
        return ours.some(({ fromPeriod, toPeriod }) => fromPeriod <= period && period <= toPeriod)
          ? programme.policyInEffect(period)
          : programme.policyOf(period);
      } catch (error) {
        if (error instanceof DomainError && error.code === 'NO_POLICY_FOR_PERIOD') return undefined;
        throw error;
      }
    };
  };
}
