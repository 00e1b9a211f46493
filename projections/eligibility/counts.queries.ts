import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, within, matching } from '../engine/live.js';
import { eligibilityProjection } from './eligibility.projection.js';
import { applicationTally, enrolmentTally } from './eligibility.tables.js';

export type Dimension = 'programmeId' | 'region' | 'status' | 'failedCriterion' | 'month';
const COLUMNS = {
  programmeId: 'programme_id',
  region: 'region',
  status: 'status',
  failedCriterion: 'failed_criterion',
  month: 'month',
} as const satisfies Record<Dimension, string>;

export interface CountFilter {
  readonly programmeId?: string;
  readonly regions?: readonly string[];
  readonly statuses?: readonly string[];
  /** Months of receipt YYYY-MM, both inclusive. */
  readonly fromMonth?: string;
  readonly toMonth?: string;
}

/** `share` of all that the filter counts, from 0 to 1. */
export interface ApplicationCount {
  readonly key: Readonly<Partial<Record<Dimension, string>>>;
  readonly count: number;
  readonly share: number;
}

/**
 * Applications counted by the dimensions asked for, most first. `failedCriterion` is '' where
 * nothing spoke against the household.
 */
export async function countApplications(
  store: ReadStore,
  by: readonly Dimension[],
  filter: CountFilter = {},
): Promise<readonly ApplicationCount[]> {
  const { programmeId, regions, statuses, fromMonth, toMonth } = filter;
  const columns = by.map((dimension) => COLUMNS[dimension]);
  return reading(store, [eligibilityProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(applicationTally))
      .select(columns)
      .select(({ fn }) => fn.sum('count').as('count'))
      .$castTo<Record<string, string> & { count: number }>()
      .where(within('region', regions))
      .where(within('status', statuses))
      .where(matching({ programme_id: programmeId }))
      .$if(fromMonth !== undefined, (query) => query.where('month', '>=', fromMonth))
      .$if(toMonth !== undefined, (query) => query.where('month', '<=', toMonth))
      .$if(columns.length > 0, (query) => query.groupBy(columns))
      .execute();
    const total = rows.reduce((sum, { count }) => sum + count, 0);
    return rows
      .filter(({ count }) => count > 0)
      .map((row) => ({
        key: Object.fromEntries(by.map((dimension) => [dimension, row[COLUMNS[dimension]] ?? ''])),
        count: row.count,
        share: row.count / total,
      }))
      .sort(
        (a, b) => b.count - a.count || (JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1),
      );
  });
}

export interface EnrolmentCount {
  readonly programmeId: string;
  readonly region: string;
  readonly status: string;
  readonly count: number;
  readonly amountMinor: bigint;
}

/**
 * Enrolments by programme, region and status, with the sum of what they were last determined to be
 * paid a month.
 */
export async function countEnrolments(
  store: ReadStore,
  filter: { readonly programmeId?: string; readonly regions?: readonly string[] } = {},
): Promise<readonly EnrolmentCount[]> {
  const { programmeId, regions } = filter;
  return reading(store, [eligibilityProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(enrolmentTally))
      .selectAll()
      .$castTo<{
        programme_id: string;
        region: string;
        status: string;
        count: number;
        amount_minor: bigint;
      }>()
      .where(within('region', regions))
      .where(matching({ programme_id: programmeId }))
      .orderBy('programme_id')
      .orderBy('region')
      .orderBy('status')
      .limit(10_000)
      .execute();
    return rows
      .filter(({ count }) => count > 0)
      .map((row) => ({
        programmeId: row.programme_id,
        region: row.region,
        status: row.status,
        count: row.count,
        amountMinor: row.amount_minor,
      }));
  });
}
