import type { EventData } from '../../events/generated.js';
import type { Recorded, Role } from '../kernel/decider.js';
import { isAnsweredBy } from '../kernel/answered-word.js';
import { isOneOf, isSamePerson } from '../kernel/subject.js';
import { Era } from './era.js';
import type { Found } from './report.js';

type Outcome = EventData['PaymentOutcomeProposed'];
interface Said extends Pick<Outcome, 'attempt' | 'endToEndId' | 'outcome'> {
  readonly reason?: string | undefined;
  readonly amountMinor?: string | undefined;
  readonly settledOn?: string | undefined;
  readonly reference?: string | undefined;
}
/** An event of a payment that says what became of it. */
type SaidBySome = Recorded<
  | 'PaymentAccepted'
  | 'PaymentSettled'
  | 'PaymentRejected'
  | 'PaymentReturned'
  | 'PaymentBreakRecorded'
>;
interface Proposed<T> {
  readonly by: string;
  readonly what: T;
}
interface Word extends Proposed<Said> {
  /** The command that made it known. */
  answeredBy?: string;
}
/** Who did what to one payment, where another person has to do what comes after it. */
interface PaymentPeople {
  /** Who said an outcome, by attempt, from the first failure or word of a person on. */
  readonly reporters: { readonly attempt: number; readonly by: readonly string[] }[];
  readonly reinstructors: string[];
  readonly breaks: {
    readonly breakId: string;
    readonly attempt: number;
    readonly by: readonly string[];
  }[];
  outcomes: Word[];
  readonly resolutions: Proposed<{ readonly breakId: string; readonly resolution: string }>[];
}
type Assignment = Pick<EventData['BankEntryAssigned'], 'paymentId' | 'attempt' | 'outcome'>;
interface EntryPeople {
  /** Who recorded it, and with whose file; '' where there is none. */
  readonly recordedBy: string;
  readonly sha256: string;
  readonly proposals: Proposed<Assignment>[];
}

const isMachine = (role: Role): boolean => role === 'payment-system' || role === 'automation';

/** Versions from which on an event of the type is decided by two. */
const DECIDED_BY_TWO: Readonly<Record<string, number>> = {
  PaymentOutcomeProposed: 1,
  PaymentBreakResolutionProposed: 1,
  PaymentBreakResolved: 2,
  BankEntryAssignmentProposed: 1,
  BankEntryAssigned: 2,
};

/**
 * I4 for payments: what a person says became of one, what is counted as paid or come back, and what
 * an entry of a bank is about is said by two persons; who recorded, or had said before, that a
 * payment failed does not pay it again, and who caused a break does not resolve it. A log was
 * written under these rules from its first event on that only they make, or that says by which
 * channel its actor came; what stands before was decided under the older ones. Kept are payments
 * that a person or a failure touched, not those that simply settled.
 */
export class TwoPeopleCheck {
  readonly #payments = new Map<string, PaymentPeople>();
  readonly #entries = new Map<string, EntryPeople>();
  /** Who handed over each file. */
  readonly #files = new Map<string, string>();
  /** Reports of persons whose entry must be assigned, as just that, by the same command. */
  readonly #byEntry = new Map<string, { readonly stream: string; readonly said: Said[] }>();
  #isUnderRules = false;
  /** From the first dismissal on that looked at who handed over the file. */
  #looksAtFiles = false;

  constructor(private readonly era = new Era()) {}

  add(event: Recorded, found: Found): void {
    this.#forgetAnswered(event);
    this.#add(event, found);
    for (const word of this.#payments.get(event.stream)?.outcomes ?? [])
      if (isAnsweredBy(word.what, event)) word.answeredBy ??= event.meta.command;
  }

  /** What another command made known waits for nobody: it says nothing of what comes later. */
  #forgetAnswered({ stream, meta }: Recorded): void {
    const people = this.#payments.get(stream);
    const isOver = ({ answeredBy = meta.command }: Word): boolean => answeredBy !== meta.command;
    if (people?.outcomes.some(isOver))
      people.outcomes = people.outcomes.filter((word) => !isOver(word));
  }

