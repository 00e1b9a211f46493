import { cycleOfPayment } from '../../src/kernel/ids.js';
import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { minor } from '../../src/kernel/money.js';
import { isSamePerson } from '../../src/kernel/subject.js';
import type { Rows } from '../engine/projection.js';
import {
  answerTally,
  breaks,
  NOT_ARRIVED,
  payments,
  paymentTally,
  type PaymentRow,
  type PaymentStatus,
} from './disbursement.tables.js';

/** When, and where in the log. */
type At = Pick<Recorded, 'time' | 'position'>;

function count(rows: Rows, payment: PaymentRow, by: 1 | -1): void {
  rows.add(paymentTally, {
    cycle_id: payment.cycle_id,
    region: payment.region,
    status: payment.status,
    reason: payment.reason ?? '',
    execution_date: payment.execution_date ?? '',
    count: by,
    amount_minor: by === 1 ? payment.amount_minor : -payment.amount_minor,
    bank_minor: by === 1 ? payment.bank_minor : -payment.bank_minor,
  });
}

function change(rows: Rows, before: PaymentRow, after: PaymentRow): void {
  count(rows, before, -1);
  count(rows, after, 1);
  rows.put(payments, after);
}

function answered(rows: Rows, payment: PaymentRow, answer: string, reason = ''): void {
  rows.add(answerTally, {
    cycle_id: payment.cycle_id,
    region: payment.region,
    answer,
    reason,
    count: 1,
    amount_minor: payment.amount_minor,
  });
}

function order(rows: Rows, data: EventData['PaymentOrdered'], time: string): void {
  const before = rows.get(payments, data.paymentId);
  const after: PaymentRow = {
    payment_id: data.paymentId,
    cycle_id: cycleOfPayment(data.paymentId),
    person_id: data.personId,
    region: data.region,
    status: 'ordered',
    amount_minor: minor(data.amountMinor),
    currency: data.currency,
    policy_version: data.policyVersion,
    round: data.round,
    attempt: 0,
    end_to_end_id: null,
    message_id: null,
    account_id: null,
    execution_date: null,
    instructed_position: null,
    reason: null,
    settled_on: null,
    settled_attempt: null,
    call_back_at: null,
    call_back_reason: null,
    bank_minor: before?.bank_minor ?? 0n,
    moved_position: null,
    updated_at: time,
  };
  if (before) count(rows, before, -1);
  count(rows, after, 1);
  rows.put(payments, after);
}

function instruct(
  rows: Rows,
  data: EventData['PaymentInstructed'],
  { time, position }: At,
  again: boolean,
): void {
  const before = rows.get(payments, data.paymentId);
  if (!before) return;
  if (again) answered(rows, before, 'reinstructed');
  change(rows, before, {
    ...before,
    status: 'instructed',
    attempt: data.attempt,
    end_to_end_id: data.endToEndId,
    message_id: data.messageId,
    account_id: data.accountId,
    execution_date: data.executionDate,
    instructed_position: position,
    reason: null,
    call_back_at: null,
    call_back_reason: null,
    moved_position: null,
    updated_at: time,
  });
}

/** Where a payment is now. */
interface Outcome {
  readonly status: PaymentStatus;
  readonly reason?: string | null;
  readonly settledOn?: string;
  /** By which it is settled; absent: the live one. */
  readonly attempt?: number | undefined;
}

/** Where a payment has not arrived, for good or until it is instructed again. */
const isFailed = (status: string): boolean => NOT_ARRIVED.some((one) => one === status);

function settle(
  rows: Rows,
  paymentId: string,
  { status, reason = null, settledOn, attempt }: Outcome,
  { time, position }: At,
): void {
  const before = rows.get(payments, paymentId);
  if (!before) return;
  const settledAttempt = status === 'settled' ? (attempt ?? before.attempt) : null;
  const hasMoved = isFailed(status) || isFailed(before.status);
  change(rows, before, {
    ...before,
    ...(hasMoved ? { moved_position: position } : {}),
    status,
    reason,
    settled_on: settledOn ?? null,
    settled_attempt: settledAttempt,
    updated_at: time,
  });
}

/**
 * A bank says that money left for the payment, or did not, or came back. What never left cannot
 * come back, and is no difference.
 */
function bankSaid(
  rows: Rows,
  paymentId: string,
  what: 'settled' | 'rejected' | 'returned',
  minorUnits?: bigint,
): void {
  const before = rows.get(payments, paymentId);
  if (!before) return;
  const takenBack = before.bank_minor > 0n ? -(minorUnits ?? before.amount_minor) : 0n;
  const by = what === 'settled' ? (minorUnits ?? before.amount_minor) : takenBack;
  if (by !== 0n) change(rows, before, { ...before, bank_minor: before.bank_minor + by });
}

function undo(
  rows: Rows,
  data: { readonly paymentId: string; readonly reason: string },
  status: 'rejected' | 'returned',
  at: At,
): void {
  const before = rows.get(payments, data.paymentId);
  if (before) answered(rows, before, status, data.reason);
  settle(rows, data.paymentId, { status, reason: data.reason }, at);
}

function callBack(
  rows: Rows,
  { paymentId, reason }: EventData['PaymentCancellationRequested'],
  time: string,
): void {
  const before = rows.get(payments, paymentId);
  if (before) rows.put(payments, { ...before, call_back_at: time, call_back_reason: reason });
}

