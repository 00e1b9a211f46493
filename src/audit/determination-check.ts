import type { EventData, EventType } from '../../events/generated.js';
import { determine } from '../eligibility/determine.js';
import { DEFAULT_BACKDATED_MONTHS } from '../programme/controls.rule.js';
import { canonicalJson, contentHash, sha256Hex } from '../kernel/canonical.js';
import type { Recorded } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { partsOfCycle } from '../kernel/ids.js';
import { addMonths } from '../kernel/time.js';
import type { Era } from './era.js';
import { compiledOf, type Published, type PublishedPolicies } from './published-policies.js';
import type { Found } from './report.js';

type Determined = EventData['EligibilityDetermined'];
type Facts = EventData['ApplicationSubmitted']['facts'];

/** An application until somebody is enrolled by it, or it is withdrawn. */
interface Waiting {
  readonly programmeId: string;
  readonly receivedOn: string;
  /** As canonical JSON, which is less than the object. */
  facts: string;
  contentHash: string;
  /** What was determined last, as JSON. */
  entitlement: string;
  /** That it was determined by. */
  version?: number;
  approval?: { readonly eventId: string; readonly startPeriod: string };
}

/** Somebody who looks for the policy, and then records what it gives, may take so long. */
const DAY_MS = 86_400_000;
const UNSUSPENDED = 'new facts that are not eligible, and the household is not suspended';
/** What follows such facts; an enrolment that was over is over sooner. */
const STOPS: ReadonlySet<EventType> = new Set(['EnrolmentSuspended', 'EnrolmentEnded']);

/** Periods that cycles of each programme pay; one that was abandoned pays nothing. */
class PeriodsPaid {
  readonly #periods = new Map<string, string[]>();

  open(programmeId: string, period: string): void {
    const periods = this.#periods.get(programmeId) ?? [];
    this.#periods.set(programmeId, [...periods, period].sort());
  }

  abandon(cycleId: string): void {
    const { programmeId, period } = partsOfCycle(cycleId);
    const periods = this.#periods.get(programmeId) ?? [];
    this.#periods.set(
      programmeId,
      periods.filter((each) => each !== period),
    );
  }

  newest(programmeId: string): string | undefined {
    return this.#periods.get(programmeId)?.at(-1);
  }
}

/**
 * I5, its first half: facts are what their hash says, what was found eligible is so by the policy
 * of its month, nobody is enrolled with other facts, another entitlement or from an earlier month
 * than was approved, and nobody applies for more months back than the programme takes. Some hundred
 * bytes an application that waits.
 */
export class DeterminationCheck {
  readonly #waiting = new Map<string, Waiting>();
  readonly #cycles = new PeriodsPaid();
  readonly #backdatedMonths = new Map<string, number>();
  /**
   * Enrolments with new facts that are not eligible, until they are suspended or ended for them.
   */
  readonly #ineligible = new Set<string>();

  constructor(
    private readonly policies: Pick<PublishedPolicies, 'of' | 'inForce'>,
    private readonly earlierOf: (personId: string) => readonly string[],
    private readonly era: Era,
  ) {}

  add(event: Recorded, found: Found): void {
    if (this.#ineligible.delete(event.stream) && !STOPS.has(event.type)) found('I5', UNSUSPENDED);
    switch (event.type) {
      case 'ApplicationSubmitted':
        return this.#submitted(event, found);
      case 'ApplicationAmended': {
        const application = this.#waiting.get(event.stream);
        const facts = canonicalJson(event.data.facts);
        if (application) Object.assign(application, { facts, contentHash: event.data.contentHash });
        return requireHash(facts, event.data, found);
      }
      case 'EligibilityDetermined':
        return this.#determined(event, found);
      case 'ApplicationApproved':
        return this.#approved(event, found);
      case 'ApplicationWithdrawn':
        this.#waiting.delete(event.stream);
        return;
      case 'EnrolmentStarted':
        return this.#enrolled(event, found);
      case 'EntitlementRevisionProposed':
      case 'EnrolmentRecertificationProposed':
        return requireHash(canonicalJson(event.data.facts), event.data, found);
      case 'EntitlementRevised':
      case 'EnrolmentRecertified':
        requireHash(canonicalJson(event.data.facts), event.data, found);
        if (this.era.isNew && this.#areIneligible(event)) this.#ineligible.add(event.stream);
        return;
      case 'CycleOpened':
        this.#cycles.open(event.data.programmeId, event.data.period);
        return;
      case 'CycleAbandoned':
        this.#cycles.abandon(event.data.cycleId);
        return;
      case 'BackdatingLimitSet':
        this.#backdatedMonths.set(event.data.programmeId, event.data.months);
        return;
      default:
        return;
    }
  }

  /** What nothing that came later made good. */
  finish(found: (invariant: 'I5', detail: string, stream: string) => void): void {
    for (const stream of this.#ineligible) found('I5', UNSUSPENDED, stream);
  }

  /** By the version in force, and the one that was until lately. */
  #areIneligible(event: Recorded<'EntitlementRevised' | 'EnrolmentRecertified'>): boolean {
    const { programmeId, fromPeriod, facts } = event.data;
    const versions = this.#inForceLately(event, programmeId, fromPeriod);
    return (
      versions.length > 0 &&
      versions.every(({ data: { policy, version } }) => {
        try {
          return !determine(compiledOf(policy), version, facts, fromPeriod).eligible;
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          return false;
        }
      })
    );
  }

  #submitted({ stream, data }: Recorded<'ApplicationSubmitted'>, found: Found): void {
    const { programmeId, receivedOn } = data;
    const facts = canonicalJson(data.facts);
    const { contentHash } = data;
    this.#waiting.set(stream, { programmeId, receivedOn, facts, contentHash, entitlement: '' });
    requireHash(facts, data, found);
    this.#requireNear(programmeId, receivedOn, found);
  }

  /** A month later than the limit is: a cycle may have been opened while it was looked at. */
  #requireNear(programmeId: string, receivedOn: string, found: Found): void {
    const newest = this.#cycles.newest(programmeId);
    if (!this.era.isNew || newest === undefined) return;
    const months = this.#backdatedMonths.get(programmeId) ?? DEFAULT_BACKDATED_MONTHS;
    if (receivedOn.slice(0, 7) < addMonths(newest, -months - 1))
      found('I5', `received on ${receivedOn}, more than ${months} months before ${newest}`);
  }