  #add(event: Recorded, found: Found): void {
    const since = DECIDED_BY_TWO[event.type];
    this.era.add(event);
    if ((since !== undefined && event.v >= since) || this.era.isNew) this.#isUnderRules = true;
    switch (event.type) {
      case 'PaymentOutcomeProposed':
        this.#people(event.stream).outcomes.push({ by: event.meta.actor, what: event.data });
        return;
      case 'PaymentAccepted':
        return this.#reported(event, { ...event.data, outcome: 'accepted' }, found);
      case 'PaymentSettled':
        return this.#reported(event, { ...event.data, outcome: 'settled' }, found);
      case 'PaymentRejected':
        return this.#reported(event, { ...event.data, outcome: 'rejected' }, found);
      case 'PaymentReturned':
        return this.#reported(event, { ...event.data, outcome: 'returned' }, found);
      case 'PaymentOutcomeUnknown':
        return this.#reported(event, { ...event.data, outcome: 'unknown' }, found);
      case 'PaymentBreakRecorded':
        return this.#broken(event, found);
      case 'PaymentBooked':
        return this.#saidByTwo(event, event.data.source, event.data, found);
      case 'PaymentReinstructed':
        return this.#reinstructed(event, found);
      case 'PaymentBreakResolutionProposed':
        this.#people(event.stream).resolutions.push({ by: event.meta.actor, what: event.data });
        return;
      case 'PaymentOutcomeWithdrawn':
        return withdraw(this.#people(event.stream).outcomes, event, () => true, found);
      case 'PaymentBreakResolutionWithdrawn': {
        const { breakId } = event.data;
        const { resolutions } = this.#people(event.stream);
        return withdraw(resolutions, event, ({ what }) => what.breakId === breakId, found);
      }
      case 'PaymentBreakResolved':
        return this.#resolved(event, found);
      default:
        return this.#ofEntry(event, found);
    }
  }

  /** @param found told of what nothing that came later made good */
  finish(found: (detail: string, stream: string) => void): void {
    for (const { stream } of this.#byEntry.values())
      found('an outcome that one person said of an entry that nobody gave to the payment', stream);
  }

  #people(stream: string): PaymentPeople {
    let people = this.#payments.get(stream);
    if (!people) {
      people = {
        reporters: [],
        reinstructors: [],
        breaks: [],
        outcomes: [],
        resolutions: [],
      };
      this.#payments.set(stream, people);
    }
    return people;
  }