function breakRecorded(rows: Rows, data: EventData['PaymentBreakRecorded'], time: string): void {
  const reportedMinor = data.reportedMinor === undefined ? undefined : minor(data.reportedMinor);
  if (data.reported !== 'accepted') bankSaid(rows, data.paymentId, data.reported, reportedMinor);
  rows.put(breaks, {
    break_id: data.breakId,
    payment_id: data.paymentId,
    cycle_id: cycleOfPayment(data.paymentId),
    kind: data.kind,
    attempt: data.attempt,
    end_to_end_id: data.endToEndId,
    reported: data.reported,
    reported_minor: reportedMinor ?? null,
    reason: data.reason ?? null,
    source: data.source,
    recorded_at: time,
    open: true,
    owner: null,
    proposed_resolution: null,
    proposed_by: null,
    resolution: null,
    resolution_reason: null,
    resolved_by: null,
    resolved_at: null,
  });
}

function breakOwnerSet(rows: Rows, { breakId, owner }: EventData['PaymentBreakOwnerSet']): void {
  const found = rows.get(breaks, breakId);
  if (found) rows.put(breaks, { ...found, owner });
}

function resolutionProposed(
  rows: Rows,
  { data, meta }: Recorded<'PaymentBreakResolutionProposed'>,
): void {
  const found = rows.get(breaks, data.breakId);
  if (found)
    rows.put(breaks, {
      ...found,
      proposed_resolution: data.resolution,
      proposed_by: meta.actor,
    });
}

/**
 * Where the newest word was theirs; another's that was replaced in this row is in the proposals.
 */
function resolutionWithdrawn(
  rows: Rows,
  { data, meta }: Recorded<'PaymentBreakResolutionWithdrawn'>,
): void {
  const found = rows.get(breaks, data.breakId);
  if (found?.proposed_by && isSamePerson(found.proposed_by, meta.actor))
    rows.put(breaks, { ...found, proposed_resolution: null, proposed_by: null });
}

function breakResolved(rows: Rows, event: Recorded<'PaymentBreakResolved'>): void {
  const { data, meta, time, position } = event;
  const found = rows.get(breaks, data.breakId);
  if (found)
    rows.put(breaks, {
      ...found,
      open: false,
      resolution: data.resolution,
      resolution_reason: data.reason,
      resolved_by: meta.actor,
      resolved_at: time,
    });
  // Whether it arrived was open until now: nobody could look at it before.
  const payment = rows.get(payments, data.paymentId);
  if (payment && isFailed(payment.status))
    rows.put(payments, { ...payment, moved_position: position });
  countedAs(rows, event, found?.attempt);
}

/**
 * What an operator's verdict on a contradiction makes of the payment itself: another part of an
 * attempt that came back moves nothing, where another attempt has paid or was rejected.
 */
function countedAs(
  rows: Rows,
  { data, time, position }: Recorded<'PaymentBreakResolved'>,
  attempt: number | undefined,
): void {
  const day = time.slice(0, 10);
  const at = { time, position };
  if (data.resolution === 'counted-as-settled')
    settle(rows, data.paymentId, { status: 'settled', settledOn: day, attempt }, at);
  if (data.resolution === 'counted-as-returned') {
    if (data.furtherPart) return;
    const payment = rows.get(payments, data.paymentId);
    if (payment?.status === 'settled' && payment.settled_attempt !== attempt) return;
    settle(rows, data.paymentId, { status: 'returned', reason: payment?.reason ?? null }, at);
  }
}

export function evolvePayment(rows: Rows, event: Recorded): void {
  const { time } = event;
  switch (event.type) {
    case 'PaymentOrdered':
      return order(rows, event.data, time);
    case 'PaymentInstructed':
      return instruct(rows, event.data, event, false);
    case 'PaymentReinstructed':
      return instruct(rows, event.data, event, true);
    case 'PaymentAccepted':
      return settle(rows, event.data.paymentId, { status: 'accepted' }, event);
    case 'PaymentOutcomeUnknown':
      return settle(rows, event.data.paymentId, { status: 'unknown' }, event);
    case 'PaymentSettled': {
      const { paymentId, settledOn } = event.data;
      bankSaid(rows, paymentId, 'settled');
      return settle(rows, paymentId, { status: 'settled', settledOn }, event);
    }
    case 'PaymentRejected':
      return undo(rows, event.data, 'rejected', event);
    case 'PaymentReturned':
      if (rows.get(payments, event.data.paymentId)?.status === 'settled')
        bankSaid(rows, event.data.paymentId, 'returned');
      return undo(rows, event.data, 'returned', event);
    case 'PaymentCancelled':
      return settle(rows, event.data.paymentId, { status: 'cancelled' }, event);
    case 'PaymentCancellationRequested':
      return callBack(rows, event.data, time);
    case 'PaymentBreakRecorded':
      return breakRecorded(rows, event.data, time);
    case 'PaymentBreakOwnerSet':
      return breakOwnerSet(rows, event.data);
    case 'PaymentBreakResolutionProposed':
      return resolutionProposed(rows, event);
    case 'PaymentBreakResolutionWithdrawn':
      return resolutionWithdrawn(rows, event);
    case 'PaymentBreakResolved':
      return breakResolved(rows, event);
    default:
  }
}
