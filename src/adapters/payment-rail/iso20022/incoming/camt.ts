import { formatAmount } from '../../../../kernel/money.js';
import { unlessNone } from '../../../../kernel/stands-for-none.js';
import {
  booking,
  nameOf,
  saysNothing,
  type BookingSource,
  type StatementName,
} from './camt-booking.js';
import { namesTransfer, OpenEntry } from './camt-entry.js';
import { ROOTS, ROOTS_WITH_PARTIES } from './camt-shape.js';
import type { BankEntry, BookedEntry, Finding } from './port.js';
import { StatementSums } from './statement.js';
import type { Fields, Mapper, Node } from './shape.js';
import { dayIn, directionIn, findProblems, maybe, moneyIn } from './values.js';

/** Of the batch in hand; several batches in one entry each tell their own. */
interface OpenBatch {
  announced?: Fields;
  transactions: number;
  sumMinor: bigint;
  /** Transactions that say nothing of their own, of which one is kept. */
  silent: number;
  silentOne?: Fields;
  /** Of the others, those without an amount in the batch's currency. */
  withoutAmount: number;
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
  /** The latest booking of the entry: as its only one it may take over the entry's amount. */
  #held: BookedEntry | undefined;
  #told = 0;
  #batch: OpenBatch | undefined;
  #sums: StatementSums | undefined;
  #name: StatementName | undefined;
  /** What names the statement, as it was read before its entries. */
  #identity: string | undefined;
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

  begin({ kind, place, parent }: Fields): void {
    const { onFinding, onTurnover } = this.told;
    if (kind === 'statement') {
      this.#sums = new StatementSums(place, onFinding, onTurnover);
      this.#name = undefined;
      this.#identity = undefined;
    } else if (kind === 'entry') {
      this.#told = 0;
      this.#identity ??= identityIn(parent!);
    } else if (kind === 'transaction') this.#returned = undefined;
    else if (kind === 'details') {
      this.#entry ??= new OpenEntry(parent!);
      this.#entry.requireOwnAgreement();
      this.#batch = { transactions: 0, sumMinor: 0n, silent: 0, withoutAmount: 0 };
    }
  }

