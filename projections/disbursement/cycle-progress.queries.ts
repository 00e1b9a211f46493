import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import { inWords, type Texts } from '../../src/kernel/reasons.js';
import { reading, within, type NameOf } from '../engine/live.js';
import { disbursementProjection } from './disbursement.projection.js';
import { answerTally, breaks, paymentTally, payments, OUTSTANDING } from './disbursement.tables.js';
import { NOTHING, type Sum } from './sum.js';

/**
 * Where the cycle's payments are. Cancelled payments were ordered too; `outstanding` is instructed,
 * accepted and unknown.
 */
export interface Progress {
  readonly ordered: Sum;
  readonly outstanding: Sum;
  readonly byStatus: Readonly<Record<string, Sum>>;
  readonly byReason: readonly (Sum & {
    readonly status: string;
    readonly reason: string;
    /** Absent for a code that only the bank can explain. */ readonly reasonTexts?: Texts;
  })[];
  /** Every answer that came, whatever came after: rejected, returned, reinstructed. */
  readonly answers: Readonly<Record<string, Sum>>;
  readonly openBreaks: number;
}

const plus = (a: Sum, b: Sum): Sum => ({
  count: a.count + b.count,
  amountMinor: a.amountMinor + b.amountMinor,
});

interface TallyRow {
  readonly cycle_id: string;
  readonly status: string;
  readonly reason: string;
  readonly count: number;
  readonly amount_minor: bigint;
}

interface AnswerRow {
  readonly cycle_id: string;
  readonly answer: string;
  readonly count: number;
  readonly amount_minor: bigint;
}

interface OpenBreaksRow {
  readonly cycle_id: string;
  readonly count: number;
}

/** The sums of these cycles in these regions, in three statements however many cycles there are. */
export const progressOf = (
  store: ReadStore,
  cycleIds: readonly string[],
  regions: readonly string[] | undefined,
): Promise<(cycleId: string) => Progress> =>
  reading(store, [disbursementProjection], async (db, name) => {
    const [tallies, answers, open] = await Promise.all([
      talliesOf(db, name, cycleIds, regions),
      answersOf(db, name, cycleIds, regions),
      openBreaksOf(db, name, cycleIds, regions),
    ]);
    return (cycleId) => ({
      ...paymentsOf(tallies.filter((row) => row.cycle_id === cycleId)),
      answers: Object.fromEntries(
        answers
          .filter((row) => row.cycle_id === cycleId)
          .map((row) => [row.answer, { count: row.count, amountMinor: row.amount_minor }]),
      ),
      openBreaks: open.find((row) => row.cycle_id === cycleId)?.count ?? 0,
    });
  });

const talliesOf = (
  db: ReadDb,
  name: NameOf,
  cycleIds: readonly string[],
  regions: readonly string[] | undefined,
): Promise<TallyRow[]> =>
  db
    .selectFrom(name(paymentTally))
    .select(['cycle_id', 'status', 'reason'])
    .select(({ fn }) => [fn.sum('count').as('count'), fn.sum('amount_minor').as('amount_minor')])
    .$castTo<TallyRow>()
    .where(within('cycle_id', cycleIds))
    .where(within('region', regions))
    .groupBy(['cycle_id', 'status', 'reason'])
    .orderBy('status')
    .orderBy('reason')
    .execute();

const answersOf = (
  db: ReadDb,
  name: NameOf,
  cycleIds: readonly string[],
  regions: readonly string[] | undefined,
): Promise<AnswerRow[]> =>
  db
    .selectFrom(name(answerTally))
    .select(['cycle_id', 'answer'])
    .select(({ fn }) => [fn.sum('count').as('count'), fn.sum('amount_minor').as('amount_minor')])
    .$castTo<AnswerRow>()
    .where(within('cycle_id', cycleIds))
    .where(within('region', regions))
    .groupBy(['cycle_id', 'answer'])
    .execute();

const openBreaksOf = (
  db: ReadDb,
  name: NameOf,
  cycleIds: readonly string[],
  regions: readonly string[] | undefined,
): Promise<OpenBreaksRow[]> =>
  db
    .selectFrom(name(breaks))
    .select('cycle_id')
    .select(({ fn }) => fn.countAll().as('count'))
    .$castTo<OpenBreaksRow>()
    .where(within('cycle_id', cycleIds))
    .where('open', '=', true)
    .$if(regions !== undefined, (query) =>
      query.where(
        'payment_id',
        'in',
        db.selectFrom(name(payments)).select('payment_id').where(within('region', regions)),
      ),
    )
    .groupBy('cycle_id')
    .execute();

/** Of one cycle's tallies. */
function paymentsOf(tallies: readonly TallyRow[]): Omit<Progress, 'answers' | 'openBreaks'> {
  const byStatus: Record<string, Sum> = {};
  const byReason: Progress['byReason'][number][] = [];
  let ordered = NOTHING;
  let outstanding = NOTHING;
  for (const { status, reason, count, amount_minor: amountMinor } of tallies) {
    if (count === 0) continue;
    const sum = { count, amountMinor };
    byStatus[status] = plus(byStatus[status] ?? NOTHING, sum);
    ordered = plus(ordered, sum);
    if (OUTSTANDING.some((one) => one === status)) outstanding = plus(outstanding, sum);
    if (reason !== '') byReason.push({ status, reason, ...inWords(reason), ...sum });
  }
  return { ordered, outstanding, byStatus, byReason };
}
