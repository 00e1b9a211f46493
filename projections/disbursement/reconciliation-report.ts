import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { bankSide, type BankSide } from './bank-side.queries.js';
import { findCycle, type CycleStory } from './cycle.queries.js';
import { NOTHING, type Sum } from './sum.js';
import { listBreaks, type BreakView } from './disbursement.queries.js';

/**
 * A cycle against what the bank said of it, as the read models show it. Amounts in minor units;
 * nothing in it names a person.
 */
export interface ReconciliationReport {
  readonly cycle: CycleStory;
  readonly bank: BankSide;
  /** Newest last, at most `BREAKS`. */
  readonly breaks: readonly BreakView[];
  readonly moreBreaks: boolean;
  /** Instant. */
  readonly madeAt: string;
}

const BREAKS = 1_000;
/** Where a payment can be in the end, and where none is yet. */
export const STATES = ['settled', 'rejected', 'returned', 'cancelled', 'outstanding'] as const;

/**
 * @param regions those of the caller; absent: everywhere. Undefined where there is no such cycle.
 */
export async function readReport(
  reads: ReadStore,
  cycleId: string,
  madeAt: string,
  regions?: readonly string[],
): Promise<ReconciliationReport | undefined> {
  const cycle = await findCycle(reads, cycleId, regions);
  if (!cycle) return undefined;
  const { items, next } = await listBreaks(
    reads,
    { cycleId, ...(regions ? { regions } : {}) },
    madeAt,
    { limit: BREAKS },
  );
  return {
    cycle,
    bank: await bankSide(reads, cycleId, regions),
    breaks: items.toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1)),
    moreBreaks: next !== null,
    madeAt,
  };
}

export const sumOf = (
  { cycle: { progress } }: ReconciliationReport,
  state: (typeof STATES)[number],
): Sum => (state === 'outstanding' ? progress.outstanding : (progress.byStatus[state] ?? NOTHING));

/** Whether ordered is the sum of the states, in count and in minor units. */
export function agrees(report: ReconciliationReport): boolean {
  const { ordered } = report.cycle.progress;
  const sums = STATES.map((state) => sumOf(report, state));
  return (
    sums.reduce((total, { count }) => total + count, 0) === ordered.count &&
    sums.reduce((total, { amountMinor }) => total + amountMinor, 0n) === ordered.amountMinor
  );
}
