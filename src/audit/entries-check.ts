import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment } from '../kernel/ids.js';
import { isOneOf } from '../kernel/subject.js';
import { Era } from './era.js';
import { InstructedMessages } from './instructed-messages.js';
import type { Found } from './report.js';

/** Somebody looks for entries about a cycle, and then closes it, within so much time. */
const HOUR_MS = 3_600_000;

interface Waiting {
  readonly at: number;
  readonly time: string;
  readonly paymentId: string | undefined;
  readonly messageId: string | undefined;
  /** Whether it may say that money moved. */
  readonly moves: boolean;
  /** Cycles of payments that were found for it, and since when. */
  readonly candidates: Map<string, Pick<Waiting, 'at' | 'time'>>;
}
interface Cleared {
  readonly at: number;
  readonly by: string;
}
type Again = Recorded<'PaymentReinstructed'>;

/**
 * What entries of banks' files that wait for a person stand against. I2: a payment that one names,
 * by itself or by a message that it was instructed in, is not instructed again. I6: its cycle is
 * not closed. I4: who dismissed one, or resolved a break of the payment, does not pay it again, and
 * is named by who does. Nothing fences an entry that comes while somebody pays or closes: only what
 * was there before they looked counts. Some 200 bytes an entry that names something of ours, and 4
 * a payment.
 */
export class EntriesCheck {
  /** By their streams. */
  readonly #waiting = new Map<string, Waiting>();
  /** By payment or message that is named. */
  readonly #byName = new Map<string, Set<Waiting>>();
  /** By payment or message that is named: who dismissed such entries, and where. */
  readonly #dismissers = new Map<string, readonly Cleared[]>();
  /** By payment: who resolved a break of it, or had proposed that. */
  readonly #resolvers = new Map<string, readonly Cleared[]>();
  readonly messages = new InstructedMessages();
  /** By message that there is a file of. */
  readonly #cycleOf = new Map<string, string>();
  /** By cycle: where the newest run of re-instructions began. */
  readonly #begunAt = new Map<string, number>();
  /** By cycle: through where its last reconciliation looked. */
  readonly #reconciled = new Map<string, number>();

