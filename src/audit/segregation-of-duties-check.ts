import type { EventData } from '../../events/generated.js';
import type { Recorded, Via } from '../kernel/decider.js';
import { foldSubject, isOneOf, isSamePerson, isSubject, MACHINES } from '../kernel/subject.js';
import { Era } from './era.js';
import { KeyTable } from './key-table.js';
import type { Found } from './report.js';

/**
 * `content` is the hash of what the application says, `assessed` of what was last found eligible.
 */
interface ApplicationPeople {
  readonly whose: string;
  readonly authors: string[];
  readonly appellants: string[];
  recommender: string;
  recommendation: EventData['ApplicationRecommended']['recommendation'] | undefined;
  rejecter: string;
  content: string;
  assessed: string;
}
/** `blocking` are findings of the last check; `answered` those that somebody overrode. */
interface CyclePeople {
  readonly preparers: string[];
  approver: string;
  checker: string;
  /** Of the set that was checked last. */
  checkedHash: string;
  /** Whether the programme had cycles checked when this one was prepared. */
  mustBeChecked: boolean;
  readonly overriders: string[];
  readonly answered: Set<string>;
  blocking: readonly string[];
}

/** Of a cycle's stream. */
const programmeOf = (stream: string): string => stream.slice('cycle-'.length, -'-YYYY-MM'.length);

const whoseOf = ({
  programmeId,
  personId,
}: EventData['ApplicationSubmitted' | 'EnrolmentStarted']): string => `${programmeId} ${personId}`;

/** The engine's own hands have one door each; everybody else comes by a token or an option. */
const DOORS: ReadonlyMap<string, string> = new Map([
  [MACHINES.automation, 'automation'],
  [MACHINES.bankFolder, 'folder'],
  [MACHINES.outcomesTopic, 'kafka'],
]);

/** What may vouch for whoever comes through a door. */
const VOUCHED: Readonly<Record<Via['channel'], readonly Via['authentication'][]>> = {
  http: ['oidc', 'local'],
  cli: ['oidc', 'local', 'none'],
  kafka: ['system'],
  folder: ['system'],
  automation: ['system'],
};

/**
 * Events of old versions do not say how their actor came; the automation had one name in them too.
 */
function cameThrough({ meta }: Recorded, { saysChannels, hasSaidChannels }: Era): boolean {
  const { actor, role, channel, authentication } = meta;
  const isItself = role === 'automation';
  if (channel === undefined) {
    if (authentication !== undefined || (isItself ? hasSaidChannels : saysChannels)) return false;
    return isItself === (actor === MACHINES.automation);
  }
  if (authentication === undefined || !VOUCHED[channel].includes(authentication)) return false;
  if (isItself !== (channel === 'automation')) return false;
  const own = DOORS.get(foldSubject(actor));
  return own === undefined ? channel === 'http' || channel === 'cli' : channel === own;
}

/**
 * I4: the people of one decision differ, however their subjects are spelled, on an application and
 * a cycle. It proves the first half of I5 too: an approval is of content that was found eligible,
 * and an enrolment starts on content that was approved. Applications are forgotten once nothing
 * more can be decided about them, but for 24 bytes.
 */
export class SegregationOfDutiesCheck {
  readonly #applications = new Map<string, ApplicationPeople>();
  readonly #approved = new KeyTable();
  readonly #cycles = new Map<string, CyclePeople>();
  /** Programmes that have their cycles checked. */
  readonly #checking = new Set<string>();
  readonly #closed = new Set<string>();

  constructor(private readonly era = new Era()) {}

  add(event: Recorded, found: Found): void {
    // What no door takes could pass for another person: letters of another script, unseen ones.
    if (!isSubject(event.meta.actor)) found('I4', 'recorded under a name that no account may have');
    if (!cameThrough(event, this.era))
      found('I4', 'recorded through a door that its actor has no key to');
    switch (event.type) {
      case 'ApplicationSubmitted':
        return this.#submitted(event);
      case 'ApplicationAmended':
        return this.#amended(event, found);
      case 'EligibilityDetermined':
        return this.#determined(event);
      case 'ApplicationRecommended':
        return this.#recommended(event, found);
      case 'ApplicationApproved':
        return this.#applicationApproved(event, found);
      case 'ApplicationRejected':
        return this.#applicationRejected(event, found);
      case 'ApplicationReturned':
        return this.#returned(event);
      case 'AppealLodged':
        return this.#appealed(event, found);
      case 'AppealUpheld':
      case 'AppealDismissed':
        return this.#appealDecided(event, found);
      case 'ApplicationWithdrawn':
        this.#applications.delete(event.stream);
        return;
      case 'EnrolmentStarted':
        return this.#enrolled(event, found);
      default:
        return this.#ofCycle(event, found);
    }
  }

