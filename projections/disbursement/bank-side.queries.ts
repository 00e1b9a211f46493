import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, within, type NameOf } from '../engine/live.js';
import { disbursementProjection } from './disbursement.projection.js';
import { breaks, payments, paymentTally, type PaymentRow } from './disbursement.tables.js';

/** A payment of which the bank says something else than our books. In minor units. */
export interface Difference {
  readonly paymentId: string;
  readonly status: string;
  readonly bankMinor: bigint;
  readonly oursMinor: bigint;
  /** Breaks of it, open or resolved: every difference has one. */ readonly breaks: number;
}

/** What banks said of a cycle against what our books say, in minor units of its currency. */
export interface BankSide {
  /** Left the account and did not come back, as banks said it. */
  readonly bankMinor: bigint;
  /** Settled, in our books. */
  readonly settledMinor: bigint;
  readonly differenceMinor: bigint;
  /** At most `DIFFERENCES`, in the order of payments. */
  readonly differences: readonly Difference[];
  readonly moreDifferences: boolean;
}

const DIFFERENCES = 1_000;
const NONE: ReadonlyMap<string, number> = new Map();

export const bankSide = (
  store: ReadStore,
  cycleId: string,
  regions?: readonly string[],
): Promise<BankSide> =>
  reading(store, [disbursementProjection], async (db, name) => {
    const tallies = await talliesOf(db, name, cycleId, regions);
    const differing = await differingOf(db, name, cycleId, regions);
    const kept = differing.slice(0, DIFFERENCES);
    const breaksOf = kept.length === 0 ? NONE : await breakCounts(db, name, cycleId);
    const bankMinor = tallies.reduce((sum, row) => sum + row.bank_minor, 0n);
    const settledMinor = tallies.find(({ status }) => status === 'settled')?.amount_minor ?? 0n;
    return {
      bankMinor,
      settledMinor,
      differenceMinor: bankMinor - settledMinor,
      moreDifferences: differing.length > DIFFERENCES,
      differences: kept.map((row) => ({
        paymentId: row.payment_id,
        status: row.status,
        bankMinor: row.bank_minor,
        oursMinor: row.status === 'settled' ? row.amount_minor : 0n,
        breaks: breaksOf.get(row.payment_id) ?? 0,
      })),
    };
  });

const talliesOf = (
  db: ReadDb,
  name: NameOf,
  cycleId: string,
  regions: readonly string[] | undefined,
): Promise<{ status: string; amount_minor: bigint; bank_minor: bigint }[]> =>
  db
    .selectFrom(name(paymentTally))
    .select('status')
    .select(({ fn }) => [
      fn.sum('amount_minor').as('amount_minor'),
      fn.sum('bank_minor').as('bank_minor'),
    ])
    .$castTo<{ status: string; amount_minor: bigint; bank_minor: bigint }>()
    .where('cycle_id', '=', cycleId)
    .where(within('region', regions))
    .groupBy('status')
    .execute();

/** One more than are shown, so that it can be said that there are more. */
const differingOf = (
  db: ReadDb,
  name: NameOf,
  cycleId: string,
  regions: readonly string[] | undefined,
): Promise<Pick<PaymentRow, 'payment_id' | 'status' | 'amount_minor' | 'bank_minor'>[]> =>
  db
    .selectFrom(name(payments))
    .select(['payment_id', 'status', 'amount_minor', 'bank_minor'])
    .$castTo<Pick<PaymentRow, 'payment_id' | 'status' | 'amount_minor' | 'bank_minor'>>()
    .where('payment_id', '>', `${cycleId}-`)
    .where('payment_id', '<', `${cycleId}.`)
    .where(within('region', regions))
    .where(({ or, and, eb }) =>
      or([
        and([eb('status', '=', 'settled'), eb('bank_minor', '<>', eb.ref('amount_minor'))]),
        and([eb('status', '<>', 'settled'), eb('bank_minor', '<>', 0n)]),
      ]),
    )
    .orderBy('payment_id')
    .limit(DIFFERENCES + 1)
    .execute();

async function breakCounts(
  db: ReadDb,
  name: NameOf,
  cycleId: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom(name(breaks))
    .select('payment_id')
    .select(({ fn }) => fn.countAll().as('count'))
    .$castTo<{ payment_id: string; count: number }>()
    .where('cycle_id', '=', cycleId)
    .groupBy('payment_id')
    .execute();
  return new Map(rows.map(({ payment_id, count }) => [payment_id, Number(count)]));
}
