import type { EventData } from '../../events/generated.js';
import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, matching } from '../engine/live.js';
import {
  decodeCursor,
  encodeCursor,
  limitOf,
  pageOf,
  type PageOf,
  type PageRequest,
} from '../engine/paging.js';
import { disbursementProjection } from './disbursement.projection.js';
import { amountsIn } from './regions.queries.js';
import { progressOf, type Progress } from './cycle-progress.queries.js';
import { cycles, type CycleRow } from './disbursement.tables.js';

export interface CycleView {
  readonly cycleId: string;
  readonly programmeId: string;
  readonly period: string;
  readonly policyVersion: number;
  readonly currency: string;
  readonly status: string;
  readonly round: number;
  readonly asOf: number | null;
  readonly count: number | null;
  readonly totalMinor: bigint | null;
  readonly contentHash: string | null;
  readonly preparedBy: string | null;
  readonly preparedAt: string | null;
  readonly approvedBy: string | null;
  readonly approvedAt: string | null;
  readonly fiscalYear: number | null;
  readonly releasedBy: string | null;
  readonly releasedAt: string | null;
  readonly executionDate: string | null;
  readonly returnedReason: string | null;
  readonly closedAt: string | null;
  readonly files: readonly {
    readonly name: string;
    readonly messageId: string;
    readonly sha256: string;
    readonly count: number;
    readonly totalMinor: string;
  }[];
  /**
   * Findings of the checks before approval that block and that nobody overrode; null before they
   * ran.
   */
  readonly blocking: number | null;
  /** The figures as they were reconciled; null before. */
  readonly reconciliation: EventData['CycleReconciled'] | null;
  readonly progress: Progress;
}

export interface CycleFinding {
  readonly findingId: string;
  readonly check: string;
  readonly level: 'block' | 'warn';
  readonly count: number;
  readonly amountMinor: string;
  readonly payments: readonly string[];
  readonly region?: string;
  readonly measured?: string;
  readonly limit?: string;
  readonly overridden?: { readonly by: string; readonly at: string; readonly reason: string };
}

export interface LeftOut {
  readonly count: number;
  readonly households: readonly {
    readonly personId: string;
    readonly code: string;
    readonly place?: string;
  }[];
}

/**
 * One cycle, with what the checks found (null before they ran) and who answers for it. With
 * regions, findings and their payments are of these; of whom is left out there is the number only.
 */
export interface CycleStory extends CycleView {
  /**
   * Households that nothing was ordered for, and the first of them with why; null where there are
   * none.
   */
  readonly leftOut: LeftOut | null;
  readonly findings: readonly CycleFinding[] | null;
}

function findingsOf({ findings, overrides }: CycleRow): readonly CycleFinding[] | null {
  if (findings === null) return null;
  const answered: Readonly<Record<string, CycleFinding['overridden']>> =
    overrides === null ? {} : JSON.parse(overrides);
  const found: readonly CycleFinding[] = JSON.parse(findings);
  return found.map((finding) => {
    const overridden = answered[finding.findingId];
    return overridden ? { ...finding, overridden } : finding;
  });
}

const blockingIn = (findings: readonly CycleFinding[] | null): number | null =>
  findings && findings.filter(({ level, overridden }) => level === 'block' && !overridden).length;

const viewOf = (row: CycleRow, progress: Progress): CycleView => ({
  cycleId: row.cycle_id,
  programmeId: row.programme_id,
  period: row.period,
  policyVersion: row.policy_version,
  currency: row.currency,
  status: row.status,
  round: row.round,
  asOf: row.as_of,
  count: row.count,
  totalMinor: row.total_minor,
  contentHash: row.content_hash,
  preparedBy: row.prepared_by,
  preparedAt: row.prepared_at,
  approvedBy: row.approved_by,
  approvedAt: row.approved_at,
  fiscalYear: row.fiscal_year,
  releasedBy: row.released_by,
  releasedAt: row.released_at,
  executionDate: row.execution_date,
  returnedReason: row.returned_reason,
  closedAt: row.closed_at,
  blocking: blockingIn(findingsOf(row)),
  files: row.files === null ? [] : JSON.parse(row.files),
  reconciliation: row.reconciliation === null ? null : JSON.parse(row.reconciliation),
  progress,
});

/**
 * Cycles in the order of programme and period. With regions, progress counts only theirs; the
 * cycle's own figures are national.
 */
export async function listCycles(
  store: ReadStore,
  filter: {
    readonly programmeId?: string;
    readonly status?: string;
    readonly regions?: readonly string[];
  },
  page: PageRequest = {},
): Promise<PageOf<CycleView>> {
  const limit = limitOf(page);
  const after = decodeCursor('cycles', page.cursor, ['string']);
  const { programmeId, status, regions } = filter;
  const rows = await reading(store, [disbursementProjection], async (db, name) =>
    db
      .selectFrom(name(cycles))
      .selectAll()
      .$castTo<CycleRow>()
      .where(matching({ programme_id: programmeId, status }))
      .$if(after !== undefined, (query) => query.where('cycle_id', '>', after![0]))
      .orderBy('cycle_id')
      .limit(limit + 1)
      .execute(),
  );
  const progress = await progressOf(
    store,
    rows.map((row) => row.cycle_id),
    regions,
  );
  return pageOf(
    rows,
    limit,
    (row) => viewOf(row, progress(row.cycle_id)),
    (row) => encodeCursor('cycles', [row.cycle_id]),
  );
}

export async function findCycle(
  store: ReadStore,
  cycleId: string,
  regions?: readonly string[],
): Promise<CycleStory | undefined> {
  const row = await reading(store, [disbursementProjection], async (db, name) =>
    db
      .selectFrom(name(cycles))
      .selectAll()
      .$castTo<CycleRow>()
      .where('cycle_id', '=', cycleId)
      .executeTakeFirst(),
  );
  if (!row) return undefined;
  const progress = await progressOf(store, [cycleId], regions);
  const leftOut: LeftOut | null = row.left_out === null ? null : JSON.parse(row.left_out);
  const findings = findingsOf(row);
  return {
    ...viewOf(row, progress(cycleId)),
    leftOut: regions && leftOut ? { ...leftOut, households: [] } : leftOut,
    findings: regions ? await findingsIn(store, findings, regions) : findings,
  };
}

/** Findings of these regions, and of the others those payments that are of these. */
async function findingsIn(
  store: ReadStore,
  findings: readonly CycleFinding[] | null,
  regions: readonly string[],
): Promise<readonly CycleFinding[] | null> {
  if (findings === null) return null;
  const of = await amountsIn(
    store,
    findings.flatMap(({ payments }) => payments),
    regions,
  );
  return findings.flatMap((finding): CycleFinding[] => {
    const payments = finding.payments.filter((paymentId) => of.has(paymentId));
    if (finding.region !== undefined)
      return regions.includes(finding.region) ? [{ ...finding, payments }] : [];
    if (payments.length === 0) return [];
    const amountMinor = payments.reduce((total, paymentId) => total + of.get(paymentId)!, 0n);
    const { measured: _, limit: __, ...own } = finding;
    return [{ ...own, count: payments.length, amountMinor: String(amountMinor), payments }];
  });
}
