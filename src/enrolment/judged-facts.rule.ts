import type { EventData } from '../../events/generated.js';
import { determine } from '../eligibility/determine.js';
import { contentHash } from '../kernel/canonical.js';
import type { CommandOf } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { addMonths, localDateOf, monthsBetween } from '../kernel/time.js';
import type { PolicyInForce, ProgrammePolicies } from '../write-side/readers.js';
import type { EnrolmentCommand } from './enrolment.decider.js';
import { contentOfRecertification, contentOfRevision } from './new-facts.rule.js';

type Facts = EventData['EntitlementRevised']['facts'];

type Policies = Pick<ProgrammePolicies, 'policyOf' | 'definition'>;

/** New facts as somebody gives them, whatever they are. */
export interface GivenFacts {
  readonly fromPeriod: string;
  readonly facts: unknown;
}

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
 * New facts judged under the policy that is first paid in their first month, and under each that
 * was first paid since: what they pay in their first month, and from when they are not eligible.
 * They are said of every month since, so dating them back leads past no stricter version.
 * @param now UTC instant
 * @throws DomainError NO_POLICY_FOR_PERIOD, FACTS_INVALID, POLICY_EVALUATION_FAILED
 */
export function judgedFacts(
  policies: Policies,
  { fromPeriod, facts: given }: GivenFacts,
  now: string,
): JudgedFacts {
  const first = policies.policyOf(fromPeriod);
  const today = localDateOf(now, policies.definition.timeZone);
  const facts = first.compiled.takeFacts(given, today);
  const { entitlement } = determine(first.compiled, first.version, facts, fromPeriod);
  const judged = { fromPeriod, facts, contentHash: contentHash(facts), entitlement };
  const thisMonth = today.slice(0, 7);
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

/** New facts as a supervisor gives them. They count once another gives the same. */
export interface NewFacts {
  readonly command: CommandOf<EnrolmentCommand, 'ReviseEntitlement' | 'RecertifyEnrolment'>;
  /** The hash of what both must say alike. */
  readonly content: string;
  readonly unmet: readonly string[];
  /** What is answered once they count. */
  readonly decided: 'revised' | 'recertified';
}

/** A revision, from whichever door. @throws what judgedFacts throws */
export function revision(
  policies: Policies,
  given: GivenFacts & { readonly reason: string },
  now: string,
): NewFacts {
  const facts = judgedFacts(policies, given, now);
  return {
    command: { type: 'ReviseEntitlement', ...facts, reason: given.reason },
    content: contentOfRevision(facts),
    unmet: facts.unmet,
    decided: 'revised',
  };
}

/** A recertification, from whichever door. @throws what judgedFacts throws */
export function recertification(
  policies: Policies,
  given: GivenFacts & { readonly nextDueOn: string },
  now: string,
): NewFacts {
  const facts = { ...judgedFacts(policies, given, now), nextDueOn: given.nextDueOn };
  return {
    command: { type: 'RecertifyEnrolment', ...facts },
    content: contentOfRecertification(facts),
    unmet: facts.unmet,
    decided: 'recertified',
  };
}
