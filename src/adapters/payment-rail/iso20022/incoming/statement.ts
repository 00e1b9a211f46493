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
  readonly #balances = new Map<
    string,
    { readonly currency: string; readonly minor: bigint } | 'twice'
  >();

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
    if (code === undefined || direction === undefined || amount?.amountMinor === undefined) return;
    this.#balances.set(
      code,
      this.#balances.has(code)
        ? 'twice'
        : { currency: amount.currency, minor: signed(direction, BigInt(amount.amountMinor)) },
    );
  }

  /** The record of the whole statement. */
  end(fields: Fields, family: string): void {
    for (const [count, sum, of, element] of [
      ['entries', 'sum', 'all', 'TtlNtries'],
      ['credits', 'creditSum', 'credit', 'TtlCdtNtries'],
      ['debits', 'debitSum', 'debit', 'TtlDbtNtries'],
    ] as const) {
      const [saidCount, saidSum] = [fields.get(count), fields.get(sum)];
      if (
        saidCount !== undefined &&
        (!/^\d{1,15}$/.test(saidCount) || BigInt(saidCount) !== this.#entries[of])
      ) {
        this.#find(
          'COUNT_DIFFERS',
          element,
          `${element} announces another number of entries than the ${this.#entries[of]} that there are.`,
        );
      }
      if (saidSum !== undefined && this.#exact && micros(saidSum) !== this.#sums[of])
        this.#find(
          'SUM_DIFFERS',
          element,
          `${element} announces another sum than its entries have.`,
        );
    }
    if (family === 'camt.053' && this.#exact) this.#compareBalances(fields);
  }

  /** Opening and what was booked give closing, on a statement in one currency and on one page. */
  #compareBalances(fields: Fields): void {
    const opening = this.#balances.get('OPBD') ?? this.#balances.get('PRCD');
    const closing = this.#balances.get('CLBD');
    if (
      !opening ||
      !closing ||
      opening === 'twice' ||
      closing === 'twice' ||
      opening.currency !== closing.currency
    )
      return;
    if (
      (fields.get('page') ?? '1') !== '1' ||
      fields.get('lastPage') === 'false' ||
      [...this.#booked.keys()].some((currency) => currency !== opening.currency)
    )
      return;
    if (opening.minor + (this.#booked.get(opening.currency) ?? 0n) !== closing.minor)
      this.#find(
        'BALANCES_DIFFER',
        'Bal',
        'The opening balance and the booked entries do not give the closing balance.',
      );
  }

  #find(code: Finding['code'], element: string, detail: string): void {
    this.onFinding({ code, element, place: this.place, detail });
  }
}

const signed = (direction: Direction, minor: bigint): bigint =>
  direction === 'credit' ? minor : -minor;
