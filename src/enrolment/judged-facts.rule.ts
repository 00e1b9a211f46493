import type { EventData } from '../../events/generated.js';
import { determine } from '../eligibility/determine.js';
import { contentHash } from '../kernel/canonical.js';
import type { ProgrammePolicies } from '../write-side/readers.js';

/** New facts of a household, and what they come to. */
export type JudgedFacts = Pick<
  EventData['EntitlementRevised'],
  'fromPeriod' | 'facts' | 'contentHash' | 'entitlement'
> & {
  /** Criteria that they do not meet; none: they are eligible. */
  readonly unmet: readonly string[];
};

/**
 * New facts judged under the policy that is first paid in their first month: whether they are
 * eligible, and what they pay in it.
 * @throws DomainError NO_POLICY_FOR_PERIOD, FACTS_INVALID, POLICY_EVALUATION_FAILED
 */
export function judgedFacts(
  policies: Pick<ProgrammePolicies, 'policyOf'>,
  { fromPeriod, facts: given }: { readonly fromPeriod: string; readonly facts: unknown },
): JudgedFacts {
  const { version, compiled } = policies.policyOf(fromPeriod);
  const facts = compiled.validateFacts(given);
  const { entitlement, findings } = determine(compiled, version, facts, fromPeriod);
  const unmet = findings.filter(({ satisfied }) => !satisfied).map(({ criterion }) => criterion);
  return { fromPeriod, facts, contentHash: contentHash(facts), entitlement, unmet };
}
