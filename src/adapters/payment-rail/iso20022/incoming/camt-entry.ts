import { unlessNone } from '../../../../kernel/stands-for-none.js';
import { requireAgreement } from './agreeing-amounts.js';
import { ChargeRecords } from './charge-records.js';
import type { BookedEntry, Direction, Money } from './port.js';
import type { Fields } from './shape.js';
import { directionIn, moneyIn } from './values.js';

/** What the details of an entry come to, held against its amount. */
export type EntrySum =
  | { readonly kind: 'agrees' }
  /** Apart from `minor`, which charges or transactions that are not listed account for. */
  | { readonly kind: 'charges' | 'rest'; readonly minor: bigint }
  | { readonly kind: 'differs'; readonly detail: string };

/** An entry (Ntry) while its details are read. */
export class OpenEntry {
  /** Absent where the entry has none before its details. */
  readonly amount: Money | undefined;
  readonly #direction: Direction | undefined;
  /** Signed in the entry's direction. */
  #detailsMinor = 0n;
  #chargesMinor = 0n;
  /** Taxes, which a bank may count in its charges or beside them. */
  #taxesMinor = 0n;
  /** Something has no amount in the entry's currency, or a charge cannot be read. */
  #isExact = true;
  /** Of the entry or transaction in hand, without their direction. */
  #ownChargesMinor = 0n;
  #ownTaxesMinor = 0n;
  #records = new ChargeRecords();
  /** Texts of the entry that were read before its details. */
  #readBefore: number | undefined;
  #misplaced = false;
  #transactions = 0;
  /** What batches say that they have and do not list: more of another makes up for none. */
  #missing = 0n;
  /** What its batches say that they come to; undefined where one of them does not say it. */
  #totalMinor: bigint | undefined = 0n;
  #batches = 0;

  constructor(readonly fields: Fields) {
    this.amount = moneyIn(fields, 'amount', 'Amt');
    if (this.amount === undefined) fields.problem('AMOUNT_INVALID', 'Amt');
    this.#direction = directionIn(fields, 'direction');
  }

  /** A booking of the entry as it is told. */
  add({ amount, direction }: BookedEntry): void {
    const minor = this.#minorOf(amount);
    if (minor === undefined) this.#isExact = false;
    else this.#detailsMinor += direction === this.#direction ? minor : -minor;
  }

  /** Charges without a direction are taken from the account; so is a total without records. */
  addCharge(charge: Fields): void {
    const own = moneyIn(charge, 'amount', 'Amt');
    const direction = directionIn(charge, 'direction') ?? 'debit';
    const tax = moneyIn(charge, 'tax', 'Tax');
    if (own !== undefined) this.#records.add(own, tax, direction);
    const isRecord = charge.parent!.kind === 'charge';
    const total = isRecord ? undefined : this.#records.totalOf(charge);
    if (!isRecord) this.#records = new ChargeRecords();
    this.#addProblems(charge);
    const minor = this.#minorOf(own ?? total) ?? 0n;
    const taxMinor = this.#minorOf(tax) ?? 0n;
    this.#ownChargesMinor += minor;
    this.#ownTaxesMinor += taxMinor;
    this.#chargesMinor += direction === this.#direction ? minor : -minor;
    this.#taxesMinor += direction === this.#direction ? taxMinor : -taxMinor;
  }

  /** A tax of a transaction (Tax), which is taken as a charge is where it is at all. */
  addTax(transaction: Fields): void {
    const minor = this.#minorOf(moneyIn(transaction, 'tax', 'TtlTaxAmt')) ?? 0n;
    this.#ownTaxesMinor += minor;
    this.#taxesMinor += this.#direction === 'debit' ? minor : -minor;
  }

