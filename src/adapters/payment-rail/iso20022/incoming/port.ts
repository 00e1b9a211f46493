/**
 * The messages that are read: payment status reports, debit and credit notifications, account
 * statements.
 */
export const FAMILIES = ['pain.002', 'camt.054', 'camt.053'] as const;
export type Family = (typeof FAMILIES)[number];

/** Where something stands in the text of a message: both from 1, columns in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a message says about itself. Nothing in it names a person. */
export interface BankMessageHead {
  readonly family: Family;
  /** "camt.054.001.08"; only the family where the message names no version. */
  readonly messageType: string;
  /** GrpHdr/MsgId, at most 35 characters. */
  readonly messageId?: string;
  /** As written: an instant, often without a zone. */
  readonly createdAt?: string;
  /** BizMsgIdr of the business application header around it. */
  readonly businessId?: string;
}

/**
 * An amount as the message has it. `amountMinor` is absent where it cannot be read exactly; the
 * entry then has a problem.
 */
export interface Money {
  readonly text: string;
  readonly currency: string;
  readonly amountMinor?: string;
}

/** Something in one entry that keeps it from being applied; other entries are not touched by it. */
export interface Problem {
  readonly code:
    | 'AMOUNT_INVALID'
    | 'CURRENCY_UNKNOWN'
    | 'CURRENCY_MISSING'
    | 'CURRENCY_DIFFERS'
    | 'AMOUNTS_DIFFER'
    | 'DIRECTION_DIFFERS'
    | 'TEXT_TOO_LONG'
    | 'ELEMENT_TWICE'
    | 'VALUE_INVALID';
  /** The element's name. */
  readonly element: string;
  /** Values that do not agree: numbers, codes and names of elements. */
  readonly detail?: string;
}

/** Something about the whole message that a person should see before it is applied. */
export interface Finding {
  readonly code:
    | 'ELEMENT_UNKNOWN'
    | 'ELEMENT_MISSING'
    | 'ELEMENT_TWICE'
    | 'ELEMENT_MISPLACED'
    | 'TYPE_DIFFERS'
    | 'COUNT_DIFFERS'
    | 'SUM_DIFFERS'
    | 'BALANCES_DIFFER'
    | 'STATUS_DIFFERS'
    | 'VALUE_INVALID';
  readonly element: string;
  readonly place: Place;
  /** A sentence in English without personal data. */
  readonly detail: string;
}

/**
 * Who pays and who is paid, as the sender spells them. Read only where asked for: it names persons.
 */
export interface Parties {
  readonly names: readonly string[];
  readonly accounts: readonly string[];
}

interface Read {
  readonly family: Family;
  /** 0-based number of the message in the file; absent: the first. */
  readonly message?: number;
  readonly place: Place;
  readonly problems: readonly Problem[];
  readonly parties?: Parties;
}

/**
 * One status of a pain.002: of a whole message of ours, of one batch (PmtInf) of it, or of one
 * transfer.
 */
export interface StatusEntry extends Read {
  readonly kind: 'status';
  readonly scope: 'group' | 'batch' | 'transaction';
  readonly original: {
    readonly messageId?: string;
    readonly messageType?: string;
    readonly batchId?: string;
    readonly instructionId?: string;
    readonly endToEndId?: string;
    readonly uetr?: string;
    /** OrgnlNbOfTxs and OrgnlCtrlSum, as written. */
    readonly count?: string;
    readonly controlSum?: string;
  };
  /**
   * External status code, or the sender's own. A transaction without one has its batch's or
   * group's, and `inherited` says so.
   */
  readonly status?: string;
  readonly inherited?: true;
  /** External reason codes in order, then the sender's own. */
  readonly reasons: readonly string[];
  readonly proprietaryReasons: readonly string[];
  readonly amount?: Money;
  /** The bank's own reference. */
  readonly reference?: string;
  /** OrgnlTxRef/DbtrAcct: an IBAN, or the bank's own number. Read where parties are not. */
  readonly debtorAccount?: string;
  /** OrgnlTxRef/CdtrAcct, as well. Personal: compared, and never kept. */
  readonly creditorAccount?: string;
  /** FctvIntrBkSttlmDt: civil date YYYY-MM-DD as written; of an instant, its day. */
  readonly settledOn?: string;
}

export type Direction = 'debit' | 'credit';

/**
 * One booking of a camt message: one transaction of an entry; a whole batch that is booked as one,
 * without details; or an entry with neither. Directions are the account's: a debit takes money from
 * it.
 */
