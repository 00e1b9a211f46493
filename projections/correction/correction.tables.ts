import { table, type RowOf } from '../engine/projection.js';

export const corrections = table(
  'correction',
  'rows',
  {
    correction_id: 'text',
    programme_id: 'text',
    from_period: 'text',
    to_period: 'text',
    basis: 'text',
    person_id: 'text?',
    reason: 'text',
    status: 'text',
    as_of: 'integer',
    households: 'integer?',
    arrears_count: 'integer?',
    arrears_minor: 'money?',
    overpaid_count: 'integer?',
    overpaid_minor: 'money?',
    content_hash: 'text?',
    proposed_by: 'text',
    proposed_at: 'text?',
    approved_by: 'text?',
    approved_at: 'text?',
    rejected_reason: 'text?',
    updated_at: 'text',
  },
  ['correction_id'],
);
export type CorrectionRow = RowOf<typeof corrections>;

/**
 * `adjustment_id` is `<correction>-<person>`. Status: proposed · established (owed to or by the
 * household) · ordered (in a payment).
 */
export const adjustments = table(
  'correction_adjustment',
  'rows',
  {
    adjustment_id: 'text',
    correction_id: 'text',
    programme_id: 'text',
    person_id: 'text',
    region: 'text',
    status: 'text',
    difference_minor: 'money',
    offset_minor: 'money',
    periods: 'json',
    payment_id: 'text?',
    updated_at: 'text',
  },
  ['adjustment_id'],
  [{ on: ['correction_id', 'adjustment_id'] }, { on: ['person_id', 'adjustment_id'] }],
);
export type AdjustmentRow = RowOf<typeof adjustments>;

/** `deductions` is JSON: payment id to [round, minor units]. */
export const recoveries = table(
  'correction_recovery',
  'rows',
  {
    recovery_id: 'text',
    programme_id: 'text',
    person_id: 'text',
    region: 'text',
    currency: 'text',
    status: 'text',
    suspended: 'boolean',
    overpaid_minor: 'total',
    recovered_minor: 'total',
    waived_minor: 'total',
    share_percent: 'integer?',
    floor_minor: 'money?',
    deductions: 'json',
    updated_at: 'text',
  },
  ['recovery_id'],
  [{ on: ['status', 'recovery_id'] }],
);
export type RecoveryRow = RowOf<typeof recoveries>;