  /** Whether charges, with or without taxes that are named beside them, come to it. */
  #isCharged(minor: bigint): boolean {
    return minor === this.#chargesMinor || minor === this.#chargesMinor + this.#taxesMinor;
  }

  /** Nothing comes to an entry by charges that cannot be read; one without details has no sum. */
  #addProblems({ problems, parent }: Fields): void {
    if (problems.length === 0) return;
    this.#isExact = false;
    if (parent !== this.fields && parent!.parent !== this.fields) return;
    for (const { code, element } of problems) this.fields.problem(code, element);
  }

  /** What the entry says of its money is the same but for its own charges; before its details. */
  requireOwnAgreement(): void {
    if (this.#readBefore !== undefined) return;
    this.#readBefore = this.fields.count;
    this.requireAgreement(this.fields);
  }

  /** Something came after what it is about, which was told by then. */
  misplaced(): void {
    this.#misplaced = true;
  }

  /** And so is what a transaction says, once it was read. */
  requireAgreement(fields: Fields): void {
    const charges = this.#ownChargesMinor;
    const kept = this.#direction === 'credit' ? [charges, charges + this.#ownTaxesMinor] : [];
    if (this.amount) requireAgreement(fields, this.amount.currency, kept);
    this.#ownChargesMinor = 0n;
    this.#ownTaxesMinor = 0n;
  }

  /** What a batch of the entry lists, and how many transactions it says that it has. */
  addBatch(transactions: number, announced: bigint | undefined): void {
    this.#transactions += transactions;
    const missing = (announced ?? 0n) - BigInt(transactions);
    if (missing > 0n) this.#missing += missing;
  }

  /**
   * The total that a batch announces; one in another currency says nothing that can be compared.
   */
  addTotal(batch: Fields | undefined): void {
    this.#batches += 1;
    const total = batch && moneyIn(batch, 'total', 'TtlAmt');
    const minor = this.#minorOf(total);
    if (total !== undefined && minor === undefined) this.#isExact = false;
    this.#totalMinor =
      minor === undefined || this.#totalMinor === undefined ? undefined : this.#totalMinor + minor;
  }

  /** Whether the batches say that they are more or less than the entry, without its charges. */
  #isOfOthers(total: bigint): boolean {
    const announced = this.#totalMinor;
    return (
      this.#batches > 0 &&
      announced !== undefined &&
      announced !== total &&
      !this.#isCharged(total - announced)
    );
  }

  /** What came back, where it is the only booking of the entry and charges were taken from it. */
  cameBack({ amount, direction }: BookedEntry): Money | undefined {
    const total = this.#minorOf(this.amount);
    const minor = this.#minorOf(amount);
    const isSo =
      direction === this.#direction &&
      total !== undefined &&
      minor !== undefined &&
      this.#isLessBack(total, minor);
    return isSo ? this.amount : undefined;
  }

  #isLessBack(total: bigint, detailsMinor: bigint): boolean {
    return (
      this.#direction === 'credit' && total < detailsMinor && this.#isCharged(total - detailsMinor)
    );
  }

  sum(): EntrySum {
    const total = this.#minorOf(this.amount);
    if (this.#misplaced || this.fields.count !== this.#readBefore)
      return {
        kind: 'differs',
        detail: this.#difference('it says more of itself, or of a batch, after its details'),
      };
    if (total === undefined || !this.#isExact)
      return {
        kind: 'differs',
        detail: this.#difference(
          'not all of its details and charges have an amount that can be read',
        ),
      };
    if (this.#isOfOthers(total))
      return {
        kind: 'differs',
        detail: this.#difference(`its batches announce ${this.#totalMinor} minor units`),
      };
    const isListed = this.#missing === 0n;
    const announced = BigInt(this.#transactions) + this.#missing;
    if (total === this.#detailsMinor && isListed) return { kind: 'agrees' };
    if (total === this.#detailsMinor)
      return {
        kind: 'differs',
        detail: this.#difference(
          `its ${this.#transactions} details come to all of it, and it says that there are ${announced}`,
        ),
      };
    const rest = total - this.#detailsMinor;
    const charges = abs(rest);
    if (this.#isLessBack(total, this.#detailsMinor))
      return {
        kind: 'differs',
        detail: this.#difference(
          `${charges} minor units of charges were taken from what came back of ${this.#detailsMinor}, and it is not said from which`,
        ),
      };
    if (this.#isCharged(rest))
      return isListed
        ? { kind: 'charges', minor: charges }
        : {
            kind: 'differs',
            detail: this.#difference(
              `its ${this.#transactions} details and their charges come to all of it, and it says that there are ${announced}`,
            ),
          };
    if (rest > 0n && !isListed) return { kind: 'rest', minor: rest };
    return {
      kind: 'differs',
      detail: this.#difference(
        `its details come to ${this.#detailsMinor}, their charges to ${this.#chargesMinor} and taxes to ${this.#taxesMinor} minor units`,
      ),
    };
  }

  #difference(what: string): string {
    const { amount } = this;
    const of =
      amount?.amountMinor === undefined ? 'no amount' : `${amount.amountMinor} minor units`;
    return `The entry is of ${of}; ${what}.`;
  }

  #minorOf(amount: Money | undefined): bigint | undefined {
    return amount?.amountMinor === undefined || amount.currency !== this.amount?.currency
      ? undefined
      : BigInt(amount.amountMinor);
  }
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Whether it names a transfer of its own. */
export const namesTransfer = ({ references }: BookedEntry): boolean =>
  [references.endToEndId, references.instructionId, references.uetr, references.transactionId].some(
    (reference) => unlessNone(reference) !== undefined,
  );
