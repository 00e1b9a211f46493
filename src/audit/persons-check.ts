import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment, partsOfPayment } from '../kernel/ids.js';
import { foldSubject } from '../kernel/subject.js';
import { hash64 } from '../kernel/text-hash.js';
import type { Era } from './era.js';
import type { Found } from './report.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

/** What others of the audit know of streams. */
export interface KnownStreams {
  /** Dense number of a stream; -1 for none. */
  numberOf(stream: string): number;
  /** Whether the stream of that number is of a person who was registered and is not erased. */
  isRegistered(stream: number): boolean;
  /** Whether that stream is of an enrolment that is active or suspended. */
  isEnrolled(stream: number): boolean;
}

/** An account is looked at, and then paid on, within so much time. */
const HOUR_MS = 3_600_000;

/**
 * I1, I2 and I7 as far as they are about who and where a person is: applications and enrolments are
 * of persons who are registered, in the region where they live; an account that is verified or
 * closed is the one that the person has, and nothing is instructed to one that was closed before.
 * I4 for an account that is verified: by another than registered it, be it the first or not. 12
 * bytes a person, and more for accounts that were closed.
 */
export class PersonsCheck {
  readonly #programmes: string[] = [];
  readonly #regions: string[] = [''];
  /** By person's stream: where they live, where they lived before, as numbers. */
  #region = new Uint16Array(FIRST_ROOM);
  #before = new Uint16Array(FIRST_ROOM);
  /** By person's stream: hash of the id of the account that they have; 0 for none. */
  #account = new Int32Array(FIRST_ROOM);
  /** By person's stream: the number of who registered that account. */
  #registrant = new Int32Array(FIRST_ROOM);
  readonly #actors = new Map<string, number>();
  /** By person and account: another's of the same id is another. */
  readonly #closed = new Map<string, { readonly position: number; readonly at: number }>();
  readonly #releases = new Map<string, number>();

  constructor(
    private readonly streams: KnownStreams,
    private readonly era: Era,
  ) {}

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    switch (event.type) {
      case 'ProgrammeDefined':
        this.#programmes.push(event.data.programmeId);
        return;
      case 'PersonErased':
        return this.#erased(event, found);
      case 'PersonRegistered':
        this.#fit(stream);
        this.#region[stream] = this.#numberOf(event.data.region);
        return;
      case 'PersonMoved':
        return this.#moved(event, stream, found);
      case 'ApplicationSubmitted':
      case 'EnrolmentStarted':
        return this.#requireAtHome(event, found);
      case 'EnrolmentMoved':
        return this.#requireRegion(this.#personOf(event.data), event.data.region, found);
      case 'PayeeAccountRegistered':
        this.#fit(stream);
        this.#account[stream] = hashOf(event.data.accountId);
        this.#registrant[stream] = this.#numberOfActor(event);
        return;
      case 'PayeeAccountVerified':
        return this.#verified(event, stream, found);
      case 'PayeeAccountClosed':
        return this.#accountClosed(event, stream, found);
      case 'CycleReleased':
        this.#releases.set(event.data.cycleId, event.position);
        return;
      case 'CycleInstructed':
        // What was left out is instructed after it, on the accounts of then.
        this.#releases.delete(event.data.cycleId);
        return;
      case 'PaymentInstructed':
      case 'PaymentReinstructed':
        return this.#instructed(event, found);
      default:
        return;
    }
  }

  #moved({ data }: Recorded<'PersonMoved'>, stream: number, found: Found): void {
    this.#fit(stream);
    const before = this.#region[stream]!;
    if (this.#regions[before] !== data.fromRegion)
      found('I7', `moved from ${data.fromRegion}; the person is of ${this.#regions[before]}`);
    this.#before[stream] = before;
    this.#region[stream] = this.#numberOf(data.region);
  }

  /** Older versions ended enrolments after they erased. */
  #erased({ data, v }: Recorded<'PersonErased'>, found: Found): void {
    if (v < 2) return;
    for (const programme of this.#programmes) {
      const enrolment = this.streams.numberOf(`enrolment-${programme}-${data.personId}`);
      if (this.streams.isEnrolled(enrolment)) found('I7', `erased while enrolled in ${programme}`);
    }
  }

  #requireAtHome(
    { type, data }: Recorded<'ApplicationSubmitted' | 'EnrolmentStarted'>,
    found: Found,
  ): void {
    const person = this.#personOf(data);
    if (!this.streams.isRegistered(person))
      return found('I1', `${type} of somebody who is not registered, or was erased`);
    // Older versions enrolled where the application was from, wherever the person lived by then.
    if (type === 'ApplicationSubmitted' || this.era.isNew)
      this.#requireRegion(person, data.region, found);
  }

  /** Who looks where somebody lives may write it down just after they moved. */
  #requireRegion(person: number, region: string, found: Found): void {
    const now = this.#regions[this.#region[person] ?? 0];
    const before = this.#regions[this.#before[person] ?? 0];
    if (region !== now && region !== before)
      found('I7', `in ${region}; the person is of ${now === '' ? 'none' : now}`);
  }

  #verified(event: Recorded<'PayeeAccountVerified'>, stream: number, found: Found): void {
    if (this.#account[stream] !== hashOf(event.data.accountId))
      found('I4', 'an account was verified that the person does not have');
    else if (this.#registrant[stream] === this.#numberOfActor(event))
      found('I4', 'the account was verified by who registered it');
  }

  #accountClosed(
    { data, position, time }: Recorded<'PayeeAccountClosed'>,
    stream: number,
    found: Found,
  ): void {
    if (this.#account[stream] !== hashOf(data.accountId))
      found('I2', 'an account was closed that the person does not have');
    this.#closed.set(`${data.personId} ${data.accountId}`, { position, at: Date.parse(time) });
    this.#account[stream] = 0;
  }

  /** A cycle is instructed on the accounts of its release, what follows on those of then. */
  #instructed(
    { type, data, time }: Recorded<'PaymentInstructed' | 'PaymentReinstructed'>,
    found: Found,
  ): void {
    if (this.#closed.size === 0) return;
    const { personId } = partsOfPayment(data.paymentId);
    const closed = this.#closed.get(`${personId} ${data.accountId}`);
    if (!closed) return;
    const released =
      type === 'PaymentInstructed' ? this.#releases.get(cycleOfPayment(data.paymentId)) : undefined;
    const isClosed =
      released === undefined ? closed.at + HOUR_MS < Date.parse(time) : closed.position < released;
    if (isClosed) found('I2', 'instructed to an account that was closed before');
  }

  #personOf({ personId }: { readonly personId: string }): number {
    return this.streams.numberOf(`person-${personId}`);
  }

  #numberOf(region: string): number {
    const known = this.#regions.indexOf(region);
    return known < 0 ? this.#regions.push(region) - 1 : known;
  }

  #numberOfActor({ meta }: Recorded): number {
    const actor = foldSubject(meta.actor);
    const number = this.#actors.get(actor) ?? this.#actors.size;
    this.#actors.set(actor, number);
    return number;
  }

  #fit(stream: number): void {
    this.#region = withRoomFor(this.#region, stream, Uint16Array);
    this.#before = withRoomFor(this.#before, stream, Uint16Array);
    this.#account = withRoomFor(this.#account, stream, Int32Array);
    this.#registrant = withRoomFor(this.#registrant, stream, Int32Array);
  }
}

/** Never 0, which is for none. */
const hashOf = (text: string): number => hash64(text)[0] || 1;
