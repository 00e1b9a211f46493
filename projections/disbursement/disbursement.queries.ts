import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { streamHistory, type AuditEntry } from '../audit/audit.queries.js';
import { reading, within, matching } from '../engine/live.js';
import {
  decodeCursor,
  encodeCursor,
  limitOf,
  pageOf,
  type PageOf,
  type PageRequest,
} from '../engine/paging.js';
import { disbursementProjection } from './disbursement.projection.js';
import { breaks, payments, type BreakRow, type PaymentRow } from './disbursement.tables.js';
import { daysBefore, daysBetween } from '../../src/kernel/time.js';
import { inWords, type Texts } from '../../src/kernel/reasons.js';

/**
 * A payment as it stands. Amounts in minor units of `currency`; no name and no account number,
 * those are in the vault.
 */
export interface PaymentView {
  readonly paymentId: string;
  readonly cycleId: string;
  readonly personId: string;
  readonly region: string;
  readonly status: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly policyVersion: number;
  readonly attempt: number;
  readonly endToEndId: string | null;
  readonly messageId: string | null;
  readonly accountId: string | null;
  readonly executionDate: string | null;
  readonly reason: string | null;
  /** Absent for a code that only the bank can explain. */
  readonly reasonTexts?: Texts;
  readonly settledOn: string | null;
  /** When the bank was asked to call it back, and why. */
  readonly callBackAt: string | null;
  readonly callBackReason: string | null;
  readonly updatedAt: string;
}

export const paymentView = (row: PaymentRow): PaymentView => ({
  paymentId: row.payment_id,
  cycleId: row.cycle_id,
  personId: row.person_id,
  region: row.region,
  status: row.status,
  amountMinor: row.amount_minor,
  currency: row.currency,
  policyVersion: row.policy_version,
  attempt: row.attempt,
  endToEndId: row.end_to_end_id,
  messageId: row.message_id,
  accountId: row.account_id,
  executionDate: row.execution_date,
  reason: row.reason,
  ...inWords(row.reason ?? ''),
  settledOn: row.settled_on,
  callBackAt: row.call_back_at,
  callBackReason: row.call_back_reason,
  updatedAt: row.updated_at,
});

export interface PaymentFilter {
  readonly cycleId?: string;
  readonly status?: string;
  /** ISO 20022 reason of the rejection or return that the payment rests in. */
  readonly reason?: string;
  readonly personId?: string;
  /** Only those that the bank was asked to call back. */
  readonly callBack?: boolean;
  /** An officer's regions; absent: everywhere. */
  readonly regions?: readonly string[];
}

/** Payments in the order of their ids, which is by programme, period and person. */
export async function listPayments(
  store: ReadStore,
  filter: PaymentFilter,
  page: PageRequest = {},
): Promise<PageOf<PaymentView>> {
  const limit = limitOf(page);
  const after = decodeCursor('payments', page.cursor, ['string']);
  const { cycleId, status, reason, personId, callBack, regions } = filter;
  return reading(store, [disbursementProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(payments))
      .selectAll()
      .$castTo<PaymentRow>()
      .where(within('region', regions))
      // A cycle's payments are a range of the primary key: '.' follows '-'.
      .$if(cycleId !== undefined, (query) =>
        query.where('payment_id', '>', `${cycleId}-`).where('payment_id', '<', `${cycleId}.`),
      )
      .where(matching({ status, reason }))
      .$if(callBack === true, (query) => query.where('call_back_at', 'is not', null))
      .where(matching({ person_id: personId }))
      .$if(after !== undefined, (query) => query.where('payment_id', '>', after![0]))
      .orderBy('payment_id')
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, paymentView, (row) => encodeCursor('payments', [row.payment_id]));
  });
}

/** What the person was and is being paid, in all programmes, newest period last. */
export const payeeHistory = (
  store: ReadStore,
  personId: string,
  regions?: readonly string[],
  page: PageRequest = {},
): Promise<PageOf<PaymentView>> =>
  listPayments(store, { personId, ...(regions ? { regions } : {}) }, page);

export interface PaymentStory {
  readonly payment: PaymentView;
  readonly history: readonly AuditEntry[];
  readonly breaks: readonly BreakView[];
}

/**
 * One payment's whole life, with the items of its amount in the history's PaymentOrdered; undefined
 * when there is none in these regions.
 */
export async function paymentStory(
  store: ReadStore,
  paymentId: string,
  now: string,
  regions?: readonly string[],
): Promise<PaymentStory | undefined> {
  const row = await reading(store, [disbursementProjection], async (db, name) =>
    db
      .selectFrom(name(payments))
      .selectAll()
      .$castTo<PaymentRow>()
      .where('payment_id', '=', paymentId)
      .where(within('region', regions))
      .executeTakeFirst(),
  );
  if (!row) return undefined;
  const [history, found] = await Promise.all([
    streamHistory(store, `payment-${paymentId}`, { limit: 1_000 }),
    listBreaks(store, { paymentId }, now, { limit: 1_000 }),
  ]);
  return { payment: paymentView(row), history: history.items, breaks: found.items };
}

