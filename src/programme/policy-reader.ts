import { LRUCache } from 'lru-cache';
import type { EventData } from '../../events/generated.js';
import type { EventStore } from '../adapters/event-store/port.js';
import {
  compilePolicy,
  versionInEffect,
  versionInForce,
  type CompiledPolicy,
} from '../eligibility/policy.js';
import { fold } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import { programmeDecider } from './programme.decider.js';
import type { PolicyInForce, ProgrammePolicies } from '../write-side/readers.js';
import { paymentTerms } from './payment-terms.js';

/** Compiled policies that are kept: more than are paid by at one time in a country. */
const REMEMBERED = 1_000;

/**
 * Programmes and their compiled policies. A policy is compiled once while it is in use, whatever
 * streams and positions it is read at.
 */
export class PolicyReader {
  readonly #compiled = new LRUCache<string, CompiledPolicy>({ max: REMEMBERED });

  constructor(private readonly store: EventStore) {}

  /** @throws DomainError PROGRAMME_NOT_FOUND */
  async programme(programmeId: string, asOf?: number): Promise<ProgrammePolicies> {
    const events = await this.store.readStream(
      streams.programme(programmeId),
      asOf === undefined ? {} : { asOf },
    );
    const { status, definition, policies, terms, ...setting } = fold(programmeDecider, events);
    if (!definition)
      throw new DomainError(
        'PROGRAMME_NOT_FOUND',
        `There is no programme ${programmeId}.`,
        'not-found',
        'programmeId',
      );
    const byPeriod = (
      rule: typeof versionInForce<EventData['PolicyPublished']>,
    ): ((period: string) => PolicyInForce) => {
      const known = new Map<string, PolicyInForce>();
      return (period) => {
        const found = known.get(period);
        if (found) return found;
        const policy = this.#ready(programmeId, rule(policies, period), period);
        known.set(period, policy);
        return policy;
      };
    };
    return {
      programmeId,
      revision: events.at(-1)!.revision,
      definition,
      status: status === 'none' ? 'defined' : status,
      terms: paymentTerms(definition, terms),
      rules: setting.rules,
      hold: setting.hold,
      calendar: setting.calendar,
      backdatedMonths: setting.backdatedMonths,
      isUnverified: (version) =>
        policies.some((policy) => policy.version === version && policy.unverified),
      policyOf: byPeriod(versionInForce),
      policyInEffect: byPeriod(versionInEffect),
    };
  }

  #ready(
    programmeId: string,
    published: EventData['PolicyPublished'] | undefined,
    period: string,
  ): PolicyInForce {
    if (!published)
      throw new DomainError(
        'NO_POLICY_FOR_PERIOD',
        `No policy of ${programmeId} is paid in ${period}.`,
        'rule',
        'period',
      );
    let compiled = this.#compiled.get(published.contentHash);
    if (!compiled) {
      compiled = compilePolicy(published.policy);
      this.#compiled.set(published.contentHash, compiled);
    }
    return { version: published.version, compiled };
  }
}
