import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { Era } from './era.js';
import type { Found } from './report.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

type Instructed = Recorded<'PaymentInstructed' | 'PaymentReinstructed'>;
type Outcome = Recorded<
  'PaymentAccepted' | 'PaymentSettled' | 'PaymentRejected' | 'PaymentReturned'
>;
type Proposed = EventData['PaymentOutcomeProposed'];
type Money = { readonly amountMinor?: string | undefined; readonly currency?: string | undefined };

/** Days by which a value date may be before the instruction or after today. */
const VALUE_DAYS = 10;
const DAY_MS = 86_400_000;
const dayOf = (text: string): number => Math.floor(Date.parse(text.slice(0, 10)) / DAY_MS);
const shown = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/**
 * I2, as far as it is about what a bank says: that nothing was applied to a payment which does not
 * agree with its instruction in reference, amount, currency and day, unless a person decided it. 15
 * bytes a payment.
 */
export class OutcomeCheck {
  #currencies: string[] = [];
  #currencyOf = new Uint8Array(FIRST_ROOM);
  #amounts = new BigInt64Array(FIRST_ROOM);
  /** Hash of the live instruction's end-to-end id. */
  #references = new Int32Array(FIRST_ROOM);
  /** The first day on which money can have moved for it, in days since 1970. */
  #first = new Uint16Array(FIRST_ROOM);
  readonly #attempts = new Map<number, number>();
  readonly #proposals = new Map<string, Proposed[]>();
  readonly #entries = new Map<string, Money>();
  /** Where and by which command an outcome was applied last. */
  #applied:
    { readonly command: string; readonly paymentId: string; readonly stream: number } | undefined;

