import type { EventData } from '../../events/generated.js';
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
import { correctionProjection } from './correction.projection.js';
import {
  adjustments,
  corrections,
  recoveries,
  type AdjustmentRow,
  type CorrectionRow,
  type RecoveryRow,
} from './correction.tables.js';

export interface CorrectionView {
  readonly correctionId: string;
  readonly programmeId: string;
  readonly fromPeriod: string;
  readonly toPeriod: string;
  readonly basis: string;
  readonly personId: string | null;
  readonly reason: string;
  /**
   * started · proposed · settled (nothing differs) · approved · applied (on the accounts) ·
   * rejected
   */
  readonly status: string;
  readonly asOf: number;
  readonly households: number | null;
  readonly arrearsCount: number | null;
  readonly arrearsMinor: bigint | null;
  readonly overpaidCount: number | null;
  readonly overpaidMinor: bigint | null;
  readonly contentHash: string | null;
  readonly proposedBy: string;
  readonly proposedAt: string | null;
  readonly approvedBy: string | null;
  readonly approvedAt: string | null;
  readonly rejectedReason: string | null;
  readonly updatedAt: string;
}

const correctionView = (row: CorrectionRow): CorrectionView => ({
  correctionId: row.correction_id,
  programmeId: row.programme_id,
  fromPeriod: row.from_period,
  toPeriod: row.to_period,
  basis: row.basis,
  personId: row.person_id,
  reason: row.reason,
  status: row.status,
  asOf: row.as_of,
  households: row.households,
  arrearsCount: row.arrears_count,
  arrearsMinor: row.arrears_minor,
  overpaidCount: row.overpaid_count,
  overpaidMinor: row.overpaid_minor,
  contentHash: row.content_hash,
  proposedBy: row.proposed_by,
  proposedAt: row.proposed_at,
  approvedBy: row.approved_by,
  approvedAt: row.approved_at,
  rejectedReason: row.rejected_reason,
  updatedAt: row.updated_at,
});

/**
 * The figures of some regions in place of the whole; how many households were looked at there is
 * not kept.
 */
function withSumsOf(
  rows: readonly CorrectionRow[],
  said: readonly Pick<AdjustmentRow, 'correction_id' | 'difference_minor'>[],
): readonly CorrectionRow[] {
  return rows.map((row) => {
    const differences = said
      .filter(({ correction_id }) => correction_id === row.correction_id)
      .map(({ difference_minor }) => difference_minor);
    const arrears = differences.filter((difference) => difference > 0n);
    const overpaid = differences.filter((difference) => difference < 0n);
    return {
      ...row,
      households: null,
      arrears_count: arrears.length,
      arrears_minor: arrears.reduce((sum, difference) => sum + difference, 0n),
      overpaid_count: overpaid.length,
      overpaid_minor: overpaid.reduce((sum, difference) => sum - difference, 0n),
    };
  });
}

/** In the order of programme and number. */
export async function listCorrections(
  store: ReadStore,
  filter: {
    readonly programmeId?: string;
    readonly status?: string;
    /** Only those that concern a household of these, and what they say of them. */
    readonly regions?: readonly string[];
  } = {},
  page: PageRequest = {},
): Promise<PageOf<CorrectionView>> {
  const limit = limitOf(page);
  const after = decodeCursor('corrections', page.cursor, ['string']);
  const { programmeId, status, regions } = filter;
  const rows = await reading(store, [correctionProjection], async (db, name) => {
    const concerned =
      regions &&
      (
        await db
          .selectFrom(name(adjustments))
          .select('correction_id')
          .distinct()
          .$castTo<Pick<AdjustmentRow, 'correction_id'>>()
          .where(within('region', regions))
          .execute()
      ).map(({ correction_id }) => correction_id);
    const found = await db
      .selectFrom(name(corrections))
      .selectAll()
      .$castTo<CorrectionRow>()
      .where(matching({ programme_id: programmeId, status }))
      .$if(after !== undefined, (query) => query.where('correction_id', '>', after![0]))
      .where(within('correction_id', concerned))
      .orderBy('correction_id')
      .limit(limit + 1)
      .execute();
    if (regions === undefined) return found;
    return withSumsOf(
      found,
      await db
        .selectFrom(name(adjustments))
        .select(['correction_id', 'difference_minor'])
        .$castTo<Pick<AdjustmentRow, 'correction_id' | 'difference_minor'>>()
        .where(
          within(
            'correction_id',
            found.map(({ correction_id }) => correction_id),
          ),
        )
        .where(within('region', regions))
        .execute(),
    );
  });
  return pageOf(rows, limit, correctionView, (row) =>
    encodeCursor('corrections', [row.correction_id]),
  );
}

export async function findCorrection(
  store: ReadStore,
  correctionId: string,
): Promise<CorrectionView | undefined> {
  const row = await reading(store, [correctionProjection], async (db, name) =>
    db
      .selectFrom(name(corrections))
      .selectAll()
      .$castTo<CorrectionRow>()
      .where('correction_id', '=', correctionId)
      .executeTakeFirst(),
  );
  return row && correctionView(row);
}

/**
 * What a correction says of a household. `differenceMinor`: arrears where positive, an overpayment
 * where negative.
 */