export interface BookedEntry extends Read {
  readonly kind: 'booking';
  readonly scope: 'entry' | 'batch' | 'transaction';
  /** 0-based number of the notification or statement in the file. */
  readonly statement: number;
  /** A digest of what names the statement: its account, id, numbers and page. */
  readonly statementId?: string;
  /** What time the statement is of: "2026-01-05T00:00:00/2026-01-05T23:59:59". */
  readonly period?: string;
  /** 0-based number of the entry (Ntry) in the file. */
  readonly entry: number;
  /** BOOK, PDNG, INFO, FUTR, or the sender's own. */
  readonly status?: string;
  /** The transaction's where it has one, else the entry's. */
  readonly direction?: Direction;
  readonly entryDirection?: Direction;
  /** The account of the notification or statement: an IBAN, or the bank's own number. */
  readonly account?: string;
  /** Of a debit, RltdPties/DbtrAcct of its transaction. Read where parties are not. */
  readonly debtorAccount?: string;
  /** Of a debit, RltdPties/CdtrAcct, as well. Personal: compared, and never kept. */
  readonly creditorAccount?: string;
  /**
   * What the details leave of their entry: `charges` where the bank's charges come to it, `rest`
   * where a batch says that there are more transactions than it lists.
   */
  readonly left?: 'charges' | 'rest';
  readonly reversal: boolean;
  readonly amount?: Money;
  /** Civil dates YYYY-MM-DD as written; of an instant, its day. */
  readonly bookedOn?: string;
  readonly valueOn?: string;
  readonly references: {
    readonly messageId?: string;
    readonly batchId?: string;
    readonly instructionId?: string;
    readonly endToEndId?: string;
    readonly uetr?: string;
    readonly transactionId?: string;
    /** The account servicer's reference of the transaction, else of the entry. */
    readonly bank?: string;
    /** That of the entry, whatever its transactions have. */
    readonly entryBank?: string;
    readonly entry?: string;
  };
  /** What the batch says of the message, where its transaction says something else. */
  readonly otherMessages?: readonly string[];
  /**
   * Domain, family and sub-family of the bank transaction code, joined with slashes:
   * "PMNT/ICDT/RRTN".
   */
  readonly bankCode?: string;
  /** Of RtrInf. `returned`: there is one, with or without a reason. */
  readonly returned: boolean;
  readonly returnReason?: string;
  readonly proprietaryReturnReason?: string;
  /** Of NtryDtls/Btch, where there is one. */
  readonly batch?: {
    readonly count?: string;
    readonly total?: Money;
    readonly direction?: Direction;
  };
}

/**
 * Comes after the bookings of an entry whose details do not come to its amount, and says that none
 * of them can be relied on.
 */
export interface EntryDiffers extends Read {
  readonly kind: 'entry-differs';
  readonly entry: number;
  /** A sentence in English with both amounts. */
  readonly detail: string;
  readonly amount?: Money;
}

/** One balance of a statement. */
export interface BalanceEntry extends Read {
  readonly kind: 'balance';
  readonly statement: number;
  /** OPBD, CLBD, PRCD, ITBD, CLAV, …, or the sender's own. */
  readonly code?: string;
  readonly amount?: Money;
  readonly direction?: Direction;
  readonly on?: string;
}
export type BankEntry = StatusEntry | BookedEntry | EntryDiffers | BalanceEntry;
export type NumberedEntry = StatusEntry | BookedEntry;

/** Whether it is one of the entries that are numbered and counted: it says something by itself. */
export const isNumbered = (entry: BankEntry): entry is NumberedEntry =>
  entry.kind === 'status' || entry.kind === 'booking';

/** What entries (Ntry) of a file came to, per currency, in minor units. */
export interface Turnover {
  readonly currency: string;
  readonly debitMinor: string;
  readonly creditMinor: string;
}

/**
 * How many payments, and of how much, a report says that the message of ours has which it answers
 * one by one. As written.
 */
export interface OriginalSums {
  readonly place: Place;
  readonly messageId: string;
  readonly count?: string;
  readonly controlSum?: string;
}

/** What is known once the last entry was read. */
export interface BankMessageEnd {
  readonly messages: readonly BankMessageHead[];
  readonly originals: readonly OriginalSums[];
  readonly bytes: number;
  /** Entries handed out, by kind and scope ("booking/transaction": 12). */
  readonly counts: Readonly<Record<string, number>>;
  readonly turnover: readonly Turnover[];
  /** At most a hundred; `findingCount` tells how many there were. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
}

/** A message being read. `entries` is to be read once, to its end; `end` answers after that. */
export interface BankMessageReading {
  readonly entries: AsyncIterable<readonly BankEntry[]>;
  end(): BankMessageEnd;
}

/**
 * Reads a message from its bytes, in memory that does not grow with them. @throws BankMessageError
 * from `entries`
 */
export type ReadBankMessage = (
  bytes: AsyncIterable<Uint8Array>,
  options?: { readonly parties?: boolean },
) => BankMessageReading;

/** Why a message cannot be read. Nothing of it may be applied. */
export class BankMessageError extends Error {
  constructor(
    readonly code:
      | 'FILE_EMPTY'
      | 'ARCHIVE_REFUSED'
      | 'ENCODING_UNKNOWN'
      | 'ENCODING_INVALID'
      | 'XML_INVALID'
      | 'DOCTYPE_REFUSED'
      | 'LIMIT_EXCEEDED'
      | 'NAMESPACE_DIFFERS'
      | 'NAMESPACE_UNKNOWN'
      | 'INTRADAY_REPORT'
      | 'MESSAGE_UNKNOWN'
      | 'VERSION_UNKNOWN'
      | 'TEXT_UNEXPECTED'
      | 'ELEMENT_UNEXPECTED'
      | 'ELEMENT_MISPLACED',
    readonly reason: string,
    readonly place: Place,
  ) {
    super(`${code} at line ${place.line}, column ${place.column}: ${reason}`);
    this.name = 'BankMessageError';
  }

  /** A sentence for a person. */
  get detail(): string {
    return `Line ${this.place.line}, column ${this.place.column}: ${this.reason}`;
  }
}
