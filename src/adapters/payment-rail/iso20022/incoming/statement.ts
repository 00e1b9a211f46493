import type { Direction, Finding, Money, Place } from './port.js';
import type { Fields } from './shape.js';
import { directionIn, micros } from './values.js';

/** Entries of one notification or statement, added up and held against what it says itself. */
export class StatementSums {
  #entries = { all: 0n, debit: 0n, credit: 0n };
  /** In millionths, whatever the currency: how the summary adds up too. */
  #sums = { all: 0n, debit: 0n, credit: 0n };
  /** An amount that could not be read makes sums of no use. */
  #exact = true;
  readonly #booked = new Map<string, bigint>();
  readonly #balances = new Map<string, { readonly currency: string; readonly minor: bigint }>();
  /** Codes of balances of which there are several that are not the same. */
  readonly #twice = new Set<string>();

  constructor(
    private readonly place: Place,
    private readonly onFinding: (finding: Finding) => void,
    readonly onTurnover: (currency: string, direction: Direction, amountMinor: bigint) => void,
  ) {}

  entry(fields: Fields, amount: Money | undefined): void {
    const direction = directionIn(fields, 'direction');
    const value = amount && micros(amount.text);
    this.#entries.all += 1n;
    if (!direction || value === undefined) {
      this.#exact = false;
      return;
    }
    this.#entries[direction] += 1n;
    this.#sums.all += value;
    this.#sums[direction] += value;
    if (amount?.amountMinor === undefined) return;
    const minor = BigInt(amount.amountMinor);
    this.onTurnover(amount.currency, direction, minor);
    if (fields.get('status') === 'BOOK')
      this.#booked.set(
        amount.currency,
        (this.#booked.get(amount.currency) ?? 0n) + signed(direction, minor),
      );
  }

  balance(
    code: string | undefined,
    amount: Money | undefined,
    direction: Direction | undefined,
  ): void {
    if (code === undefined) return;
    if (direction === undefined || amount?.amountMinor === undefined) {
      this.#find('VALUE_INVALID', 'Bal', 'A balance cannot be read.');
      return;
    }
    const said = {
      currency: amount.currency,
      minor: signed(direction, BigInt(amount.amountMinor)),
    };
    const known = this.#balances.get(code);
    if (known && (known.currency !== said.currency || known.minor !== said.minor))
      this.#twice.add(code);
    this.#balances.set(code, said);
  }

  /** The record of the whole statement. */
  end(fields: Fields, family: string): void {
    for (const [count, sum, of, element] of [
      ['entries', 'sum', 'all', 'TtlNtries'],
      ['credits', 'creditSum', 'credit', 'TtlCdtNtries'],
      ['debits', 'debitSum', 'debit', 'TtlDbtNtries'],
    ] as const) {
      const saidCount = fields.get(count);
      const saidSum = fields.get(sum);
      if (
        saidCount !== undefined &&
        (!/^\d{1,15}$/.test(saidCount) || BigInt(saidCount) !== this.#entries[of])
      ) {
        this.#find(
          'COUNT_DIFFERS',
          element,
          `${element} announces ${shown(saidCount)} entries; there are ${this.#entries[of]}.`,
        );
      }
      if (saidSum !== undefined && this.#exact && micros(saidSum) !== this.#sums[of])
        this.#find(
          'SUM_DIFFERS',
          element,
          `${element} announces ${shown(saidSum)}; its entries come to ${decimal(this.#sums[of])}.`,
        );
    }
    if (this.#exact) this.#compareNet(fields);
    if (family === 'camt.053' && this.#exact) this.#compareBalances(fields);
  }

  /** What credits are more than debits, or less. */
  #compareNet(fields: Fields): void {
    const text = fields.get('net');
    const direction = directionIn(fields, 'netDirection');
    if (text === undefined) return;
    const said = micros(text);
    const net = this.#sums.credit - this.#sums.debit;
    const size = net < 0n ? -net : net;
    const isSame =
      said !== undefined &&
      (direction === undefined ? said === size : signed(direction, said) === net);
    if (!isSame)
      this.#find(
        'SUM_DIFFERS',
        'TtlNetNtry',
        `TtlNtries announces a net amount of ${shown(text)}; that of its entries is ${decimal(net)}.`,
      );
  }

  /** Opening and what was booked give closing, on a statement in one currency and on one page. */
  #compareBalances(fields: Fields): void {
    const opening = this.#balances.get('OPBD') ?? this.#balances.get('PRCD');
    const closing = this.#balances.get('CLBD');
    if (!opening || !closing) return;
    if ([fields, fields.parent].some(isOneOfSeveral)) return;
    const isInOne =
      opening.currency === closing.currency &&
      [...this.#booked.keys()].every((currency) => currency === opening.currency);
    if (!isInOne || ['OPBD', 'PRCD', 'CLBD'].some((code) => this.#twice.has(code))) {
      this.#find(
        'BALANCES_DIFFER',
        'Bal',
        'The balances and the booked entries are of several currencies, or a balance stands twice.',
      );
      return;
    }
    const booked = this.#booked.get(opening.currency) ?? 0n;
    if (opening.minor + booked !== closing.minor)
      this.#find(
        'BALANCES_DIFFER',
        'Bal',
        `The opening balance and the booked entries come to ${opening.minor + booked} minor units of ${opening.currency}; the closing balance is ${closing.minor}.`,
      );
  }

  #find(code: Finding['code'], element: string, detail: string): void {
    this.onFinding({ code, element, place: this.place, detail });
  }
}

/** Whether there are further pages of a statement or a message, before or after this one. */
const isOneOfSeveral = (paged: Fields | undefined): boolean =>
  !/^0*1$/.test(paged?.get('page') ?? '1') || ['false', '0'].includes(paged?.get('lastPage') ?? '');

const signed = (direction: Direction, minor: bigint): bigint =>
  direction === 'credit' ? minor : -minor;

/** A number as the bank wrote it; anything else may be somebody's name. */
const shown = (text: string): string =>
  /^[\d.,+' -]{1,40}$/.test(text) ? text : 'what is no number';

/** Of millionths, without zeros that say nothing. */
function decimal(micros: bigint): string {
  const digits = String(micros < 0n ? -micros : micros).padStart(7, '0');
  const decimals = digits.slice(-6).replace(/0+$/, '').padEnd(2, '0');
  return `${micros < 0n ? '-' : ''}${digits.slice(0, -6)}.${decimals}`;
}