  constructor(private readonly era = new Era()) {}

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    switch (event.type) {
      case 'BankEntryQuarantined':
        return this.#quarantined(event);
      case 'BankEntryCandidatesFound':
        return this.#candidates(event);
      case 'BankEntryAssigned':
        this.#decided(event.stream);
        return;
      case 'BankEntryDismissed':
        return this.#dismissed(event);
      case 'PaymentBreakResolved':
        return this.#resolved(event);
      case 'PaymentInstructed':
        return this.messages.add(stream, event.data.messageId);
      case 'PaymentReinstructed':
        this.#requireNotNamed(event, stream, found);
        this.#requireCleared(event, stream, found);
        return this.messages.add(stream, event.data.messageId);
      case 'CycleInstructed':
      case 'CycleReinstructed':
        for (const { messageId } of event.data.files)
          this.#cycleOf.set(messageId, event.data.cycleId);
        return;
      case 'CycleReinstructionStarted':
        this.#begunAt.set(event.data.cycleId, event.position);
        return;
      case 'CycleReconciled':
        this.#reconciled.set(event.data.cycleId, event.data.throughPosition);
        return;
      case 'CycleClosed':
        return this.#closed(event, found);
      default:
        return;
    }
  }

  #quarantined({ stream, position, time, data }: Recorded<'BankEntryQuarantined'>): void {
    const { paymentId, messageId, outcome } = data;
    const moves = outcome !== 'accepted' && outcome !== 'unknown';
    const candidates: Waiting['candidates'] = new Map();
    const entry = { at: position, time, paymentId, messageId, moves, candidates };
    this.#waiting.set(stream, entry);
    const name = nameOf(entry);
    if (name !== undefined)
      this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(entry));
  }

  /** @returns what it named */
  #decided(stream: string): string | undefined {
    const entry = this.#waiting.get(stream);
    this.#waiting.delete(stream);
    const name = entry && nameOf(entry);
    if (entry && name !== undefined) this.#byName.get(name)?.delete(entry);
    return name;
  }

  #candidates({ stream, position, time, data }: Recorded<'BankEntryCandidatesFound'>): void {
    const known = this.#waiting.get(stream)?.candidates;
    if (!known) return;
    const cycles = new Set(data.candidates.map(({ paymentId }) => cycleOfPayment(paymentId)));
    for (const cycleId of known.keys()) if (!cycles.has(cycleId)) known.delete(cycleId);
    for (const cycleId of cycles)
      if (!known.has(cycleId)) known.set(cycleId, { at: position, time });
  }

  #dismissed({ stream, position, meta }: Recorded<'BankEntryDismissed'>): void {
    const name = this.#decided(stream);
    if (name === undefined) return;
    const before = this.#dismissers.get(name) ?? [];
    this.#dismissers.set(name, [...before, { at: position, by: meta.actor }]);
  }

  #resolved({ data, position: at, meta }: Recorded<'PaymentBreakResolved'>): void {
    const { paymentId, proposedBy } = data;
    const before = this.#resolvers.get(paymentId) ?? [];
    const who = proposedBy === undefined ? [meta.actor] : [meta.actor, proposedBy];
    this.#resolvers.set(paymentId, [...before, ...who.map((by) => ({ at, by }))]);
  }

  /** Whether an entry that waits names a payment since before a position. */
  isNamed(paymentId: string, stream: number, before: number): boolean {
    return this.#namesOf(paymentId, stream).some((name) =>
      [...(this.#byName.get(name) ?? [])].some(({ at }) => at < before),
    );
  }

  /** Who resolved breaks of a payment, or dismissed entries that named it, before a position. */
  clearersOf(paymentId: string, stream: number, before: number): readonly string[] {
    const names = this.#namesOf(paymentId, stream);
    const dismissers = names.flatMap((name) => this.#dismissers.get(name) ?? []);
    return [...(this.#resolvers.get(paymentId) ?? []), ...dismissers]
      .filter(({ at }) => at < before)
      .map(({ by }) => by);
  }

  /** What a payment is named by: itself, or a whole message that it was instructed in. */
  #namesOf(paymentId: string, stream: number): readonly string[] {
    return [paymentId, ...this.messages.of(stream)];
  }

  /** Where whoever instructs again had said so, and looked afterwards. */
  #lookedAt({ data: { paymentId } }: Again): number {
    return this.#begunAt.get(cycleOfPayment(paymentId)) ?? -1;
  }

  #requireNotNamed(event: Again, stream: number, found: Found): void {
    if (!this.era.isNew) return;
    const lookedAt = this.#lookedAt(event);
    if (this.isNamed(event.data.paymentId, stream, lookedAt))
      found('I2', "paid again while an entry of a bank's file that names it waits");
  }

  /** Versions that looked at them say who they were. */
  #requireCleared(event: Again, stream: number, found: Found): void {
    if (event.v < 2) return;
    const { paymentId, clearedBy = [] } = event.data;
    const resolvers = (this.#resolvers.get(paymentId) ?? []).map(({ by }) => by);
    const dismissers = this.#namesOf(paymentId, stream).flatMap(
      (name) => this.#dismissers.get(name) ?? [],
    );
    const lookedAt = this.#lookedAt(event);
    const seen = dismissers.filter(({ at }) => at < lookedAt).map(({ by }) => by);
    const known = new Set([...resolvers, ...seen]);
    if (isOneOf([...known, ...clearedBy], event.meta.actor))
      found('I4', 'paid again by who took away what stood against it');
    if ([...known].some((by) => !clearedBy.includes(by)))
      found('I4', 'paid again, and not said who took away what stood against it');
    for (const { by } of dismissers) known.add(by);
    if (clearedBy.some((by) => !known.has(by)))
      found('I4', 'paid again, and said that somebody took away what stood against it who did not');
  }

  #closed({ data: { cycleId }, time }: Recorded<'CycleClosed'>, found: Found): void {
    const through = this.#reconciled.get(cycleId) ?? -1;
    this.#reconciled.delete(cycleId);
    if (!this.era.isNew) return;
    const before = Date.parse(time) - HOUR_MS;
    const isSeen = (one: Pick<Waiting, 'at' | 'time'>): boolean =>
      one.at <= through || Date.parse(one.time) < before;
    let waiting = 0;
    for (const entry of this.#waiting.values()) {
      const candidate = entry.candidates.get(cycleId);
      if ((isSeen(entry) && this.#isAbout(entry, cycleId)) || (candidate && isSeen(candidate)))
        waiting += 1;
    }
    if (waiting > 0) found('I6', `closed while ${waiting} entries of banks that are about it wait`);
  }

  #isAbout({ paymentId, messageId = '' }: Waiting, cycleId: string): boolean {
    const isOfPayment = paymentId !== undefined && cycleOfPayment(paymentId) === cycleId;
    return isOfPayment || this.#cycleOf.get(messageId) === cycleId;
  }
}

/** That money was asked for, or that nothing is known, stands against nothing. */
const nameOf = ({ paymentId, messageId, moves }: Waiting): string | undefined =>
  moves ? (paymentId ?? messageId) : undefined;
