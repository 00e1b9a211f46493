import { DomainError } from '../kernel/errors.js';
import { parseLocalDate } from '../kernel/time.js';
import type { EventData } from '../../events/generated.js';
import type { PaymentState, Reported } from './payment.state.js';

/** What is said beside the outcome itself, where it is. */
export interface OutcomeDetails {
  /** Minor units as a decimal string. */
  readonly amountMinor?: string;
  readonly currency?: string;
  /** ISO 20022 external reason code. */
  readonly reason?: string;
  /**
   * The day on which money is said to have moved, or a bank's file says that it did not. Civil date
   * YYYY-MM-DD, as the other days.
   */
  readonly settledOn?: string;
  /** The day of the booking, where it says one. */
  readonly bookedOn?: string;
  /** The day from which the bank counts it; days around the booking. */
  readonly valueOn?: string;
  /** A digest of the statement that a booking stands in, and that one's time, "from/to". */
  readonly statement?: string;
  readonly period?: string;
  /**
   * How many bookings of the same payment one statement has before it that nothing tells from it.
   */
  readonly bookedAgain?: number;
  /** The bank's or payment system's own: of the transaction, else of its entry. */
  readonly reference?: string;
  /** The bank's of the entry (Ntry) that the booking stands in. */
  readonly entryReference?: string;
}

/** What a payment is told: an outcome of one of its attempts, and who says so. */
export interface ReportOutcome extends OutcomeDetails {
  readonly type: 'ReportOutcome';
  readonly outcome: Reported | 'unknown';
  readonly attempt: number;
  readonly endToEndId: string;
  readonly source: EventData['PaymentBreakRecorded']['source'];
  /** Persons who said so before who has it recorded. */
  readonly saidBy?: readonly string[];
}

/** A report names a payment's attempt, in its currency, with a reason where the field has one. */
export function requireReportable(state: PaymentState, command: ReportOutcome): void {
  if (command.currency !== undefined && command.currency !== state.currency)
    throw new DomainError(
      'CURRENCY_DIFFERS',
      `The payment is in ${state.currency}.`,
      'rule',
      'currency',
    );
  if (command.amountMinor !== undefined && BigInt(command.amountMinor) <= 0n)
    throw new DomainError(
      'AMOUNT_NOT_POSITIVE',
      'An outcome is of more than nothing.',
      'invalid',
      'amount',
    );
  requireAttempt(state, command);
  if (
    (command.outcome === 'rejected' || command.outcome === 'returned') &&
    command.reason === undefined
  )
    throw new DomainError(
      'REASON_MISSING',
      'A rejection or return has an ISO 20022 reason code.',
      'invalid',
      'reason',
    );
  requireForms(command);
  if (command.settledOn !== undefined) parseLocalDate(command.settledOn, 'settledOn');
  if (command.bookedOn !== undefined) parseLocalDate(command.bookedOn, 'bookedOn');
  if (command.valueOn !== undefined) parseLocalDate(command.valueOn, 'valueOn');
}

/** What an event can hold, whoever says it: a line that it cannot hold is refused by itself. */
function requireForms({ reason, reference, entryReference }: ReportOutcome): void {
  if (reason !== undefined && !/^[A-Z0-9]{4}$/.test(reason))
    throw new DomainError(
      'REASON_INVALID',
      'A reason is an ISO 20022 code of four capitals and digits.',
      'invalid',
      'reason',
    );
  for (const text of [reference, entryReference])
    if (text !== undefined && (text.length === 0 || text.length > 35))
      throw new DomainError(
        'REFERENCE_INVALID',
        'A reference has between 1 and 35 characters.',
        'invalid',
        'reference',
      );
}

function requireAttempt(state: PaymentState, { attempt, endToEndId }: ReportOutcome): void {
  if (attempt > state.attempt)
    throw new DomainError(
      'ATTEMPT_UNKNOWN',
      `The payment was instructed ${state.attempt} times; there is no attempt ${attempt}.`,
      'rule',
      'attempt',
    );
  if (state.endToEndIds[attempt - 1] !== endToEndId)
    throw new DomainError(
      'END_TO_END_ID_UNKNOWN',
      'The end-to-end id is not that of this attempt.',
      'rule',
      'endToEndId',
    );
}
