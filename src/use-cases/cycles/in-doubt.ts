import type { EventData } from '../../../events/generated.js';
import type { EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { partsOfPayment, paymentId as paymentIdOf, streams } from '../../kernel/ids.js';
import { cyclesOf } from '../../cycle/cycle-reader.js';
import { DoubtedArrears, type Looking } from './doubted-arrears.js';
import type { InDoubt } from './doubted-arrears.rule.js';
import { doubtedMonths, earlierMonths } from './doubted-months.rule.js';
import { identityHoldersOf } from '../households/identity-holders.js';
import { timesEnrolled } from '../households/months-paid.rule.js';

interface Carrying {
  readonly paymentId: string;
  readonly items: EventData['PaymentOrdered']['items'];
}

/**
 * What of a programme's payments may have been paid by an earlier payment which had failed when
 * they were ordered: the arrears that they carry, and months that a first payment pays because an
 * earlier one to the same identity did not (for another person, or in an earlier enrolment).
 */
export class PaidInDoubt {
  readonly #arrears: DoubtedArrears;
  #periods: Promise<readonly string[]> | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly programmeId: string,
    private readonly looking: Looking = {},
  ) {
    this.#arrears = new DoubtedArrears(store, programmeId, looking);
  }

  /** By payment, what waits or what somebody freed; payments without are left out. */
  async of(payments: readonly Carrying[]): Promise<ReadonlyMap<string, readonly InDoubt[]>> {
    const [arrears, months] = await Promise.all([
      this.#arrears.carriedBy(payments),
      this.#monthsOf(payments),
    ]);
    const found = new Map<string, readonly InDoubt[]>(arrears);
    for (const [id, one] of months) found.set(id, [...(found.get(id) ?? []), one]);
    return found;
  }

  /** Reads nothing where no payment pays months before its own: few do. */
  async #monthsOf(payments: readonly Carrying[]): Promise<ReadonlyMap<string, InDoubt>> {
    const { entries } = this.looking;
    const paying = payments.filter(({ paymentId, items }) => {
      const { period } = partsOfPayment(paymentId);
      return earlierMonths(items, period).length > 0;
    });
    if (paying.length === 0) return new Map();
    const before = await this.#paidBefore(paying.map(({ paymentId }) => paymentId));
    if (before.size === 0) return new Map();
    await entries?.read();
    const doubted = paying.flatMap(({ paymentId, items }) => {
      const { period } = partsOfPayment(paymentId);
      const one = doubtedMonths(items, period, before.get(paymentId) ?? [], entries);
      return one ? [[paymentId, one] as const] : [];
    });
    return new Map(doubted);
  }

  /**
   * By payment, those of earlier cycles to who had the identity: to others, and to the same person
   * where they were enrolled before.
   */
  async #paidBefore(
    paymentIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly (readonly Recorded[])[]>> {
    const { store, programmeId } = this;
    const persons = paymentIds.map((id) => partsOfPayment(id).personId);
    const [holders, enrolments, periods] = await Promise.all([
      identityHoldersOf(store, persons),
      this.#streams(persons.map((personId) => streams.enrolment(programmeId, personId))),
      (this.#periods ??= this.#readPeriods()),
    ]);
    const again = new Set(persons.filter((_, i) => timesEnrolled(enrolments[i]!.events) > 1));
    const had = new Map(holders);
    const wanted = paymentIds.flatMap((paymentId) => {
      const { personId, period } = partsOfPayment(paymentId);
      return (had.get(personId) ?? [personId])
        .filter((holder) => holder !== personId || again.has(holder))
        .flatMap((holder) =>
          periods
            .filter((earlier) => earlier < period)
            .map((earlier) => ({
              paymentId,
              stream: streams.payment(paymentIdOf(programmeId, earlier, holder)),
            })),
        );
    });
    const read = await this.#streams(wanted.map(({ stream }) => stream));
    const before = new Map<string, (readonly Recorded[])[]>();
    for (const [i, { paymentId }] of wanted.entries()) {
      const { events } = read[i]!;
      if (events.length === 0) continue;
      before.set(paymentId, [...(before.get(paymentId) ?? []), events]);
    }
    return before;
  }

  async #readPeriods(): Promise<readonly string[]> {
    const { store, programmeId, looking } = this;
    return (await cyclesOf(store, programmeId, looking.asOf)).map(({ period }) => period);
  }

  #streams(names: readonly string[]) {
    const { asOf } = this.looking;
    return this.store.readStreams(names, asOf === undefined ? {} : { asOf });
  }
}