  #determined(event: Recorded<'EligibilityDetermined'>, found: Found): void {
    const { stream, data } = event;
    const application = this.#waiting.get(stream);
    if (!application) return;
    application.entitlement = JSON.stringify(data.entitlement);
    application.version = data.policyVersion;
    if (data.contentHash !== application.contentHash)
      found('I5', 'determined on other facts than the application has');
    if (data.asOf !== application.receivedOn)
      return found('I5', `determined as of ${data.asOf}; received on ${application.receivedOn}`);
    const policy = this.#policyOf(event, application, data.policyVersion);
    if (!policy)
      return found('I5', `determined by version ${data.policyVersion}, which is not in force`);
    const facts = JSON.parse(application.facts) as Facts;
    const differs = differenceFrom(data, policy, facts, this.era.isNew);
    if (differs !== undefined)
      found('I5', `${differs} is not what version ${data.policyVersion} gives on the facts`);
  }

  #policyOf(
    event: Pick<Recorded, 'position' | 'time'>,
    { programmeId, receivedOn }: Waiting,
    version: number,
  ): Published | undefined {
    return this.#inForceLately(event, programmeId, receivedOn.slice(0, 7)).find(
      ({ data }) => data.version === version,
    );
  }

  /** The version in force, and those that were until lately. */
  #inForceLately(
    { position, time }: Pick<Recorded, 'position' | 'time'>,
    programmeId: string,
    month: string,
  ): readonly Published[] {
    const found: Published[] = [];
    let policy = this.policies.inForce(programmeId, month, position);
    while (policy) {
      found.push(policy);
      if (Date.parse(time) - Date.parse(policy.time) >= DAY_MS) break;
      policy = this.policies.inForce(programmeId, month, policy.position - 1);
    }
    return found;
  }

  #approved(event: Recorded<'ApplicationApproved'>, found: Found): void {
    const { stream, id, data } = event;
    const application = this.#waiting.get(stream);
    if (!application) return;
    const { startPeriod } = data;
    const { version } = application;
    if (this.era.isNew && version !== undefined && !this.#policyOf(event, application, version))
      found('I5', `approved as determined by version ${version}, which is not in force`);
    application.approval = { eventId: id, startPeriod };
    application.facts = '';
    if (startPeriod < application.receivedOn.slice(0, 7))
      found('I5', `approved from ${startPeriod} on; received on ${application.receivedOn}`);
  }

  #enrolled({ data, meta, revision }: Recorded<'EnrolmentStarted'>, found: Found): void {
    requireHash(canonicalJson(data.facts), data, found);
    const stream = `application-${data.applicationId}`;
    const application = this.#waiting.get(stream);
    const approval = application?.approval;
    if (!approval) return;
    this.#waiting.delete(stream);
    // Later where an earlier enrolment, or a person of the same identity, is paid until then.
    const isFirst = revision === 0 && this.earlierOf(data.personId).length === 0;
    if (
      data.startPeriod < approval.startPeriod ||
      (isFirst && data.startPeriod !== approval.startPeriod)
    )
      found('I5', `started in ${data.startPeriod}, approved from ${approval.startPeriod} on`);
    if (JSON.stringify(data.entitlement) !== application.entitlement)
      found('I5', 'started with another entitlement than was determined');
    if (meta.causation !== undefined && meta.causation !== approval.eventId)
      found('I8', 'started because of something else than its approval');
  }
}

function requireHash(facts: string, data: { readonly contentHash: string }, found: Found): void {
  if (sha256Hex(facts) !== data.contentHash) found('I5', 'the facts are not what their hash is of');
}

/**
 * What a determination says that the policy does not give; undefined where nothing.
 * @param whole whether what a finding says of its reasons is looked at too
 */
function differenceFrom(
  said: Determined,
  { data: { policy, version } }: Published,
  facts: Facts,
  whole: boolean,
): string | undefined {
  try {
    const compiled = compiledOf(policy);
    compiled.validateFacts(facts);
    const given = determine(compiled, version, facts, said.asOf.slice(0, 7));
    if (given.eligible !== said.eligible) return said.eligible ? 'eligible' : 'not eligible';
    if (verdicts(given.findings) !== verdicts(said.findings)) return 'a finding';
    if (!isSame(given.entitlement, said.entitlement)) return 'the entitlement';
    return !whole || isSame(given.findings, said.findings) ? undefined : 'the reason of a finding';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return 'a determination';
  }
}

const verdicts = (findings: Determined['findings']): string =>
  findings.map(({ criterion, holds }) => `${criterion} ${holds}`).join();

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other) || contentHash(one) === contentHash(other);
