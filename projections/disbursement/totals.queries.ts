import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, within, matching } from '../engine/live.js';
import { disbursementProjection } from './disbursement.projection.js';
import { cycles, paymentTally, OUTSTANDING } from './disbursement.tables.js';
import type { Sum } from './sum.js';

/** What was instructed and is not answered, by the day that it was to be executed. */
export interface Aging extends Sum {
  readonly cycleId: string;
  readonly executionDate: string;
  readonly status: string;
}

/**
 * Oldest first; `daysOutstanding` against a day is the caller's subtraction, and its choice of
 * buckets.
 */
export async function outstandingByAge(
  store: ReadStore,
  filter: { readonly cycleId?: string; readonly regions?: readonly string[] } = {},
): Promise<readonly Aging[]> {
  const { cycleId, regions } = filter;
  return reading(store, [disbursementProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(paymentTally))
      .select(['cycle_id', 'execution_date', 'status'])
      .select(({ fn }) => [fn.sum('count').as('count'), fn.sum('amount_minor').as('amount_minor')])
      .$castTo<{
        cycle_id: string;
        execution_date: string;
        status: string;
        count: number;
        amount_minor: bigint;
      }>()
      .where(within('status', OUTSTANDING))
      .where(within('region', regions))
      .where(matching({ cycle_id: cycleId }))
      .groupBy(['cycle_id', 'execution_date', 'status'])
      .orderBy('execution_date')
      .orderBy('cycle_id')
      .orderBy('status')
      .execute();
    return rows
      .filter(({ count }) => count > 0)
      .map((row) => ({
        cycleId: row.cycle_id,
        executionDate: row.execution_date,
        status: row.status,
        count: row.count,
        amountMinor: row.amount_minor,
      }));
  });
}

export interface RegionTotal extends Sum {
  readonly cycleId: string;
  readonly region: string;
  readonly status: string;
}

/**
 * Payments by region, month (a cycle is one month of one programme) and status, at most 10,000
 * rows.
 */
export async function totalsByRegion(
  store: ReadStore,
  filter: {
    readonly programmeId?: string;
    readonly fromPeriod?: string;
    readonly toPeriod?: string;
    readonly regions?: readonly string[];
  } = {},
): Promise<readonly RegionTotal[]> {
  const { programmeId, fromPeriod, toPeriod, regions } = filter;
  return reading(store, [disbursementProjection], async (db, name) => {
    const rows = await db
      .selectFrom(`${name(paymentTally)} as t`)
      .innerJoin(`${name(cycles)} as c`, 'c.cycle_id', 't.cycle_id')
      .select(['t.cycle_id', 't.region', 't.status'])
      .select(({ fn }) => [
        fn.sum('t.count').as('count'),
        fn.sum('t.amount_minor').as('amount_minor'),
      ])
      .$castTo<{
        cycle_id: string;
        region: string;
        status: string;
        count: number;
        amount_minor: bigint;
      }>()
      .where(within('t.region', regions))
      .where(matching({ 'c.programme_id': programmeId }))
      .$if(fromPeriod !== undefined, (query) => query.where('c.period', '>=', fromPeriod))
      .$if(toPeriod !== undefined, (query) => query.where('c.period', '<=', toPeriod))
      .groupBy(['t.cycle_id', 't.region', 't.status'])
      .orderBy('t.cycle_id')
      .orderBy('t.region')
      .orderBy('t.status')
      .limit(10_000)
      .execute();
    return rows
      .filter(({ count }) => count > 0)
      .map((row) => ({
        cycleId: row.cycle_id,
        region: row.region,
        status: row.status,
        count: row.count,
        amountMinor: row.amount_minor,
      }));
  });
}