  #reported(
    event: Recorded<
      | 'PaymentAccepted'
      | 'PaymentSettled'
      | 'PaymentRejected'
      | 'PaymentReturned'
      | 'PaymentOutcomeUnknown'
    >,
    said: Said,
    found: Found,
  ): void {
    const { stream, data, meta } = event;
    this.#saidByTwo(event, data.source, said, found);
    const isFailure = said.outcome === 'rejected' || said.outcome === 'returned';
    if (said.outcome === 'unknown') return;
    // Of a payment that is kept, also what a machine said after a person: the last counts.
    if (isFailure || !isMachine(meta.role) || this.#payments.has(stream)) {
      const by = this.#saidBy(event as SaidBySome, said);
      this.#people(stream).reporters.push({ attempt: said.attempt, by });
    }
  }

  /** Who recorded it, and who had said it before. */
  #saidBy({ stream, data, meta }: SaidBySome, said: Said): readonly string[] {
    const { source, saidBy = [] } = data;
    const isOwnWord = !isMachine(meta.role) && (source === 'http' || source === 'file');
    const proposed = isOwnWord ? (this.#payments.get(stream)?.outcomes ?? []) : [];
    const same = proposed.filter(({ what }) => isSame(what, said)).map(({ by }) => by);
    return this.era.isNew ? [meta.actor, ...saidBy, ...same] : [meta.actor];
  }

  #broken(event: Recorded<'PaymentBreakRecorded'>, found: Found): void {
    const { stream, data } = event;
    const { breakId, attempt, reported, reportedMinor, reportedOn } = data;
    const said = { ...data, outcome: reported, amountMinor: reportedMinor, settledOn: reportedOn };
    this.#saidByTwo(event, data.source, said, found);
    const by = this.#saidBy(event, said);
    this.#people(stream).breaks.push({ breakId, attempt, by });
  }

  /**
   * What a person says of their own knowledge was said by another before, or goes with an entry.
   */
  #saidByTwo(event: Recorded, source: string, said: Said, found: Found): void {
    const { stream, meta } = event;
    if (!this.#isUnderRules || isMachine(meta.role)) return;
    if (source === 'operator') {
      const key = `${meta.command} ${stream}`;
      const { said: before } = this.#byEntry.get(key) ?? { said: [] };
      this.#byEntry.set(key, { stream, said: [...before, said] });
    }
    if (source !== 'http' && source !== 'file') return;
    const proposed = this.#payments.get(stream)?.outcomes ?? [];
    if (!proposed.some(({ by, what }) => !isSamePerson(by, meta.actor) && isSame(what, said)))
      found('I4', 'an outcome that only one person said');
  }

  #reinstructed({ stream, data, meta }: Recorded<'PaymentReinstructed'>, found: Found): void {
    const people = this.#people(stream);
    const said = people.reporters.findLast(({ attempt }) => attempt === data.attempt - 1);
    if (this.#isUnderRules && said && isOneOf(said.by, meta.actor))
      found('I4', 'paid again by who said that it failed');
    people.reinstructors.push(meta.actor);
  }

  #resolved(event: Recorded<'PaymentBreakResolved'>, found: Found): void {
    const { stream, data, meta } = event;
    const people = this.#people(stream);
    if (!this.#isUnderRules) return;
    const { breakId, resolution } = data;
    if (isOneOf(causesOf(people, breakId), meta.actor))
      found('I4', 'a break was resolved by who caused it');
    if (resolution !== 'counted-as-settled' && resolution !== 'counted-as-returned') return;
    const alike = people.resolutions.filter(
      ({ what }) => what.breakId === breakId && what.resolution === resolution,
    );
    if (!alike.some(({ by }) => !isSamePerson(by, meta.actor)))
      found('I4', 'a break was counted as paid or come back by one person');
    requireProposer(alike, event, found);
  }

  #ofEntry(event: Recorded, found: Found): void {
    const { stream, meta } = event;
    switch (event.type) {
      case 'BankMessageReceived':
        this.#files.set(event.data.sha256, meta.actor);
        return;
      case 'BankMessageReleased': {
        const broughtBy = this.#files.get(event.data.sha256) ?? '';
        if (this.era.isNew && !isMachine(meta.role) && isSamePerson(broughtBy, meta.actor))
          found('I4', 'a file was released by who handed it over');
        return;
      }
      case 'BankEntryQuarantined':
        return this.#quarantined(event, found);
      case 'BankEntryAssignmentProposed':
        this.#entries.get(stream)?.proposals.push({ by: meta.actor, what: event.data });
        return;
      case 'BankEntryAssignmentWithdrawn':
        return withdraw(this.#entries.get(stream)?.proposals ?? [], event, () => true, found);
      case 'BankEntryAssigned':
        this.#assigned(event, found);
        return;
      case 'BankEntryDismissed':
        return this.#dismissed(event, found);
      default:
        return;
    }
  }

  #quarantined({ stream, data, meta }: Recorded<'BankEntryQuarantined'>, found: Found): void {
    const { sha256 = '', family } = data;
    // The answer of a payments block is in no file.
    if (sha256 === '' && family !== 'govstack')
      found('I4', "an entry of a bank's file does not say of which, nor so who handed it over");
    this.#entries.set(stream, { recordedBy: meta.actor, sha256, proposals: [] });
  }

  #dismissed({ stream, meta, v }: Recorded<'BankEntryDismissed'>, found: Found): void {
    if (v >= 2) this.#looksAtFiles = true;
    const entry = this.#entries.get(stream);
    this.#entries.delete(stream);
    if (!this.#isUnderRules || !entry) return;
    const broughtBy = this.#looksAtFiles ? (this.#files.get(entry.sha256) ?? '') : '';
    if (isOneOf([entry.recordedBy, broughtBy], meta.actor))
      found('I4', 'an entry was dismissed by who handed over its file');
  }

  #assigned(event: Recorded<'BankEntryAssigned'>, found: Found): void {
    const { stream, data, meta } = event;
    const key = `${meta.command} payment-${data.paymentId}`;
    const applied = this.#byEntry.get(key)?.said ?? [];
    this.#byEntry.delete(key);
    const other = applied.find(
      ({ attempt, outcome }) => attempt !== data.attempt || outcome !== data.outcome,
    );
    if (other)
      found(
        'I4',
        `an entry was given as ${data.outcome} of attempt ${data.attempt}; ${other.outcome} of ${other.attempt} was applied`,
      );
    const proposals = this.#entries.get(stream)?.proposals ?? [];
    this.#entries.delete(stream);
    if (!this.#isUnderRules) return;
    const alike = proposals.filter(
      ({ what }) =>
        what.paymentId === data.paymentId &&
        what.attempt === data.attempt &&
        what.outcome === data.outcome,
    );
    if (!alike.some(({ by }) => !isSamePerson(by, meta.actor)))
      found('I4', 'an entry was given to a payment by one person');
    requireProposer(alike, event, found);
  }
}

