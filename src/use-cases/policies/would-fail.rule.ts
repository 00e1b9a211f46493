import { determine } from '../../eligibility/determine.js';
import type { CompiledPolicy } from '../../eligibility/policy.js';
import { factsIn, payableIn, type EnrolmentState } from '../../enrolment/enrolment.state.js';
import { isNotEvaluable } from '../cycles/payable.rule.js';

/** An enrolled household that a policy version does not take on the facts that are known of it. */
export interface WouldFail {
  readonly personId: string;
  readonly region: string;
  /** The month since which its facts are what they are. */
  readonly factsFrom: string;
  /** Criteria that it does not meet. */
  readonly unmet: readonly string[];
  /** Why the version cannot be applied to the facts: one that it needs is missing, say. */
  readonly why?: string;
}

/**
 * As its cycles would apply the version, which leave out whom it cannot be applied to. Undefined
 * where it takes the household, or the household is not paid in the month.
 */
export function failing(
  state: EnrolmentState,
  { compiled, version }: { readonly compiled: CompiledPolicy; readonly version: number },
  period: string,
): WouldFail | undefined {
  if (!payableIn(state, period)) return undefined;
  const { personId, region } = state;
  const { facts, fromPeriod: factsFrom } = factsIn(state, period);
  const household = { personId, region, factsFrom };
  try {
    const { eligible, findings } = determine(compiled, version, facts, period);
    if (eligible) return undefined;
    const unmet = findings.filter(({ satisfied }) => !satisfied);
    return { ...household, unmet: unmet.map(({ criterion }) => criterion) };
  } catch (error) {
    if (!isNotEvaluable(error)) throw error;
    return { ...household, unmet: [], why: error.detail };
  }
}
