import type { EventData } from '../../events/generated.js';
import { entitlementFor } from '../eligibility/determine.js';
import { compilePolicy, type CompiledPolicy } from '../eligibility/policy.js';
import { factsIn, type EnrolmentState } from '../enrolment/enrolment.state.js';
import { contentHash } from '../kernel/canonical.js';
import type { Recorded } from '../kernel/decider.js';
import type { Found } from './report.js';

export interface Published {
  readonly position: number;
  readonly time: string;
  readonly data: EventData['PolicyPublished'];
}

const NONE: readonly Published[] = [];

/**
 * The policies of each programme as they were published (I5): each is what its hash says, follows
 * the version before it, and is paid later than that, and not before it takes effect.
 */
export class PublishedPolicies {
  readonly #policies = new Map<string, Published[]>();

  add({ data, position, time }: Recorded<'PolicyPublished'>, found: Found): void {
    const known = this.#policies.get(data.programmeId) ?? [];
    const before = known.reduce((newest, one) => Math.max(newest, one.data.version), 0);
    const paidFrom = known.reduce(
      (latest, { data: { firstPaidPeriod } }) =>
        firstPaidPeriod > latest ? firstPaidPeriod : latest,
      '',
    );
    if (data.version !== before + 1)
      found('I5', `version ${data.version} was published after version ${before}`);
    if (data.firstPaidPeriod <= paidFrom)
      found('I5', `first paid in ${data.firstPaidPeriod}; a version before it in ${paidFrom}`);
    if (data.firstPaidPeriod < data.effectiveFrom.slice(0, 7))
      found('I5', `first paid in ${data.firstPaidPeriod}; in effect from ${data.effectiveFrom}`);
    known.push({ position, time, data });
    this.#policies.set(data.programmeId, known);
    if (contentHash(data.policy) !== data.contentHash)
      found('I5', `version ${data.version} is not the policy that its hash is of`);
  }

  of(programmeId: string): readonly Published[] {
    return this.#policies.get(programmeId) ?? NONE;
  }

  /** The version that a month is paid under, of those that were published up to a position. */
  inForce(programmeId: string, month: string, asOf: number): Published | undefined {
    let newest: Published | undefined;
    for (const one of this.of(programmeId)) {
      const { version, firstPaidPeriod } = one.data;
      if (one.position > asOf || firstPaidPeriod > month) continue;
      if (!newest || version > newest.data.version) newest = one;
    }
    return newest;
  }
}

/** Compiling costs tens of milliseconds, whoever checks how many logs that share the policy. */
const compiled = new WeakMap<object, CompiledPolicy>();
export function compiledOf(policy: EventData['PolicyPublished']['policy']): CompiledPolicy {
  const known = compiled.get(policy);
  if (known) return known;
  const made = compilePolicy(policy);
  compiled.set(policy, made);
  return made;
}

/** What the policy gives a household for a month; undefined where none is paid in it. */
export function entitlementUnder(
  policies: Pick<PublishedPolicies, 'inForce'>,
  programmeId: string,
  {
    month,
    asOf,
    state,
  }: { readonly month: string; readonly asOf: number; readonly state: EnrolmentState },
): EventData['EnrolmentStarted']['entitlement'] | undefined {
  const published = policies.inForce(programmeId, month, asOf);
  if (!published) return undefined;
  return entitlementFor(
    compiledOf(published.data.policy),
    published.data.version,
    factsIn(state, month).facts,
    month,
  );
}
