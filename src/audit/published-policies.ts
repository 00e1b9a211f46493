import type { EventData } from '../../events/generated.js';
import { compilePolicy, type CompiledPolicy } from '../eligibility/policy.js';
import { contentHash } from '../kernel/canonical.js';
import type { Recorded } from '../kernel/decider.js';
import type { Found } from './report.js';

export interface Published {
  readonly position: number;
  readonly time: string;
  readonly data: EventData['PolicyPublished'];
}

const NONE: readonly Published[] = [];

/** The policies of each programme as they were published, of which each is what its hash says. */
export class PublishedPolicies {
  readonly #policies = new Map<string, Published[]>();

  add({ data, position, time }: Recorded<'PolicyPublished'>, found: Found): void {
    const known = this.#policies.get(data.programmeId) ?? [];
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