export interface AdjustmentView {
  readonly adjustmentId: string;
  readonly correctionId: string;
  readonly programmeId: string;
  readonly personId: string;
  readonly region: string;
  /** proposed · established · ordered (its arrears are in a payment) */
  readonly status: string;
  readonly differenceMinor: bigint;
  /**
   * Of arrears, what was set against a debt, or what an overpayment found later was; of an
   * overpayment, what was set against arrears and is not owed.
   */
  readonly offsetMinor: bigint;
  /** Month by month, benefit by benefit, child by child. */
  readonly periods: EventData['AdjustmentProposed']['periods'];
  readonly paymentId: string | null;
  readonly updatedAt: string;
}
export interface AdjustmentFilter {
  readonly correctionId?: string;
  readonly personId?: string;
  readonly status?: string;
  readonly kind?: 'arrears' | 'overpayment';
  readonly regions?: readonly string[];
}

export async function listAdjustments(
  store: ReadStore,
  filter: AdjustmentFilter,
  page: PageRequest = {},
): Promise<PageOf<AdjustmentView>> {
  const limit = limitOf(page);
  const after = decodeCursor('adjustments', page.cursor, ['string']);
  const { correctionId, personId, status, kind, regions } = filter;
  const rows = await reading(store, [correctionProjection], async (db, name) =>
    db
      .selectFrom(name(adjustments))
      .selectAll()
      .$castTo<AdjustmentRow>()
      .where(within('region', regions))
      .where(matching({ correction_id: correctionId, person_id: personId, status }))
      .$if(kind !== undefined, (query) =>
        query.where('difference_minor', kind === 'arrears' ? '>' : '<', 0),
      )
      .$if(after !== undefined, (query) => query.where('adjustment_id', '>', after![0]))
      .orderBy('adjustment_id')
      .limit(limit + 1)
      .execute(),
  );
  return pageOf(
    rows,
    limit,
    (row) => ({
      adjustmentId: row.adjustment_id,
      correctionId: row.correction_id,
      programmeId: row.programme_id,
      personId: row.person_id,
      region: row.region,
      status: row.status,
      differenceMinor: row.difference_minor,
      offsetMinor: row.offset_minor,
      periods: JSON.parse(row.periods) as AdjustmentView['periods'],
      paymentId: row.payment_id,
      updatedAt: row.updated_at,
    }),
    (row) => encodeCursor('adjustments', [row.adjustment_id]),
  );
}

/** What a household owes a programme. overpaid = recovered + waived + balance. */
export interface RecoveryView {
  readonly recoveryId: string;
  readonly programmeId: string;
  readonly personId: string;
  readonly region: string;
  readonly currency: string;
  /** open · completed */
  readonly status: string;
  readonly suspended: boolean;
  readonly overpaidMinor: bigint;
  readonly recoveredMinor: bigint;
  readonly waivedMinor: bigint;
  readonly balanceMinor: bigint;
  readonly sharePercent: number | null;
  readonly floorMinor: bigint | null;
  readonly updatedAt: string;
}
export interface RecoveryFilter {
  readonly programmeId?: string;
  readonly status?: string;
  readonly suspended?: boolean;
  readonly planned?: boolean;
  readonly regions?: readonly string[];
}

const recoveryView = (row: RecoveryRow): RecoveryView => ({
  recoveryId: row.recovery_id,
  programmeId: row.programme_id,
  personId: row.person_id,
  region: row.region,
  currency: row.currency,
  status: row.status,
  suspended: row.suspended,
  overpaidMinor: row.overpaid_minor,
  recoveredMinor: row.recovered_minor,
  waivedMinor: row.waived_minor,
  balanceMinor: row.overpaid_minor - row.recovered_minor - row.waived_minor,
  sharePercent: row.share_percent,
  floorMinor: row.floor_minor,
  updatedAt: row.updated_at,
});

export async function listRecoveries(
  store: ReadStore,
  filter: RecoveryFilter = {},
  page: PageRequest = {},
): Promise<PageOf<RecoveryView>> {
  const limit = limitOf(page);
  const after = decodeCursor('recoveries', page.cursor, ['string']);
  const { programmeId, status, suspended, planned, regions } = filter;
  const rows = await reading(store, [correctionProjection], async (db, name) =>
    db
      .selectFrom(name(recoveries))
      .selectAll()
      .$castTo<RecoveryRow>()
      .where(within('region', regions))
      .where(matching({ programme_id: programmeId, status, suspended }))
      .$if(planned !== undefined, (query) =>
        query.where('share_percent', planned === true ? 'is not' : 'is', null),
      )
      .$if(after !== undefined, (query) => query.where('recovery_id', '>', after![0]))
      .orderBy('recovery_id')
      .limit(limit + 1)
      .execute(),
  );
  return pageOf(rows, limit, recoveryView, (row) => encodeCursor('recoveries', [row.recovery_id]));
}

export interface RecoveryStory {
  readonly recovery: RecoveryView;
  readonly history: readonly AuditEntry[];
}

/**
 * One household's debt and everything that happened to it; undefined where there is none in these
 * regions.
 */
export async function recoveryStory(
  store: ReadStore,
  recoveryId: string,
  regions?: readonly string[],
): Promise<RecoveryStory | undefined> {
  const row = await reading(store, [correctionProjection], async (db, name) =>
    db
      .selectFrom(name(recoveries))
      .selectAll()
      .$castTo<RecoveryRow>()
      .where('recovery_id', '=', recoveryId)
      .where(within('region', regions))
      .executeTakeFirst(),
  );
  if (!row) return undefined;
  return {
    recovery: recoveryView(row),
    history: (await streamHistory(store, `recovery-${recoveryId}`, { limit: 1_000 })).items,
  };
}
