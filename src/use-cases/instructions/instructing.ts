import type { PayingAccount } from '../../write-side/readers.js';
import type { EventData } from '../../../events/generated.js';
import type { Instruction, MessageWriter, WrittenFile } from '../../adapters/payment-rail/port.js';
import type { StreamEvents } from '../../adapters/event-store/port.js';
import { partsOfPayment, streams } from '../../kernel/ids.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { recordEach, type UnitResult } from '../../write-side/bulk.js';
import { PaidInDoubt } from '../cycles/in-doubt.js';
import { isFreedByPayer, type InDoubt } from '../cycles/doubted-arrears.rule.js';
import { Defects, type Defect } from '../../write-side/defect.js';
import { part, type Unit } from '../../write-side/unit.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { MAX_PER_FILE, messagePart } from './message-namer.rule.js';
import { OpenEntries } from './open-entries.js';
import { outlineOf, unfitFrom, type Release } from './messages.js';
import { messageIdOf } from '../../payment/instruction-ids.rule.js';
import {
  isForFile,
  payeeAtRelease,
  releasedPayment,
  type AtRelease,
  type ReleasedPayment,
} from './released-payment.rule.js';
import { SetTally, type SetFigures } from '../cycles/ordered-set.js';
import { openPayees } from '../../person/payees.js';
import type { Payee } from '../../person/payee.rule.js';
import type { AccountHold } from '../../kernel/accounts.js';
import { ahead, pagesOf } from '../../write-side/stream-pages.js';

/**
 * A payment that meets a defect, of ours or of its record in the vault, keeps no other from being
 * instructed: it waits with those that are left out. @throws the defect for one that an earlier run
 * instructed, which its file must hold
 */
function leftOut({ instructed }: ReleasedPayment, defect: Defect): void {
  if (instructed) throw defect;
}

/** A payment with what its instruction takes from the person and the vault. */
interface Item extends ReleasedPayment {
  readonly payee: Payee;
  readonly account: Instruction['payee'];
}
/**
 * A file to be. Its places are taken in payment-id order; a payment is added once its instruction
 * is durable.
 */
interface Message {
  readonly id: string;
  readonly account: PayingAccount;
  places: number;
  writer: MessageWriter | undefined;
  file: WrittenFile | undefined;
}
interface Place {
  readonly message: Message;
  readonly item: Item;
  /** Index of the unit; -1 where it is recorded already. */
  readonly unit: number;
}
/** The message of one account that is being filled, and how many came before it. */
interface Filling {
  current: Message | undefined;
  sequence: number;
}

/**
 * Which payments: those ordered in the round that was released, at the log position of the release.
 */
export interface ReleasedSet {
  readonly cycleId: string;
  readonly round: number;
  readonly position: number;
  /** Absent: as the terms of each account say. */
  readonly maxPerFile?: number;
  readonly hold: AccountHold;
  /** Who prepared, approved and released it. */
  readonly people: readonly string[];
}

/**
 * One run over the payments of a released cycle. Payments are recorded in payment-id order, so
 * those that a killed run instructed come first, under the messages they were given then; the
 * others follow in the last message or a new one.
 */
export class Instructing {
  count = 0;
  totalMinor = 0n;
  readonly #tally = new SetTally();
  readonly #remittance: string;
  readonly #messages: Message[] = [];
  readonly #filling = new Map<PayingAccount, Filling>();
  readonly #inDoubt: PaidInDoubt;
  /** Pages are added to their files one after the other. */
  #written: Promise<void> = Promise.resolve();
  #seen = 0;

