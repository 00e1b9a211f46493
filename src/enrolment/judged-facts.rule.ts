import type { EventData } from '../../events/generated.js';
import { determine } from '../eligibility/determine.js';
import { contentHash } from '../kernel/canonical.js';
import { DomainError } from '../kernel/errors.js';
import { addMonths, localDateOf, monthsBetween } from '../kernel/time.js';
import type { PolicyInForce, ProgrammePolicies } from '../write-side/readers.js';

type Facts = EventData['EntitlementRevised']['facts'];

/** New facts of a household, and what they come to. */
export type JudgedFacts = Pick<
  EventData['EntitlementRevised'],
  'fromPeriod' | 'facts' | 'contentHash' | 'entitlement'
> & {
  /** Criteria that they do not meet; none: they are eligible. */
  readonly unmet: readonly string[];
  /** The first month in which they do not. */
  readonly unmetFrom: string;
};

/**
 * New facts judged under the policy that is first paid in their first month, and under each that was
 * first paid since: what they pay in their first month, and from when they are not eligible. They
 * are said of every month since, so dating them back leads past no stricter version.
 * @param now UTC instant
 * @throws DomainError NO_POLICY_FOR_PERIOD, FACTS_INVALID, POLICY_EVALUATION_FAILED
 */
export function judgedFacts(
  policies: Pick<ProgrammePolicies, 'policyOf' | 'definition'>,
  { fromPeriod, facts: given }: { readonly fromPeriod: string; readonly facts: unknown },
  now: string,
): JudgedFacts {
  const first = policies.policyOf(fromPeriod);
  const facts = first.compiled.validateFacts(given);
  const { entitlement } = determine(first.compiled, first.version, facts, fromPeriod);
  const judged = { fromPeriod, facts, contentHash: contentHash(facts), entitlement };
  const thisMonth = localDateOf(now, policies.definition.timeZone).slice(0, 7);
  let judgedBy: number | undefined;
  for (const month of [fromPeriod, ...monthsBetween(addMonths(fromPeriod, 1), thisMonth)]) {
    const policy = policies.policyOf(month);
    if (policy.version === judgedBy) continue;
    judgedBy = policy.version;
    const unmet = unmetIn(policy, facts, month, month === fromPeriod);
    if (unmet.length > 0) return { ...judged, unmet, unmetFrom: month };
  }
  return { ...judged, unmet: [], unmetFrom: fromPeriod };
}

/** To whom a later version cannot be applied is left out by its cycles, and named. */
function unmetIn(
  { version, compiled }: PolicyInForce,
  facts: Facts,
  month: string,
  isFirst: boolean,
): readonly string[] {
  try {
    const { findings } = determine(compiled, version, facts, month);
    return findings.filter(({ satisfied }) => !satisfied).map(({ criterion }) => criterion);
  } catch (error) {
    const isNotApplicable =
      error instanceof DomainError && error.code === 'POLICY_EVALUATION_FAILED';
    if (isFirst || !isNotApplicable) throw error;
    return [];
  }
}