/** What a payment system is asked to pay: the current instruction of a payment. */
export interface InstructionView {
  readonly paymentId: string;
  readonly attempt: number;
  readonly endToEndId: string;
  readonly messageId: string;
  readonly accountId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly executionDate: string;
  /** Where the payment stands by now; `instructed` waits for an answer. */
  readonly status: string;
  readonly personId: string;
  /** To go on after this one. */
  readonly cursor: string;
}
/** `cursor` is always there: asked again with it, the feed goes on where it ended. */
export interface InstructionFeed {
  readonly items: readonly InstructionView[];
  readonly cursor: string | null;
  readonly end: boolean;
}

/**
 * A cycle's instructions in the order in which they were recorded. A payment that is instructed
 * again comes again, at the end; its earlier instruction, which was rejected or returned for good,
 * is no longer in the feed.
 */
export async function listInstructions(
  store: ReadStore,
  cycleId: string,
  page: PageRequest = {},
): Promise<InstructionFeed> {
  const limit = limitOf(page);
  const after = decodeCursor('instructions', page.cursor, ['number']);
  return reading(store, [disbursementProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(payments))
      .selectAll()
      .$castTo<PaymentRow>()
      .where('cycle_id', '=', cycleId)
      .where('instructed_position', '>', after?.[0] ?? -1)
      .orderBy('instructed_position')
      .limit(limit + 1)
      .execute();
    const kept = rows.slice(0, limit);
    const last = kept.at(-1);
    return {
      items: kept.map((row) => ({
        paymentId: row.payment_id,
        attempt: row.attempt,
        endToEndId: row.end_to_end_id ?? '',
        messageId: row.message_id ?? '',
        accountId: row.account_id ?? '',
        amountMinor: row.amount_minor,
        currency: row.currency,
        executionDate: row.execution_date ?? '',
        status: row.status,
        personId: row.person_id,
        cursor: encodeCursor('instructions', [row.instructed_position ?? -1]),
      })),
      cursor: last
        ? encodeCursor('instructions', [last.instructed_position ?? -1])
        : (page.cursor ?? null),
      end: rows.length <= limit,
    };
  });
}

/** A contradiction that a person has to resolve, or has resolved. */
export interface BreakView {
  readonly breakId: string;
  readonly paymentId: string;
  readonly cycleId: string;
  readonly kind: string;
  readonly attempt: number;
  readonly endToEndId: string;
  readonly reported: string;
  readonly reportedMinor: bigint | null;
  readonly reason: string | null;
  readonly source: string;
  readonly recordedAt: string;
  readonly open: boolean;
  /** Who looks after it. */
  readonly owner: string | null;
  /** Days that it has been open, or was. */
  readonly ageDays: number;
  /** What one person says, and takes another one's same word. */
  readonly proposedResolution: string | null;
  readonly proposedBy: string | null;
  readonly resolution: string | null;
  readonly resolutionReason: string | null;
  readonly resolvedBy: string | null;
  readonly resolvedAt: string | null;
}

export interface BreakFilter {
  readonly cycleId?: string;
  readonly paymentId?: string;
  readonly open?: boolean;
  readonly owner?: string;
  readonly olderThanDays?: number;
  readonly regions?: readonly string[];
}

const breakView = (row: BreakRow, now: string): BreakView => ({
  breakId: row.break_id,
  paymentId: row.payment_id,
  cycleId: row.cycle_id,
  kind: row.kind,
  attempt: row.attempt,
  endToEndId: row.end_to_end_id,
  reported: row.reported,
  reportedMinor: row.reported_minor,
  reason: row.reason,
  source: row.source,
  recordedAt: row.recorded_at,
  open: row.open,
  owner: row.owner,
  ageDays: daysBetween(row.recorded_at, row.resolved_at ?? now),
  proposedResolution: row.proposed_resolution,
  proposedBy: row.proposed_by,
  resolution: row.resolution,
  resolutionReason: row.resolution_reason,
  resolvedBy: row.resolved_by,
  resolvedAt: row.resolved_at,
});

/** @param now instant that ages count to */
export async function listBreaks(
  store: ReadStore,
  filter: BreakFilter,
  now: string,
  page: PageRequest = {},
): Promise<PageOf<BreakView>> {
  const limit = limitOf(page);
  const after = decodeCursor('breaks', page.cursor, ['string']);
  const { cycleId, paymentId, open, owner, olderThanDays, regions } = filter;
  return reading(store, [disbursementProjection], async (db, name) => {
    const rows = await db
      .selectFrom(`${name(breaks)} as b`)
      .selectAll('b')
      .$castTo<BreakRow>()
      .$if(regions !== undefined, (query) =>
        query.where(
          'b.payment_id',
          'in',
          db.selectFrom(name(payments)).select('payment_id').where(within('region', regions)),
        ),
      )
      .where(
        matching({
          'b.cycle_id': cycleId,
          'b.payment_id': paymentId,
          'b.open': open,
          'b.owner': owner,
        }),
      )
      .$if(olderThanDays !== undefined, (query) =>
        query.where('b.recorded_at', '<=', daysBefore(now, olderThanDays!)),
      )
      .$if(after !== undefined, (query) => query.where('b.break_id', '>', after![0]))
      .orderBy('b.break_id')
      .limit(limit + 1)
      .execute();
    return pageOf(
      rows,
      limit,
      (row) => breakView(row, now),
      (row) => encodeCursor('breaks', [row.break_id]),
    );
  });
}
