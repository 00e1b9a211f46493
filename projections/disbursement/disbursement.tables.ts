import { table, type RowOf } from '../engine/projection.js';

/**
 * ordered, instructed, accepted and unknown are on their way; the others are where a payment can
 * rest.
 */
export type PaymentStatus =
  | 'ordered'
  | 'instructed'
  | 'accepted'
  | 'unknown'
  | 'settled'
  | 'rejected'
  | 'returned'
  | 'cancelled';
/** Instructed, and no definite answer yet. */
export const OUTSTANDING: readonly PaymentStatus[] = ['instructed', 'accepted', 'unknown'];

/** What did not arrive, unless it is instructed again or a bank says later that it did. */
export const NOT_ARRIVED: readonly PaymentStatus[] = ['rejected', 'returned', 'cancelled'];

export const payments = table(
  'disbursement_payment',
  'rows',
  {
    payment_id: 'text',
    cycle_id: 'text',
    person_id: 'text',
    region: 'text',
    status: 'text',
    amount_minor: 'money',
    currency: 'text',
    policy_version: 'integer',
    round: 'integer',
    attempt: 'integer',
    end_to_end_id: 'text?',
    message_id: 'text?',
    account_id: 'text?',
    execution_date: 'text?',
    /** Log position of the current instruction: the order in which payment systems read them. */
    instructed_position: 'integer?',
    /** ISO 20022 reason of the rejection or return that the payment rests in. */
    reason: 'text?',
    settled_on: 'text?',
    /** The attempt that paid, while the payment is settled. */
    settled_attempt: 'integer?',
    /** When the bank was asked to call the current instruction back, and why. */
    call_back_at: 'text?',
    call_back_reason: 'text?',
    /**
     * What left the account for it and did not come back, as banks said it: also what became a
     * break.
     */
    bank_minor: 'total',
    /**
     * Log position at which it failed, was paid though it had failed, or came back; also that of
     * the last word on a break of it while it rests so.
     */
    moved_position: 'integer?',
    updated_at: 'text',
  },
  ['payment_id'],
  [
    { on: ['payment_id', 'moved_position'], notNull: 'moved_position' },
    { on: ['call_back_at', 'payment_id'], notNull: 'call_back_at' },
    { on: ['status', 'payment_id'] },
    { on: ['reason', 'payment_id'], notNull: 'reason' },
    { on: ['cycle_id', 'instructed_position'], notNull: 'instructed_position' },
    { on: ['person_id', 'payment_id'] },
  ],
);
export type PaymentRow = RowOf<typeof payments>;

/**
 * Payments by where they are, in count and money. `execution_date` and `reason` are '' where there
 * is none.
 */
export const paymentTally = table(
  'disbursement_tally',
  'tally',
  {
    cycle_id: 'text',
    region: 'text',
    status: 'text',
    reason: 'text',
    execution_date: 'text',
    count: 'integer',
    amount_minor: 'total',
    bank_minor: 'total',
  },
  ['cycle_id', 'region', 'status', 'reason', 'execution_date'],
);

/**
 * How often each kind of answer came, whatever came after: rejected, returned, reinstructed,
 * cancelled, unknown.
 */
export const answerTally = table(
  'disbursement_answer',
  'tally',
  {
    cycle_id: 'text',
    region: 'text',
    answer: 'text',
    reason: 'text',
    count: 'integer',
    amount_minor: 'total',
  },
  ['cycle_id', 'region', 'answer', 'reason'],
);

export const cycles = table(
  'disbursement_cycle',
  'rows',
  {
    cycle_id: 'text',
    programme_id: 'text',
    period: 'text',
    policy_version: 'integer',
    currency: 'text',
    status: 'text',
    round: 'integer',
    as_of: 'integer?',
    count: 'integer?',
    total_minor: 'money?',
    content_hash: 'text?',
    prepared_by: 'text?',
    prepared_at: 'text?',
    approved_by: 'text?',
    approved_at: 'text?',
    fiscal_year: 'integer?',
    released_by: 'text?',
    released_at: 'text?',
    execution_date: 'text?',
    instructed_count: 'integer?',
    files: 'json?',
    returned_reason: 'text?',
    left_out: 'json?',
    findings: 'json?',
    overrides: 'json?',
    reconciliation: 'json?',
    closed_at: 'text?',
    closed_position: 'integer?',
    updated_at: 'text',
  },
  ['cycle_id'],
);
export type CycleRow = RowOf<typeof cycles>;

export const budgets = table(
  'disbursement_budget',
  'rows',
  {
    budget_id: 'text',
    programme_id: 'text',
    fiscal_year: 'integer',
    currency: 'text',
    allotted_minor: 'money',
    reserved_minor: 'total',
    spent_minor: 'total',
    updated_at: 'text',
  },
  ['budget_id'],
);
export type BudgetRow = RowOf<typeof budgets>;

/** What each cycle holds and has used of a budget. */
export const budgetCycles = table(
  'disbursement_budget_cycle',
  'tally',
  {
    budget_id: 'text',
    cycle_id: 'text',
    reserved_minor: 'total',
    spent_minor: 'total',
  },
  ['budget_id', 'cycle_id'],
);

export const breaks = table(
  'disbursement_break',
  'rows',
  {
    break_id: 'text',
    payment_id: 'text',
    cycle_id: 'text',
    kind: 'text',
    attempt: 'integer',
    end_to_end_id: 'text',
    reported: 'text',
    reported_minor: 'money?',
    reason: 'text?',
    source: 'text',
    recorded_at: 'text',
    open: 'boolean',
    owner: 'text?',
    /** What one person says, and takes another one's same word. */
    proposed_resolution: 'text?',
    proposed_by: 'text?',
    resolution: 'text?',
    resolution_reason: 'text?',
    resolved_by: 'text?',
    resolved_at: 'text?',
  },
  ['break_id'],
  [{ on: ['cycle_id', 'break_id'] }, { on: ['payment_id', 'break_id'] }],
);
export type BreakRow = RowOf<typeof breaks>;
