import type { Facts } from '../eligibility/facts.js';

export type AccountKind = 'iban' | 'rib' | 'wallet' | 'cash';

/**
 * One household of an import file, every field checked by itself. The facts are shaped by the
 * mapping only; whether they fit the programme is for `compiled.validateFacts` to say. Personal:
 * never logged, never put into an event.
 */
export interface HouseholdRow {
  /** 1-based line of the file on which the record starts. */
  readonly line: number;
  /**
   * The sender's own number of the application: what makes a second import of the same row the same
   * application.
   */
  readonly reference: string;
  /** Upper case, without spaces or dashes. */
  readonly nationalId: string;
  readonly name: string;
  readonly nameArabic?: string;
  readonly phone?: string;
  /** ISO 3166-2 subdivision. */
  readonly region: string;
  /** Civil date YYYY-MM-DD. */
  readonly receivedOn: string;
  readonly account: {
    readonly kind: AccountKind;
    /**
     * Upper case, without spaces; check digits verified. For cash, the national id against which it
     * is paid.
     */
    readonly number: string;
    readonly holder?: string;
  };
  readonly facts: Facts;
}

/**
 * Why a line was not taken: the user's column, a stable code, and a reason that never quotes the
 * value.
 */
export interface Reject {
  readonly line: number;
  readonly column: string;
  readonly code: string;
  readonly reason: string;
}

/**
 * Some hundred records of a file, in order; a record is in `rows` or has one or more `rejects`,
 * never both.
 */
export interface HouseholdBatch {
  readonly rows: readonly HouseholdRow[];
  readonly rejects: readonly Reject[];
  /** Records seen so far, good and bad. */
  readonly records: number;
  /** Bytes of the file read so far, for progress. */
  readonly bytes: number;
}
