import type { Direction, Money } from './port.js';
import type { Fields } from './shape.js';
import { moneyIn } from './values.js';

/** What a Chrgs says that is wrong with its own sum, and what it is of where it has no records. */
export class ChargeRecords {
  #currency: string | undefined;
  /** What is taken from the account, less what is given back. */
  #minor = 0n;
  #taxMinor = 0n;
  #count = 0;
  /** All of them, and their taxes, are exact and in one currency. */
  #isComparable = true;

  /** A record (Rcrd), or until version 03 the charge (Chrgs) itself. */
  add(amount: Money | undefined, tax: Money | undefined, direction: Direction): void {
    this.#count += 1;
    const minor = this.#minorOf(amount);
    const taxMinor = tax === undefined ? 0n : this.#minorOf(tax);
    if (minor === undefined || taxMinor === undefined) {
      this.#isComparable = false;
      return;
    }
    this.#minor += direction === 'debit' ? minor : -minor;
    this.#taxMinor += direction === 'debit' ? taxMinor : -taxMinor;
  }

  /**
   * The total that a Chrgs says, held against its records: a bank may count a tax in its charge or
   * beside it.
   * @returns the total where it stands for records that there are none of
   */
  totalOf(charges: Fields): Money | undefined {
    const total = moneyIn(charges, 'total', 'TtlChrgsAndTaxAmt');
    if (this.#count === 0) return total;
    if (total?.amountMinor === undefined || total.currency !== this.#currency) return undefined;
    if (!this.#isComparable) return undefined;
    const sums = [this.#minor, this.#minor + this.#taxMinor].map((sum) => (sum < 0n ? -sum : sum));
    if (!sums.includes(BigInt(total.amountMinor)))
      charges.problem('AMOUNTS_DIFFER', 'TtlChrgsAndTaxAmt');
    return undefined;
  }

  #minorOf(amount: Money | undefined): bigint | undefined {
    if (amount?.amountMinor === undefined) return undefined;
    this.#currency ??= amount.currency;
    return amount.currency === this.#currency ? BigInt(amount.amountMinor) : undefined;
  }
}
