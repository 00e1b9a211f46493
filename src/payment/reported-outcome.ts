import type { EventData } from '../../events/generated.js';
import type { OutcomeDetails } from './reportable.rule.js';

/**
 * Who reported an outcome: `http`, `file`, `camt.054`; or a rail, by its own name in lower case.
 */
export type OutcomeSource = EventData['PaymentSettled']['source'];

/**
 * What a payment system says about one payment. Named by payment id, by end-to-end id or by both,
 * which must then agree.
 */
export interface ReportedOutcome extends OutcomeDetails {
  readonly paymentId?: string;
  readonly endToEndId?: string;
  readonly outcome: 'accepted' | 'settled' | 'rejected' | 'returned' | 'unknown';
  /** Which instruction it answers; absent: told by the end-to-end id, else the latest. */
  readonly attempt?: number;
  /**
   * The message of ours that the entry is said to be of; another one's payment is a contradiction.
   */
  readonly messageId?: string;
  /** Persons who said so before who has it recorded now: who handed over the bank's file, say. */
  readonly saidBy?: readonly string[];
  /** Where this one comes from, where one take has several sources. */
  readonly source?: OutcomeSource;
}
