import { table, type RowOf } from '../engine/projection.js';

/**
 * Where an application stands. `determined` awaits a recommendation, `recommended` a decision,
 * `appealed` an appeal's.
 */
export type ApplicationStatus =
  | 'submitted'
  | 'determined'
  | 'recommended'
  | 'returned'
  | 'approved'
  | 'rejected'
  | 'withdrawn'
  | 'appealed';
/** Somebody still has to act. */
export const OPEN: readonly ApplicationStatus[] = [
  'submitted',
  'determined',
  'recommended',
  'returned',
  'appealed',
];

export const programmes = table(
  'eligibility_programme',
  'rows',
  {
    programme_id: 'text',
    name: 'json',
    currency: 'text',
    time_zone: 'text',
    decision_days: 'integer',
    appeal_days: 'integer',
    appeal_decision_days: 'integer',
    status: 'text',
    closed_reason: 'text?',
  },
  ['programme_id'],
);

/**
 * A published policy's words: `texts` is { criteria: { id: text }, benefits: { code: text } }, each
 * text in fr, ar and en.
 */
export const policies = table(
  'eligibility_policy',
  'appended',
  {
    programme_id: 'text',
    version: 'integer',
    announced_on: 'text',
    effective_from: 'text',
    first_paid_period: 'text',
    legal_basis: 'text',
    unverified: 'boolean',
    content_hash: 'text',
    texts: 'json',
  },
  ['programme_id', 'version'],
);

export const persons = table(
  'eligibility_person',
  'rows',
  {
    person_id: 'text',
    region: 'text',
    status: 'text',
    registered_at: 'text',
    erased_at: 'text?',
    account_id: 'text?',
    account_kind: 'text?',
    account_verified: 'boolean',
    account_since: 'text?',
  },
  ['person_id'],
);
export type PersonRow = RowOf<typeof persons>;

export const applications = table(
  'eligibility_application',
  'rows',
  {
    application_id: 'text',
    programme_id: 'text',
    person_id: 'text',
    region: 'text',
    channel: 'text',
    received_on: 'text',
    status: 'text',
    /** Civil date that the running deadline counts from: of receipt, or of the appeal. */
    clock_from: 'text',
    /** The person who acted on it last: whose work it is. Never the automation. */
    officer: 'text',
    submitted_by: 'text',
    recommended_by: 'text?',
    decided_by: 'text?',
    recommendation: 'text?',
    eligible: 'boolean?',
    policy_version: 'integer?',
    amount_minor: 'money?',
    /**
     * The first criterion that spoke against the household; null when it is eligible or not
     * determined.
     */
    failed_criterion: 'text?',
    content_hash: 'text',
    start_period: 'text?',
    reason: 'text?',
    decided_at: 'text?',
    appeals: 'integer',
    submitted_at: 'text',
    updated_at: 'text',
  },
  ['application_id'],
  [
    { on: ['status', 'clock_from', 'application_id'] },
    { on: ['region', 'status', 'clock_from', 'application_id'] },
    { on: ['officer', 'status', 'clock_from', 'application_id'] },
    { on: ['person_id'] },
  ],
);
export type ApplicationRow = RowOf<typeof applications>;

/**
 * Every determination as recorded: findings and entitlement are those of the event, never evaluated
 * again.
 */
export const determinations = table(
  'eligibility_determination',
  'appended',
  {
    position: 'integer',
    application_id: 'text',
    revision: 'integer',
    time: 'text',
    actor: 'text',
    policy_version: 'integer',
    as_of: 'text',
    eligible: 'boolean',
    amount_minor: 'money',
    findings: 'json',
    entitlement: 'json',
  },
  ['position'],
  [{ on: ['application_id', 'revision'] }],
);

export const enrolments = table(
  'eligibility_enrolment',
  'rows',
  {
    enrolment_id: 'text',
    programme_id: 'text',
    person_id: 'text',
    application_id: 'text',
    region: 'text',
    status: 'text',
    start_period: 'text',
    from_period: 'text',
    last_period: 'text?',
    policy_version: 'integer',
    amount_minor: 'money',
    recertification_due_on: 'text?',
    reason: 'text?',
    updated_at: 'text',
  },
  ['enrolment_id'],
  [{ on: ['person_id'] }],
);
export type EnrolmentRow = RowOf<typeof enrolments>;

/**
 * Applications by where they are; `failed_criterion` is '' where there is none. `month` is that of
 * receipt.
 */
export const applicationTally = table(
  'eligibility_tally',
  'tally',
  {
    programme_id: 'text',
    region: 'text',
    status: 'text',
    failed_criterion: 'text',
    month: 'text',
    count: 'integer',
  },
  ['programme_id', 'region', 'status', 'failed_criterion', 'month'],
);

export const enrolmentTally = table(
  'eligibility_enrolment_tally',
  'tally',
  {
    programme_id: 'text',
    region: 'text',
    status: 'text',
    count: 'integer',
    amount_minor: 'total',
  },
  ['programme_id', 'region', 'status'],
);
