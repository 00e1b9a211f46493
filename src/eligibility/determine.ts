import type { EventData } from '../../events/generated.js';
import { DomainError } from '../kernel/errors.js';
import type { Entitlement } from './entitlement.js';
import { reasonOf, type Variables } from './expression.js';
import type { Facts } from './facts.js';
import type { CompiledPolicy } from './policy.js';
import type { CompiledCriterion } from './rules.js';

/**
 * One criterion's verdict. `holds`: the expression is true. `satisfied`: it speaks for the
 * household (an excluding one that does not hold, too).
 */
export type Finding = EventData['EligibilityDetermined']['findings'][number];

export interface Determination {
  readonly eligible: boolean;
  readonly findings: Finding[];
  readonly entitlement: Entitlement;
}

function evaluate(
  { criterion, expression, place }: CompiledCriterion,
  variables: Variables,
): boolean {
  let value: unknown;
  try {
    value = expression.run(variables);
  } catch (error) {
    throw new DomainError(
      'POLICY_EVALUATION_FAILED',
      `Criterion ${criterion.id}, expression: ${reasonOf(error)}.`,
      'rule',
      place,
    );
  }
  if (typeof value !== 'boolean')
    throw new DomainError(
      'POLICY_EVALUATION_FAILED',
      `Criterion ${criterion.id}, expression: gave no verdict.`,
      'rule',
      place,
    );
  return value;
}

/**
 * The facts that the expression read, by name; of a list of which it took the size only,
 * `<list>.size`.
 */
function inputsOf(
  { expression: { reads } }: CompiledCriterion,
  facts: Facts,
  period: string,
): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const name of reads.scalars) inputs[name] = facts[name];
  for (const name of reads.lists) inputs[name] = facts[name];
  for (const name of reads.sizes)
    if (!reads.lists.has(name)) inputs[`${name}.size`] = (facts[name] as readonly unknown[]).length;
  if (reads.period) inputs['period'] = period;
  return inputs;
}

/**
 * Applies a policy version to a household, purely: the same facts, version and period give the same
 * findings for ever. Eligible: every required criterion holds and no excluding one does. An
 * ineligible household's entitlement is 0.
 * @param facts that `compiled.validateFacts` accepted
 * @param period month YYYY-MM: of the determination's date, and of the entitlement
 * @throws DomainError POLICY_EVALUATION_FAILED that names the criterion or benefit
 */
export function determine(
  compiled: CompiledPolicy,
  version: number,
  facts: Facts,
  period: string,
): Determination {
  const variables: Variables = {
    household: compiled.language.household(facts, compiled.criteriaFacts),
    member: undefined,
    period,
  };
  const findings: Finding[] = [];
  let eligible = true;
  for (const compiledCriterion of compiled.criteria) {
    const { id, kind } = compiledCriterion.criterion;
    const holds = evaluate(compiledCriterion, variables);
    const satisfied = holds === (kind === 'required');
    if (!satisfied) eligible = false;
    findings.push({
      criterion: id,
      kind,
      holds,
      satisfied,
      inputs: inputsOf(compiledCriterion, facts, period),
    });
  }
  const entitlement = eligible
    ? entitlementFor(compiled, version, facts, period)
    : { period, policyVersion: version, amountMinor: '0', items: [] };
  return { eligible, findings, entitlement };
}

/**
 * What an eligible household is paid for a period: the monthly benefits (members up to the cap, in
 * list order; of each group the first that applies), lifted to the floor by an item "floor" or cut
 * by a negative item "ceiling", and the one-off grants due in that period, which neither floor nor
 * ceiling touches. The items sum to the amount.
 * @param version of the policy, as published
 * @param facts that `compiled.validateFacts` accepted
 * @param period month YYYY-MM in the programme's time zone
 * @throws DomainError POLICY_EVALUATION_FAILED that names the benefit and column: an integer
 *   overflow, a negative amount…
 */
export const entitlementFor = (
  compiled: CompiledPolicy,
  version: number,
  facts: Facts,
  period: string,
): Entitlement => compiled.entitlements.of(version, facts, period);