  constructor(
    private readonly deps: Deps,
    private readonly base: JobContext,
    private readonly release: Release,
    private readonly released: ReleasedSet,
    private readonly onProgress?: OnProgress,
  ) {
    const asOf = released.position;
    this.#inDoubt = new PaidInDoubt(deps.store, release.programmeId, {
      asOf,
      entries: new OpenEntries(deps.store, asOf),
    });
    this.#remittance = release.terms.remittanceOf(release.period);
  }

  /** The set found in the log, to be compared with the one released. Complete after `finish`. */
  get set(): SetFigures {
    return this.#tally.figures();
  }

  /**
   * Pages of payments with their payees; an erased person, one without an account, whose account
   * is held, whose household is not due the months any more, whose arrears or earlier months a bank
   * may have paid, or of whom no message can be written, is left out: they are instructed with
   * those that are instructed again. Accounts, how long they are held, and enrolments are those at
   * the release, so that a run that goes on later pays nobody that the first had left out, in the
   * middle of its files.
   */
  async *pages(signal?: AbortSignal): AsyncGenerator<readonly Item[]> {
    const walked = pagesOf(
      this.deps.store,
      `payment-${this.released.cycleId}-`,
      signal ? { signal } : {},
    );
    for await (const items of ahead(walked, (page) => this.#itemsOf(page))) {
      yield items;
      this.onProgress?.({ what: 'payments', done: this.#seen });
    }
  }

  async #itemsOf(page: readonly StreamEvents[]): Promise<readonly Item[]> {
    const { round, hold } = this.released;
    const found: ReleasedPayment[] = [];
    for (const { stream, events } of page) {
      const payment = releasedPayment(stream, events, round);
      if (!payment) continue;
      const { paymentId, ordered } = payment;
      this.#tally.add(paymentId, ordered.amountMinor, ordered.currency);
      if (isForFile(payment)) found.push(payment);
    }
    this.#seen += page.length;
    const atRelease = await this.#atRelease(found);
    const doubted = await this.#doubted(found);
    const defects = new Defects();
    const payees = found.map((payment, i) =>
      defects.look(
        () =>
          this.#waits(doubted.get(payment.paymentId))
            ? undefined
            : payeeAtRelease(payment, atRelease[i]!, hold, this.release.createdAt),
        (defect) => leftOut(payment, defect),
      ),
    );
    defects.finish();
    const accounts = await openPayees(this.deps.vault, payees, (i, damaged) =>
      leftOut(found[i]!, damaged),
    );
    const written = new Defects();
    const items = found.flatMap((payment, i): Item[] => {
      if (payees[i] && accounts[i]) {
        const item = { ...payment, payee: payees[i], account: accounts[i] };
        const fits = written.look(
          () => unfitFrom(this.deps.rail, this.#from(item), this.#instruction(item)) === undefined,
          (defect) => leftOut(payment, defect),
        );
        if (fits === true) return [item];
      }
      // Instructed before its payee was erased, or by a version that took what no file can hold: it
      // counts, though no file has it.
      if (payment.instructed) this.#count(payment.ordered.amountMinor);
      return [];
    });
    written.finish();
    return items;
  }

  /**
   * By payment, arrears that it carries, or months before its own, of which a bank said, by the
   * release, that they may be paid, and nobody, or somebody who pays them, has resolved that.
   */
  #doubted(payments: readonly ReleasedPayment[]) {
    const carrying = payments.map(({ paymentId, ordered }) => ({
      paymentId,
      items: ordered.items,
    }));
    return this.#inDoubt.of(carrying);
  }

  #waits(doubted: readonly InDoubt[] = []): boolean {
    return doubted.some((one) => one.waits || isFreedByPayer(one, this.released.people));
  }

  async #atRelease(payments: readonly ReleasedPayment[]): Promise<readonly AtRelease[]> {
    const { store } = this.deps;
    const asOf = { asOf: this.released.position };
    const of = payments.map(({ paymentId }) => partsOfPayment(paymentId));
    const [persons, enrolments] = await Promise.all([
      store.readStreams(
        of.map(({ personId }) => streams.person(personId)),
        asOf,
      ),
      store.readStreams(
        of.map(({ programmeId, personId }) => streams.enrolment(programmeId, personId)),
        asOf,
      ),
    ]);
    return of.map((_, i) => ({ person: persons[i]!.events, enrolment: enrolments[i]!.events }));
  }

  /**
   * Starts synchronously, so that pages given one after the other are recorded, and written, in
   * that order.
   */
  async instruct(items: readonly Item[]): Promise<void> {
    const places: Place[] = [];
    const units: Unit[] = [];
    const full: Message[] = [];
    for (const item of items) {
      const message = this.#messageFor(item, full);
      message.places += 1;
      places.push({
        message,
        item,
        unit: item.instructed ? -1 : units.push(this.#unit(item, message.id)) - 1,
      });
    }
    const recorded = recordEach(this.deps, units, this.base);
    const written = this.#written.then(async () => this.#write(places, await recorded, full));
    this.#written = written;
    // Whoever awaits sees the failure; a page that nobody awaits any more must not end the process.
    recorded.catch(() => undefined);
    written.catch(() => undefined);
    await written;
  }

  /** Writes the last message of each account. */
  async finish(): Promise<void> {
    await this.#written;
    for (const { current } of this.#filling.values())
      if (current) await this.#finishMessage(current);
  }

  /** Leaves nothing of files that were not finished. After `finish` it does nothing. */
  async abandon(): Promise<void> {
    await this.#written.catch(() => undefined);
    for (const { writer } of this.#messages) await writer?.abandon();
  }

  /** The files written, in the order in which they were begun. Complete after `finish`. */
  get files(): EventData['CycleInstructed']['files'] {
    return this.#messages.flatMap(({ file }) => (file ? [file] : []));
  }

  async #write(
    places: readonly Place[],
    results: readonly UnitResult[],
    full: readonly Message[],
  ): Promise<void> {
    const added = new Map<Message, Instruction[]>();
    for (const { message, item, unit } of places) {
      if (unit >= 0 && results[unit]!.kind === 'refused') continue;
      const instructions = added.get(message);
      if (instructions) instructions.push(this.#instruction(item));
      else added.set(message, [this.#instruction(item)]);
      this.#count(item.ordered.amountMinor);
    }
    for (const [message, instructions] of added) {
      message.writer ??= await this.deps.rail.begin(
        outlineOf(this.release, message.account, message.id),
      );
      await message.writer.add(instructions);
    }
    for (const message of full) await this.#finishMessage(message);
  }

  async #finishMessage(message: Message): Promise<void> {
    message.file = await message.writer?.finish();
    message.writer = undefined;
  }

  #count(amountMinor: string): void {
    this.count += 1;
    this.totalMinor += BigInt(amountMinor);
  }

  #from({ account, ordered }: Item): PayingAccount {
    return this.release.terms.accountFor(ordered.region, account.kind);
  }

  #messageFor(item: Item, full: Message[]): Message {
    const { instructed } = item;
    const from = this.#from(item);
    const filling = this.#filling.get(from) ?? { current: undefined, sequence: 0 };
    this.#filling.set(from, filling);
    const { current } = filling;
    const limit = this.released.maxPerFile ?? from.maxPerFile ?? MAX_PER_FILE;
    if (current && (instructed ? instructed.messageId === current.id : current.places < limit))
      return current;
    if (current) full.push(current);
    filling.sequence += 1;
    const id =
      instructed?.messageId ??
      messageIdOf(
        this.release.programmeId,
        this.release.period,
        messagePart(from, String(filling.sequence).padStart(4, '0')),
      );
    filling.current = { id, account: from, places: 0, writer: undefined, file: undefined };
    this.#messages.push(filling.current);
    return filling.current;
  }

  #unit({ paymentId, events, endToEndId, payee }: Item, messageId: string): Unit {
    return {
      verb: 'instruct',
      key: paymentId,
      loaded: [events],
      parts: [
        part(streams.payment(paymentId), paymentDecider, {
          type: 'InstructPayment',
          messageId,
          endToEndId,
          accountId: payee.accountId,
          executionDate: this.release.executionDate,
        }),
      ],
    };
  }

  #instruction({ paymentId, ordered, account, endToEndId }: Item): Instruction {
    return {
      paymentId,
      attempt: 1,
      endToEndId,
      amountMinor: BigInt(ordered.amountMinor),
      currency: ordered.currency,
      payee: account,
      remittance: this.#remittance,
    };
  }
}