  constructor(private readonly era = new Era()) {}

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    switch (event.type) {
      case 'PaymentOrdered':
        this.#fit(stream);
        this.#amounts[stream] = BigInt(event.data.amountMinor);
        this.#currencyOf[stream] = this.#numberOf(event.data.currency);
        return;
      case 'PaymentInstructed':
      case 'PaymentReinstructed':
        return this.#instructed(event, stream, found);
      case 'PaymentAccepted':
      case 'PaymentSettled':
      case 'PaymentRejected':
      case 'PaymentReturned':
        return this.#outcome(event, stream, found);
      case 'PaymentBooked':
        return this.#requireBookingDays(event, stream, found);
      case 'PaymentOutcomeProposed': {
        const { paymentId } = event.data;
        this.#proposals.set(paymentId, [...(this.#proposals.get(paymentId) ?? []), event.data]);
        return;
      }
      case 'BankEntryQuarantined': {
        const { entryId, amountMinor, currency } = event.data;
        this.#entries.set(entryId, { amountMinor, currency });
        return;
      }
      case 'BankEntryAssigned':
        return this.#assigned(event, found);
      default:
        return;
    }
  }

  #instructed({ data, time }: Instructed, stream: number, found: Found): void {
    const { endToEndId, currency, executionDate, attempt } = data;
    this.#fit(stream);
    this.#requireCurrency('instructed', currency, stream, found);
    this.#references[stream] = hashOf(endToEndId);
    this.#first[stream] = Math.max(0, Math.min(dayOf(executionDate), dayOf(time)));
    if (attempt > 1) this.#attempts.set(stream, attempt);
  }

  /** The days that a bank said of the booking; before version 4 no event has them. */
  #requireBookingDays(
    { data, time }: Recorded<'PaymentSettled' | 'PaymentReturned' | 'PaymentBooked'>,
    stream: number,
    found: Found,
  ): void {
    if (!this.era.isNew || data.attempt !== (this.#attempts.get(stream) ?? 1)) return;
    const { bookedOn, valueOn } = data.booking ?? {};
    for (const [day, around, what] of [
      [bookedOn, 0, 'booked'],
      [valueOn, VALUE_DAYS, 'of value'],
    ] as const) {
      const first = this.#first[stream]! - around;
      const last = dayOf(time) + (around === 0 ? 1 : around);
      if (day !== undefined && (dayOf(day) < first || dayOf(day) > last))
        found('I2', `${what} on ${day}, which is not between ${shown(first)} and ${shown(last)}`);
    }
  }

  #outcome(event: Outcome, stream: number, found: Found): void {
    const { data, meta } = event;
    this.#fit(stream);
    if (
      data.attempt === (this.#attempts.get(stream) ?? 1) &&
      hashOf(data.endToEndId) !== this.#references[stream]
    )
      found('I2', `${event.type} for ${data.endToEndId}, which is not what was instructed`);
    if (event.type === 'PaymentSettled') {
      this.#requireCurrency('settled', event.data.currency, stream, found);
      this.#requireDay(event, stream, found);
    }
    if (event.type === 'PaymentSettled' || event.type === 'PaymentReturned')
      this.#requireBookingDays(event, stream, found);
    this.#requireAsProposed(event, stream, found);
    this.#applied = { command: meta.command, paymentId: data.paymentId, stream };
  }

  #requireCurrency(what: string, currency: string, stream: number, found: Found): void {
    const ordered = this.#currencies[this.#currencyOf[stream]! - 1];
    if (ordered !== undefined && ordered !== currency)
      found('I2', `${what} in ${currency}; ordered in ${ordered}`);
  }

  /** Logs of before version 0.3, whose events do not say how they came, had no such rule. */
  #requireDay({ data, time }: Recorded<'PaymentSettled'>, stream: number, found: Found): void {
    if (!this.era.isNew) return;
    const settled = dayOf(data.settledOn);
    const first = this.#first[stream]!;
    const last = dayOf(time) + 1;
    if (settled < first || settled > last)
      found(
        'I2',
        `settled on ${data.settledOn}, which is not between ${shown(first)} and ${shown(last)}`,
      );
  }

  /** What two persons said is of the payment's amount, where it names one. */
  #requireAsProposed({ type, data, meta }: Outcome, stream: number, found: Found): void {
    if (meta.role === 'payment-system' || (data.source !== 'http' && data.source !== 'file'))
      return;
    const outcome = OUTCOMES[type];
    const said = (this.#proposals.get(data.paymentId) ?? []).filter(
      (one) => one.outcome === outcome && one.attempt === data.attempt,
    );
    const [first] = said;
    if (!first || said.some((one) => this.#isSame(one, stream))) return;
    found('I2', `${outcome} as of ${inWords(first)}; the payment is of ${this.#money(stream)}`);
  }

  /** An entry that was given to a payment and moved it is of its amount. */
  #assigned({ data, meta }: Recorded<'BankEntryAssigned'>, found: Found): void {
    const applied = this.#applied;
    const entry = this.#entries.get(data.entryId);
    if (applied?.command !== meta.command || applied.paymentId !== data.paymentId || !entry) return;
    if (!this.#isSame(entry, applied.stream))
      found(
        'I2',
        `${data.outcome} by an entry of ${inWords(entry)}; the payment is of ${this.#money(applied.stream)}`,
      );
  }

  #isSame({ amountMinor, currency }: Money, stream: number): boolean {
    return (
      (amountMinor === undefined || BigInt(amountMinor) === this.#amounts[stream]) &&
      (currency === undefined || currency === this.#currencies[this.#currencyOf[stream]! - 1])
    );
  }

  #money(stream: number): string {
    return `${this.#amounts[stream]} ${this.#currencies[this.#currencyOf[stream]! - 1] ?? ''}`;
  }

  /** From 1; 0 is for none. */
  #numberOf(currency: string): number {
    const known = this.#currencies.indexOf(currency);
    return known < 0 ? this.#currencies.push(currency) : known + 1;
  }

  #fit(stream: number): void {
    this.#currencyOf = withRoomFor(this.#currencyOf, stream, Uint8Array);
    this.#amounts = withRoomFor(this.#amounts, stream, BigInt64Array);
    this.#references = withRoomFor(this.#references, stream, Int32Array);
    this.#first = withRoomFor(this.#first, stream, Uint16Array);
  }
}

const OUTCOMES: Readonly<Record<Outcome['type'], Proposed['outcome']>> = {
  PaymentAccepted: 'accepted',
  PaymentSettled: 'settled',
  PaymentRejected: 'rejected',
  PaymentReturned: 'returned',
};

const inWords = ({ amountMinor = 'no amount', currency = '' }: Money): string =>
  `${amountMinor} ${currency}`.trim();

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}