  #ofCycle(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'ProgrammeClosed':
        this.#closed.add(event.data.programmeId);
        return;
      case 'ProgrammeReopened':
        this.#closed.delete(event.data.programmeId);
        return;
      case 'CyclePreparationStarted':
        return this.#preparationStarted(event);
      case 'CyclePreparationResumed':
        this.#cycles.get(event.stream)?.preparers.push(event.meta.actor);
        return;
      case 'PaymentOrdered':
        return this.#ordered(event);
      case 'CyclePrepared':
        return this.#prepared(event);
      case 'ChecksConfigured':
        return this.#configured(event.data);
      case 'CycleReturned':
      case 'CycleAbandoned':
        this.#cycles.delete(event.stream);
        return;
      case 'CycleChecked':
        return this.#checked(event);
      case 'CycleFindingOverridden':
        return this.#overridden(event, found);
      case 'CycleApproved':
        return this.#cycleApproved(event, found);
      case 'CycleReleased':
        return this.#released(event, found);
      default:
        return;
    }
  }

  #submitted({ stream, data, meta }: Recorded<'ApplicationSubmitted'>): void {
    this.#applications.set(stream, {
      whose: whoseOf(data),
      authors: [meta.actor],
      appellants: [],
      recommender: '',
      recommendation: undefined,
      rejecter: '',
      content: data.contentHash,
      assessed: '',
    });
  }

  #amended({ stream, data, meta }: Recorded<'ApplicationAmended'>, found: Found): void {
    const people = this.#applications.get(stream);
    if (!people) return found('I4', 'amended after it was decided');
    people.authors.push(meta.actor);
    people.content = data.contentHash;
    people.recommender = '';
  }

  #determined({ stream, data }: Recorded<'EligibilityDetermined'>): void {
    const people = this.#applications.get(stream);
    if (people) people.assessed = data.eligible ? data.contentHash : '';
  }

  #recommended({ stream, data, meta }: Recorded<'ApplicationRecommended'>, found: Found): void {
    const people = this.#applications.get(stream);
    if (!people) return;
    if (isOneOf(people.authors, meta.actor))
      found('I4', 'recommended by who submitted or amended it');
    if (data.contentHash !== people.content)
      found('I4', 'recommended on other content than the application has');
    people.recommender = meta.actor;
    people.recommendation = data.recommendation;
  }

  #applicationApproved(event: Recorded<'ApplicationApproved'>, found: Found): void {
    const people = this.#decided(event, found);
    if (!people) return;
    const { applicationId, contentHash } = event.data;
    if (contentHash !== people.assessed) found('I5', 'approved without having been found eligible');
    // Older versions approved what was waiting when its programme closed.
    if (this.era.isNew && this.#closed.has(people.whose.split(' ')[0]!))
      found('I8', 'approved after its programme was closed');
    this.#approved.add(`${applicationId} ${contentHash} ${people.whose}`);
    this.#applications.delete(event.stream);
  }

  #applicationRejected(event: Recorded<'ApplicationRejected'>, found: Found): void {
    const people = this.#decided(event, found);
    if (people) people.rejecter = event.meta.actor;
  }

  /** By a third person, on what the application says; undefined where nobody recommended it. */
  #decided(
    { stream, type, data, meta }: Recorded<'ApplicationApproved' | 'ApplicationRejected'>,
    found: Found,
  ): ApplicationPeople | undefined {
    const people = this.#applications.get(stream);
    if (!people?.recommender) {
      found('I4', 'decided without a recommendation');
      return undefined;
    }
    if (isOneOf(people.authors, meta.actor) || isSamePerson(people.recommender, meta.actor))
      found('I4', 'decided by who submitted, amended or recommended it');
    if (data.contentHash !== people.content)
      found('I4', 'decided on other content than the application has');
    if (people.recommendation !== (type === 'ApplicationApproved' ? 'approve' : 'reject'))
      found('I4', `${type}, though it was recommended to ${people.recommendation} it`);
    return people;
  }

  /** Sent back, it is recommended once more before it is decided. */
  #returned({ stream }: Recorded<'ApplicationReturned'>): void {
    const people = this.#applications.get(stream);
    if (people) people.recommender = '';
  }

  #appealed({ stream, meta }: Recorded<'AppealLodged'>, found: Found): void {
    const people = this.#applications.get(stream);
    people?.appellants.push(meta.actor);
    if (!people?.rejecter) found('I4', 'an appeal, though nobody rejected the application');
  }

  #appealDecided(
    { stream, type, meta }: Recorded<'AppealUpheld' | 'AppealDismissed'>,
    found: Found,
  ): void {
    const people = this.#applications.get(stream);
    if (!people) return;
    if (isSamePerson(people.rejecter, meta.actor))
      found('I4', 'the appeal was decided by who rejected the application');
    const parties = [...people.authors, ...people.appellants, people.recommender];
    if (this.era.isNew && isOneOf(parties, meta.actor))
      found('I4', 'the appeal was decided by who had a part in the application, or lodged it');
    if (type !== 'AppealUpheld') return;
    people.recommender = '';
    people.rejecter = '';
  }

  #enrolled({ data }: Recorded<'EnrolmentStarted'>, found: Found): void {
    const { applicationId, contentHash } = data;
    if (this.#approved.find(`${applicationId} ${contentHash} ${whoseOf(data)}`) < 0)
      found('I5', 'started on content that nobody approved for this person');
  }

  #preparationStarted({ stream, meta }: Recorded<'CyclePreparationStarted'>): void {
    this.#cycles.set(stream, {
      preparers: [meta.actor],
      approver: '',
      checker: '',
      checkedHash: '',
      mustBeChecked: false,
      overriders: [],
      answered: new Set(),
      blocking: [],
    });
  }

  /** Whoever ordered any payment of the round prepared it. */
  #ordered({ data, meta }: Recorded<'PaymentOrdered'>): void {
    const { programmeId, period } = data;
    const people = this.#cycles.get(`cycle-${programmeId}-${period}`);
    if (people && !isOneOf(people.preparers, meta.actor)) people.preparers.push(meta.actor);
  }

  #checked({ stream, data, meta }: Recorded<'CycleChecked'>): void {
    const people = this.#cycles.get(stream);
    if (!people) return;
    people.blocking = data.findings
      .filter(({ level }) => level === 'block')
      .map(({ findingId }) => findingId);
    people.checker = meta.actor;
    people.checkedHash = data.contentHash;
  }

  #overridden({ stream, data, meta }: Recorded<'CycleFindingOverridden'>, found: Found): void {
    const people = this.#cycles.get(stream);
    if (!people) return;
    if (isOneOf(people.preparers, meta.actor) || isSamePerson(people.checker, meta.actor))
      found('I4', 'a finding was overridden by who prepared or checked the cycle');
    people.overriders.push(meta.actor);
    people.answered.add(data.findingId);
  }

  #prepared({ stream, meta }: Recorded<'CyclePrepared'>): void {
    const people = this.#cycles.get(stream);
    if (!people) return;
    people.preparers.push(meta.actor);
    people.mustBeChecked = this.#checking.has(programmeOf(stream));
  }

  /** Once nothing is to be checked any more, what was prepared before need not be either. */
  #configured({ programmeId, rules }: EventData['ChecksConfigured']): void {
    if (rules.length > 0) {
      this.#checking.add(programmeId);
      return;
    }
    this.#checking.delete(programmeId);
    for (const [stream, people] of this.#cycles)
      if (programmeOf(stream) === programmeId) people.mustBeChecked = false;
  }

  #cycleApproved({ stream, data, meta }: Recorded<'CycleApproved'>, found: Found): void {
    const people = this.#cycles.get(stream);
    if (!people) return found('I4', 'approved without having been prepared');
    if (people.mustBeChecked && people.checkedHash !== data.contentHash)
      found('I4', 'approved without the checks that the programme configured');
    if (isOneOf(people.preparers, meta.actor)) found('I4', 'approved by who prepared it');
    if (isOneOf(people.overriders, meta.actor))
      found('I4', 'approved by who overrode a finding of it');
    if (people.blocking.some((findingId) => !people.answered.has(findingId)))
      found('I4', 'approved with findings that block it and that nobody overrode');
    people.approver = meta.actor;
  }

  #released({ stream, meta }: Recorded<'CycleReleased'>, found: Found): void {
    const people = this.#cycles.get(stream);
    if (!people?.approver) return found('I4', 'released without an approval');
    if (isOneOf(people.preparers, meta.actor) || isSamePerson(people.approver, meta.actor))
      found('I4', 'released by who prepared or approved it');
  }
}
