import { booking, type BookingSource } from './camt-booking.js';
import { ROOTS, ROOTS_WITH_PARTIES } from './camt-shape.js';
import type { BankEntry, BookedEntry, Finding, Money } from './port.js';
import { StatementSums } from './statement.js';
import type { Fields, Mapper, Node } from './shape.js';
import { dayIn, directionIn, maybe, moneyIn } from './values.js';

/** What is known of an entry while its details are read. */
interface OpenEntry {
  transactions: number;
  /** A transaction without an amount: it has the entry's, where it is the only one. */
  pending?: BookedEntry;
  batched: boolean;
}

/** Of the batch in hand; several batches in one entry each tell their own. */
interface OpenBatch {
  announced?: Fields;
  transactions: number;
  sumMinor: bigint;
}

export interface CamtNumbers {
  statement: number;
  entry: number;
}

/** Who is told what a message says. */
export interface CamtListener {
  readonly onEntry: (entry: BankEntry) => void;
  readonly onHead: (fields: Fields) => void;
  readonly onFinding: (finding: Finding) => void;
  readonly onTurnover: StatementSums['onTurnover'];
}

type CamtFamily = 'camt.053' | 'camt.054';

/** BankToCustomerDebitCreditNotification and BankToCustomerStatement, versions 02 to 12. */
export class Camt implements Mapper {
  readonly root: Node;
  #entry: OpenEntry | undefined;
  #batch: OpenBatch | undefined;
  #sums: StatementSums | undefined;
  /** The return of the transaction in hand. */
  #returned: Fields | undefined;

  /** @param numbers of the file, counted on */
  constructor(
    private readonly family: CamtFamily,
    private readonly numbers: CamtNumbers,
    private readonly told: CamtListener,
    parties = false,
  ) {
    this.root = (parties ? ROOTS_WITH_PARTIES : ROOTS)[family];
  }

  begin({ kind, place }: Fields): void {
    const { onFinding, onTurnover } = this.told;
    if (kind === 'statement') this.#sums = new StatementSums(place, onFinding, onTurnover);
    else if (kind === 'entry') this.#entry = { transactions: 0, batched: false };
    else if (kind === 'transaction') this.#returned = undefined;
    else if (kind === 'details') this.#batch = { transactions: 0, sumMinor: 0n };
  }

  end(fields: Fields): void {
    switch (fields.kind) {
      case 'return':
        this.#returned = fields;
        break;
      case 'batchInformation':
        this.#batch!.announced = fields;
        break;
      case 'transaction':
        this.#endTransaction(fields);
        break;
      case 'details':
        this.#endDetails(fields);
        break;
      case 'entry':
        this.#endEntry(fields);
        break;
      case 'balance':
        this.#endBalance(fields);
        break;
      case 'statement':
        this.#sums!.end(fields, this.family);
        this.numbers.statement += 1;
        break;
      default:
        this.told.onHead(fields);
    }
  }

  #endTransaction(transaction: Fields): void {
    const open = this.#entry!;
    const batch = this.#batch!;
    batch.transactions += 1;
    open.transactions += 1;
    this.#emitPending(undefined);
    const booked = this.#booking('transaction', transaction.parent!.parent!, {
      transaction,
      batch: batch.announced,
      returned: this.#returned,
    });
    const currency = booked.amount?.currency;
    if (currency !== undefined && currency === batch.announced?.get('total@'))
      batch.sumMinor += BigInt(booked.amount?.amountMinor ?? 0);
    if (booked.amount) this.told.onEntry(booked);
    else open.pending = booked;
  }

  #endDetails(details: Fields): void {
    const { announced, transactions, sumMinor } = this.#batch!;
    if (!announced) return;
    exceeded(announced, transactions, sumMinor, this.told.onFinding);
    if (transactions > 0) return;
    this.told.onEntry(this.#booking('batch', details.parent!, { batch: announced }));
    this.#entry!.batched = true;
  }

  #endEntry(entry: Fields): void {
    const { transactions, batched } = this.#entry!;
    const amount = moneyIn(entry, 'amount', 'Amt');
    this.#emitPending(transactions === 1 ? amount : undefined);
    if (transactions === 0 && !batched) this.told.onEntry(this.#booking('entry', entry, {}));
    this.#sums!.entry(entry, amount);
    this.numbers.entry += 1;
  }

  #endBalance(fields: Fields): void {
    const amount = moneyIn(fields, 'amount', 'Amt');
    const direction = directionIn(fields, 'direction');
    const on = dayIn(fields, 'balanceOn', 'balanceAt', 'Dt');
    this.#sums!.balance(fields.get('code'), amount, direction);
    this.told.onEntry({
      kind: 'balance',
      family: this.family,
      statement: this.numbers.statement,
      place: fields.place,
      ...maybe('code', fields.get('code')),
      ...maybe('amount', amount),
      ...maybe('direction', direction),
      ...maybe('on', on),
      problems: fields.problems,
    });
  }

  #booking(
    scope: BookedEntry['scope'],
    entry: Fields,
    about: Pick<BookingSource, 'transaction' | 'batch' | 'returned'>,
  ): BookedEntry {
    return booking(scope, { family: this.family, numbers: this.numbers, entry, ...about });
  }

  /** Tells the transaction that waits for an amount, with this one. */
  #emitPending(amount: Money | undefined): void {
    const open = this.#entry;
    if (open?.pending)
      this.told.onEntry(amount === undefined ? open.pending : { ...open.pending, amount });
    delete open?.pending;
  }
}

/**
 * A bank may leave details out; more of them than the batch has, in number or in money, contradict
 * it.
 */
function exceeded(
  batch: Fields,
  transactions: number,
  sumMinor: bigint,
  onFinding: (finding: Finding) => void,
): void {
  const count = batch.get('count');
  const total = moneyIn(batch, 'total', 'TtlAmt')?.amountMinor;
  if (count !== undefined && (!/^\d{1,15}$/.test(count) || BigInt(count) < BigInt(transactions))) {
    onFinding({
      code: 'COUNT_DIFFERS',
      element: 'Btch',
      place: batch.place,
      detail: `Btch announces fewer transactions than the ${transactions} that there are.`,
    });
  }
  if (total !== undefined && BigInt(total) < sumMinor)
    onFinding({
      code: 'SUM_DIFFERS',
      element: 'Btch',
      place: batch.place,
      detail: 'Btch announces a smaller total than its transactions have.',
    });
}
