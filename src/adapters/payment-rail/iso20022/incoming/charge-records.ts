import type { Direction, Money } from './port.js';
import type { Fields } from './shape.js';
import { moneyIn } from './values.js';

/** The single charges (Rcrd) of a Chrgs, held against the total that it says. */
export class ChargeRecords {
  #currency: string | undefined;
  /** What is taken from the account, less what is given back. */
  #minor = 0n;
  #taxMinor = 0n;
  /** All of them, and their taxes, are exact and in one currency. */
  #isComparable = true;

  add(record: Fields, amount: Money | undefined, direction: Direction): void {
    const tax = moneyIn(record, 'tax', 'Tax');
    const minor = this.#minorOf(amount);
    const taxMinor = tax === undefined ? 0n : this.#minorOf(tax);
    if (minor === undefined || taxMinor === undefined) {
      this.#isComparable = false;
      return;
    }
    this.#minor += direction === 'debit' ? minor : -minor;
    this.#taxMinor += direction === 'debit' ? taxMinor : -taxMinor;
  }

  /** A bank may count a tax in its charge or beside it. */
  requireTotal(charges: Fields): void {
    const total = moneyIn(charges, 'total', 'TtlChrgsAndTaxAmt');
    if (total?.amountMinor === undefined || total.currency !== this.#currency) return;
    if (!this.#isComparable) return;
    const sums = [this.#minor, this.#minor + this.#taxMinor].map((sum) => (sum < 0n ? -sum : sum));
    if (!sums.includes(BigInt(total.amountMinor)))
      charges.problem('AMOUNTS_DIFFER', 'TtlChrgsAndTaxAmt');
  }

  #minorOf(amount: Money | undefined): bigint | undefined {
    if (amount?.amountMinor === undefined) return undefined;
    this.#currency ??= amount.currency;
    return amount.currency === this.#currency ? BigInt(amount.amountMinor) : undefined;
  }
}