/** Takes somebody's own words about something out of those that wait. */
function withdraw<T>(
  proposals: Proposed<T>[],
  { meta }: Recorded,
  isAbout: (proposal: Proposed<T>) => boolean,
  found: Found,
): void {
  const left = proposals.filter((one) => !(isAbout(one) && isSamePerson(one.by, meta.actor)));
  if (left.length === proposals.length) found('I4', 'withdrawn by who had proposed nothing');
  proposals.splice(0, proposals.length, ...left);
}

/**
 * Who is said to have proposed it did so, the first of others than who decided it; versions that
 * take two say it.
 */
function requireProposer(
  proposals: readonly Proposed<unknown>[],
  { v, data: { proposedBy }, meta }: Recorded<'PaymentBreakResolved' | 'BankEntryAssigned'>,
  found: Found,
): void {
  const first = proposals.find(({ by }) => !isSamePerson(by, meta.actor));
  if (proposedBy === undefined && first && v >= 2) found('I4', 'it is not said who proposed it');
  if (proposedBy !== undefined && proposedBy !== first?.by)
    found('I4', 'it is said that somebody proposed it who did not');
}

/** An event may say an amount or a day that nobody said, and leave out what it has no place for. */
const isSame = (proposed: Said, recorded: Said): boolean =>
  proposed.attempt === recorded.attempt &&
  proposed.endToEndId === recorded.endToEndId &&
  proposed.outcome === recorded.outcome &&
  proposed.reason === recorded.reason &&
  (recorded.reference === undefined || proposed.reference === recorded.reference) &&
  (['amountMinor', 'settledOn'] as const).every(
    (one) =>
      proposed[one] === undefined || recorded[one] === undefined || proposed[one] === recorded[one],
  );

/** Who said what contradicts itself, and who paid again. */
function causesOf(
  { breaks, reporters, reinstructors }: PaymentPeople,
  breakId: string,
): readonly string[] {
  const found = breaks.find((one) => one.breakId === breakId);
  if (!found) return [];
  const said = reporters.filter(({ attempt }) => attempt === found.attempt);
  return [...found.by, ...said.flatMap(({ by }) => by), ...reinstructors];
}