  end(fields: Fields): void {
    switch (fields.kind) {
      case 'return':
        if (this.#returned) fields.parent!.problem('ELEMENT_TWICE', 'RtrInf');
        this.#returned = fields;
        break;
      case 'charge':
        this.#entry ??= new OpenEntry(entryOf(fields));
        this.#entry.addCharge(fields);
        break;
      case 'batchInformation':
        if (this.#batch!.announced || this.#batch!.transactions > 0) this.#entry!.misplaced();
        this.#batch!.announced = fields;
        requireDirectionOf(entryOf(fields), fields);
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
        this.#endStatement(fields);
        break;
      default:
        this.told.onHead(fields);
    }
  }

  #endTransaction(transaction: Fields): void {
    const batch = this.#batch!;
    batch.transactions += 1;
    this.#entry!.addTax(transaction);
    this.#entry!.requireAgreement(transaction);
    if (!this.#returned && saysNothing(transaction, isOfSeveral(batch.announced?.get('count')))) {
      batch.silent += 1;
      if (batch.silentOne) requireSame(batch.silentOne, transaction);
      batch.silentOne ??= transaction;
      return;
    }
    const booked = this.#booking('transaction', transaction.parent!.parent!, {
      transaction,
      batch: batch.announced,
      returned: this.#returned,
    });
    const currency = booked.amount?.currency;
    const amountMinor = booked.amount?.amountMinor;
    if (amountMinor !== undefined && currency === batch.announced?.get('total@'))
      batch.sumMinor += BigInt(amountMinor);
    else batch.withoutAmount += 1;
    this.#hold(booked);
  }

  #endDetails(details: Fields): void {
    const batch = this.#batch!;
    const { announced, transactions, silent, silentOne } = batch;
    // Nothing but silence, or some that say nothing among others.
    const isSilent = transactions === silent && (announced !== undefined || silent > 0);
    if (isSilent || silent > 0)
      this.#hold(
        this.#booking('batch', details.parent!, { batch: announced, transaction: silentOne }),
      );
    const listed = transactions - silent;
    const isBatch = isSilent || this.#isOfAll(batch);
    if (isBatch && !isSilent) this.#held = { ...this.#held!, scope: 'batch' };
    this.#entry!.addBatch(
      isBatch ? 0 : listed,
      isBatch ? undefined : countIn(announced?.get('count')),
    );
    this.#entry!.addTotal(announced);
    if (announced && transactions > 0) exceeded(announced, batch, this.told.onFinding);
  }

  /**
   * Whether the only transaction of a batch of several is about all of them: it names none, and is
   * of all that they come to.
   */
  #isOfAll({ announced, transactions }: OpenBatch): boolean {
    if (!announced || transactions !== 1 || !isOfSeveral(announced.get('count'))) return false;
    const { amount } = this.#held!;
    const all = moneyIn(announced, 'total', 'TtlAmt') ?? this.#entry!.amount;
    return (
      !namesTransfer(this.#held!) &&
      (amount === undefined ||
        (amount.amountMinor === all?.amountMinor && amount.currency === all?.currency))
    );
  }

  #endEntry(entry: Fields): void {
    this.#entry ??= new OpenEntry(entry);
    const open = this.#entry;
    open.requireOwnAgreement();
    if (this.#held) this.#tell(this.#told === 0 ? onlyOne(this.#held, open) : this.#held);
    if (this.#told > 0) this.#tellSum(entry, open);
    else this.#tell(this.#booking('entry', entry, {}));
    this.#sums!.entry(entry, open.amount);
    this.numbers.entry += 1;
    this.#entry = undefined;
    this.#held = undefined;
  }

  /** What the details of an entry leave of it, or that they do not come to it. */
  #tellSum(entry: Fields, open: OpenEntry): void {
    const sum = open.sum();
    if (sum.kind === 'agrees') return;
    const { currency = '' } = open.amount ?? {};
    if (sum.kind === 'differs')
      this.told.onEntry({
        kind: 'entry-differs',
        family: this.family,
        entry: this.numbers.entry,
        place: entry.place,
        problems: entry.problems,
        detail: sum.detail,
        ...maybe('amount', open.amount),
      });
    else
      this.told.onEntry({
        ...this.#booking('entry', entry, {}),
        left: sum.kind,
        amount: {
          text: formatAmount(sum.minor, currency),
          currency,
          amountMinor: String(sum.minor),
        },
      });
  }

  #endStatement(statement: Fields): void {
    const note = (code: Finding['code'], element: string, detail: string): void =>
      this.told.onFinding({ code, element, place: statement.place, detail });
    if (statement.get('iban') !== undefined && statement.get('account') !== undefined)
      note('ELEMENT_TWICE', 'Acct', 'Acct/Id names an IBAN and another account.');
    if (statement.get('iban') === undefined && statement.get('account') === undefined)
      note(
        'ELEMENT_MISSING',
        'Acct',
        'Acct/Id is missing, so that nobody can tell whose account it is.',
      );
    if (this.#identity !== undefined && this.#identity !== identityIn(statement))
      note(
        'ELEMENT_MISPLACED',
        'Acct',
        'What names the statement (its account, id, numbers, page or time) stands after its entries.',
      );
    this.#sums!.end(statement, this.family);
    findProblems(statement, this.told.onFinding);
    this.numbers.statement += 1;
  }

  #endBalance(fields: Fields): void {
    const amount = moneyIn(fields, 'amount', 'Amt');
    const direction = directionIn(fields, 'direction');
    const on = dayIn(fields, 'balanceOn', 'balanceAt', 'Dt');
    this.#sums!.balance(fields.get('code'), amount, direction);
    // Of one that cannot be read, that much is told.
    if (amount?.amountMinor !== undefined && direction !== undefined)
      findProblems(fields, this.told.onFinding);
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
    const { family, numbers } = this;
    this.#name ??= nameOf(family, entry.parent!);
    return booking(scope, { family, numbers, statement: this.#name, entry, ...about });
  }

  /**
   * Tells the booking before this one, and keeps this one until it is known whether it is alone.
   */
  #hold(booked: BookedEntry): void {
    if (this.#held) this.#tell(this.#held);
    this.#held = booked;
  }

  #tell(booked: BookedEntry): void {
    this.#told += 1;
    this.#entry!.add(booked);
    this.told.onEntry(booked);
  }
}

