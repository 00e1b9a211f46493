import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, within, matching } from '../engine/live.js';
import { disbursementProjection } from './disbursement.projection.js';
import { budgetCycles, budgets, type BudgetRow } from './disbursement.tables.js';

export interface BudgetView {
  readonly budgetId: string;
  readonly programmeId: string;
  readonly fiscalYear: number;
  readonly currency: string;
  readonly allottedMinor: bigint;
  readonly reservedMinor: bigint;
  readonly spentMinor: bigint;
  /** Below nothing where settlements that came late overdrew it; a person covers that. */
  readonly freeMinor: bigint;
  readonly updatedAt: string;
  readonly cycles: readonly {
    readonly cycleId: string;
    readonly reservedMinor: bigint;
    readonly spentMinor: bigint;
  }[];
}

/**
 * Budgets with what each cycle holds of them; at most 1,000, in the order of programme and year.
 */
export async function listBudgets(
  store: ReadStore,
  filter: { readonly programmeId?: string; readonly fiscalYear?: number } = {},
): Promise<readonly BudgetView[]> {
  const { programmeId, fiscalYear } = filter;
  return reading(store, [disbursementProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(budgets))
      .selectAll()
      .$castTo<BudgetRow>()
      .where(matching({ programme_id: programmeId, fiscal_year: fiscalYear }))
      .orderBy('budget_id')
      .limit(1_000)
      .execute();
    const uses = await db
      .selectFrom(name(budgetCycles))
      .selectAll()
      .$castTo<{
        budget_id: string;
        cycle_id: string;
        reserved_minor: bigint;
        spent_minor: bigint;
      }>()
      .where(
        within(
          'budget_id',
          rows.map((row) => row.budget_id),
        ),
      )
      .orderBy('budget_id')
      .orderBy('cycle_id')
      .execute();
    return rows.map((row) => ({
      budgetId: row.budget_id,
      programmeId: row.programme_id,
      fiscalYear: row.fiscal_year,
      currency: row.currency,
      allottedMinor: row.allotted_minor,
      reservedMinor: row.reserved_minor,
      spentMinor: row.spent_minor,
      freeMinor: row.allotted_minor - row.reserved_minor - row.spent_minor,
      updatedAt: row.updated_at,
      cycles: uses
        .filter((use) => use.budget_id === row.budget_id)
        .map((use) => ({
          cycleId: use.cycle_id,
          reservedMinor: use.reserved_minor,
          spentMinor: use.spent_minor,
        })),
    }));
  });
}
