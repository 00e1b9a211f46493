import type { EventData } from '../../events/generated.js';

/** Who reported an outcome: `http`, `file`, `camt.054`; or a rail, by its own name in lower case. */
export type OutcomeSource = EventData['PaymentSettled']['source'];

/**
 * What a payment system says about one payment. Named by payment id, by end-to-end id or by both,
 * which must then agree.
 */
export interface ReportedOutcome {
  readonly paymentId?: string;
  readonly endToEndId?: string;
  readonly outcome: 'accepted' | 'settled' | 'rejected' | 'returned' | 'unknown';
  /** Which instruction it answers; absent: told by the end-to-end id, else the latest. */
  readonly attempt?: number;
  /** Minor units as a decimal string. */
  readonly amountMinor?: string;
  readonly currency?: string;
  /** ISO 20022 external reason code. */
  readonly reason?: string;
  /** Civil date YYYY-MM-DD. */
  readonly settledOn?: string;
  /** Of a booking, where the bank says them. Civil dates YYYY-MM-DD; `valueOn`: from when it counts. */
  readonly bookedOn?: string;
  readonly valueOn?: string;
  /** A digest of the statement that a booking stands in, and that one's time, "from/to". */
  readonly statement?: string;
  readonly period?: string;
  /** How many bookings of the same payment one statement has before it that nothing tells from it. */
  readonly bookedAgain?: number;
  /** The message of ours that the entry is said to be of; another one's payment is a contradiction. */
  readonly messageId?: string;
  /** The bank's or payment system's own: of the transaction, else of its entry. */
  readonly reference?: string;
  /** The bank's of the entry (Ntry) that the booking stands in. */
  readonly entryReference?: string;
  /** Where this one comes from, where one take has several sources. */
  readonly source?: OutcomeSource;
}
