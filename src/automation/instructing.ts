import type { EventData } from '../../events/generated.js';
import type { Instruction, WrittenFile } from '../adapters/payment-rail/port.js';
import type { StreamEvents } from '../adapters/event-store/port.js';
import type { Recorded } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import { paymentDecider } from '../payment/payment.decider.js';
import { record, task, type Unit } from './batch.js';
import type { Deps, JobContext, OnProgress } from './job.js';
import { endToEndIdOf, messageIdOf, remittanceOf, writeMessage, type Release } from './messages.js';
import { orderedInRound, SetTally, type SetFigures } from './ordered-set.js';
import { openPayees, payeeOf, type Payee } from './payees.js';
import { ahead, pagesOf } from './walk.js';

/** A payment of the released set with what its instruction takes from the person and the vault. */
interface Item {
  readonly paymentId: string;
  readonly events: readonly Recorded[];
  readonly ordered: { readonly amountMinor: string; readonly currency: string };
  /** The first instruction, where an earlier run recorded it: it is not decided again. */
  readonly instructed: EventData['PaymentInstructed'] | undefined;
  readonly endToEndId: string;
  readonly payee: Payee;
  readonly account: Instruction['payee'];
}
/** A file to be: its places are taken in payment-id order, and filled once the payment's instruction is durable. */
interface Message { readonly id: string; readonly instructions: (Instruction | undefined)[] }
interface Place { readonly message: Message; readonly place: number; readonly item: Item; /** Index of the unit; -1 where it is recorded already. */ readonly unit: number }

/** Which payments: those ordered in the round that was released, at the log position of the release. */
export interface ReleasedSet { readonly cycleId: string; readonly round: number; readonly position: number; readonly maxPerFile: number }

/**
 * One run over the payments of a released cycle. Payments are recorded in payment-id order, so those that a killed run
 * instructed come first, under the messages they were given then; the others follow in the last message or a new one.
 */
export class Instructing {
  count = 0;
  totalMinor = 0n;
  readonly #tally = new SetTally();
  readonly #files: Promise<WrittenFile | undefined>[] = [];
  readonly #remittance: string;
  #message: Message | undefined;
  #sequence = 0;
  #durable: Promise<void> = Promise.resolve();
  #seen = 0;

  constructor(
    private readonly deps: Deps, private readonly base: JobContext, private readonly release: Release,
    private readonly released: ReleasedSet, private readonly onProgress?: OnProgress,
  ) {
    this.#remittance = remittanceOf(release.programmeId, release.period);
  }