const entryOf = (fields: Fields): Fields =>
  fields.kind === 'entry' ? fields : entryOf(fields.parent!);

/** How many transactions a batch says that it has (Max15NumericText). */
function countIn(count: string | undefined): bigint | undefined {
  return count !== undefined && /^\d{1,15}$/.test(count) ? BigInt(count) : undefined;
}
const isOfSeveral = (count: string | undefined): boolean => (countIn(count) ?? 0n) > 1n;

/** Of what a silent transaction says, besides that it is there. */
const OF_SILENT = [
  ['messageId', 'MsgId'],
  ['batchId', 'PmtInfId'],
  ['direction', 'CdtDbtInd'],
  ['domain', 'BkTxCd'],
  ['codeFamily', 'BkTxCd'],
  ['subFamily', 'BkTxCd'],
] as const;

/** Several that say nothing are told as one: what is wrong with one is wrong with all. */
function requireSame(one: Fields, other: Fields): void {
  for (const [field, element] of OF_SILENT)
    if (one.get(field)?.trim() !== other.get(field)?.trim())
      one.problem('VALUE_INVALID', element, `of one transaction it is another than of the next`);
  for (const { code, element, detail } of other.problems) one.problem(code, element, detail);
}

/** What tells whose statement it is, and which. */
const IDENTITY = [
  ...['iban', 'account', 'currency'],
  ...['id', 'electronicNumber', 'legalNumber', 'page', 'from', 'to'],
];
const identityIn = (statement: Fields): string =>
  JSON.stringify(IDENTITY.map((field) => statement.get(field) ?? null));

/** A batch goes where its entry goes. */
function requireDirectionOf(entry: Fields, batch: Fields): void {
  const own = directionIn(batch, 'direction');
  const direction = directionIn(entry, 'direction');
  if (own !== undefined && direction !== undefined && own !== direction)
    batch.problem('DIRECTION_DIFFERS', 'Btch', `a ${own} in a ${direction}`);
}

/**
 * The only booking of an entry has the entry's amount where it has none, or where charges were
 * taken from what came back. It is about a whole message of ours where it names one and no transfer
 * in it, unless it is one of several that are not listed.
 */
function onlyOne(booked: BookedEntry, entry: OpenEntry): BookedEntry {
  const { batchId, messageId } = booked.references;
  const isBatch =
    booked.scope === 'transaction' &&
    !isOfSeveral(booked.batch?.count) &&
    !namesTransfer(booked) &&
    (unlessNone(batchId) ?? unlessNone(messageId)) !== undefined;
  return {
    ...booked,
    ...(isBatch ? { scope: 'batch' as const } : {}),
    ...maybe('amount', entry.cameBack(booked) ?? booked.amount ?? entry.amount),
  };
}

/**
 * A bank may leave details out; more of them than the batch has, in number or in money, contradict
 * it.
 */
function exceeded(
  batch: Fields,
  { transactions, silent, sumMinor, withoutAmount }: OpenBatch,
  onFinding: (finding: Finding) => void,
): void {
  const count = countIn(batch.get('count'));
  const total = moneyIn(batch, 'total', 'TtlAmt')?.amountMinor;
  if (batch.get('count') !== undefined && (count === undefined || count < BigInt(transactions))) {
    onFinding({
      code: 'COUNT_DIFFERS',
      element: 'Btch',
      place: batch.place,
      detail: `Btch announces fewer transactions than the ${transactions} that there are.`,
    });
  }
  const isListed = count === BigInt(transactions) && silent + withoutAmount === 0;
  if (total !== undefined && (BigInt(total) < sumMinor || (isListed && BigInt(total) > sumMinor)))
    onFinding({
      code: 'SUM_DIFFERS',
      element: 'Btch',
      place: batch.place,
      detail: 'Btch announces another total than its transactions have.',
    });
}