  /** The set found in the log, to be compared with the one released. Complete after `finish`. */
  get set(): SetFigures { return this.#tally.figures(); }

  /**
   * Pages of payments with their payees; an erased person or one without an account is left out. Accounts are those at
   * the release, so that a run that goes on later pays nobody that the first had left out, in the middle of its files.
   */
  async *pages(signal?: AbortSignal): AsyncGenerator<readonly Item[]> {
    const walked = pagesOf(this.deps.store, `payment-${this.released.cycleId}-`, signal ? { signal } : {});
    for await (const items of ahead(walked, (page) => this.#itemsOf(page))) {
      yield items;
      this.onProgress?.({ what: 'payments', done: this.#seen });
    }
  }

  async #itemsOf(page: readonly StreamEvents[]): Promise<readonly Item[]> {
    const { cycleId, round, position } = this.released;
    const found: Omit<Item, 'payee' | 'account'>[] = [];
    for (const { stream, events } of page) {
      const ordered = orderedInRound(events, round);
      if (!ordered) continue;
      const paymentId = stream.slice('payment-'.length);
      this.#tally.add(paymentId, ordered.amountMinor, ordered.currency);
      const instructed = events.find((event) => event.type === 'PaymentInstructed')?.data;
      if (instructed || events.at(-1)!.type !== 'PaymentCancelled') {
        found.push({ paymentId, events, ordered, instructed, endToEndId: instructed?.endToEndId ?? endToEndIdOf(paymentId, 1) });
      }
    }
    this.#seen += page.length;
    const persons = await this.deps.store.readStreams(found.map(({ paymentId }) => streams.person(paymentId.slice(cycleId.length + 1))), { asOf: position });
    const payees = found.map(({ instructed }, i) => payeeOf(persons[i]!.events, instructed?.accountId));
    const accounts = await openPayees(this.deps.vault, payees);
    return found.flatMap((payment, i): Item[] => {
      if (payees[i] && accounts[i]) return [{ ...payment, payee: payees[i], account: accounts[i] }];
      // Instructed before its payee was erased: it counts, though no file can name the payee any more.
      if (payment.instructed) this.#count(payment.ordered.amountMinor);
      return [];
    });
  }

  /** Starts synchronously, so that pages given one after the other are recorded in that order. */
  async instruct(items: readonly Item[]): Promise<void> {
    const places: Place[] = [];
    const units: Unit[] = [];
    const full: Message[] = [];
    for (const item of items) {
      const message = this.#messageFor(item.instructed?.messageId, full);
      const place = message.instructions.push(undefined) - 1;
      places.push({ message, place, item, unit: item.instructed ? -1 : units.push(this.#unit(item, message.id)) - 1 });
    }
    const recorded = this.#record(places, units);
    this.#durable = Promise.all([this.#durable, recorded]).then(() => undefined);
    this.#durable.catch(() => undefined);
    const writes = full.map((message) => this.#write(message));
    await recorded;
    await Promise.all(writes);
  }

  /** Writes the last message and waits for all. */
  async finish(): Promise<void> {
    if (this.#message) await this.#write(this.#message);
    await Promise.all(this.#files);
  }

  /** The files written, in order. Complete after `finish`. */
  async files(): Promise<EventData['CycleInstructed']['files']> {
    return (await Promise.all(this.#files)).filter((file) => file !== undefined);
  }

  async #record(places: readonly Place[], units: readonly Unit[]): Promise<void> {
    const results = await record(this.deps, units, this.base);
    for (const { message, place, item, unit } of places) {
      if (unit >= 0 && results[unit]!.kind === 'refused') continue;
      message.instructions[place] = this.#instruction(item);
      this.#count(item.ordered.amountMinor);
    }
  }

  #count(amountMinor: string): void {
    this.count += 1;
    this.totalMinor += BigInt(amountMinor);
  }

  /** Once everything given so far is durable. */
  #write(message: Message): Promise<WrittenFile | undefined> {
    const writing = this.#durable.then(async () => {
      const instructions = message.instructions.filter((instruction) => instruction !== undefined);
      return instructions.length === 0 ? undefined : writeMessage(this.deps.rail, this.release, message.id, instructions);
    });
    writing.catch(() => undefined);
    this.#files.push(writing);
    return writing;
  }

  #messageFor(recorded: string | undefined, full: Message[]): Message {
    const current = this.#message;
    if (current && (recorded === undefined ? current.instructions.length < this.released.maxPerFile : recorded === current.id)) return current;
    if (current) full.push(current);
    this.#sequence += 1;
    const id = recorded ?? messageIdOf(this.release.programmeId, this.release.period, String(this.#sequence).padStart(4, '0'));
    return (this.#message = { id, instructions: [] });
  }

  #unit({ paymentId, events, endToEndId, payee }: Item, messageId: string): Unit {
    return {
      verb: 'instruct', key: paymentId, loaded: [events],
      tasks: [task(streams.payment(paymentId), paymentDecider, {
        command: { type: 'InstructPayment', messageId, endToEndId, accountId: payee.accountId, executionDate: this.release.executionDate },
      })],
    };
  }

  #instruction({ paymentId, ordered, account, endToEndId }: Item): Instruction {
    return {
      paymentId, attempt: 1, endToEndId,
      amountMinor: BigInt(ordered.amountMinor), currency: ordered.currency,
      payee: account, remittance: this.#remittance,
    };
  }
}
