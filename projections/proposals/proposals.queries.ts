import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { daysBetween } from '../../src/kernel/time.js';
import { PROPOSAL_KINDS, type ProposalKind } from '../../src/kernel/two-people.js';
import { regionsOfRecoveries } from '../correction/regions.queries.js';
import { regionsOfPayments } from '../disbursement/regions.queries.js';
import { regionsOfEnrolments, regionsOfPersons } from '../eligibility/regions.queries.js';
import { matching, reading, within } from '../engine/live.js';
import {
  decodeCursor,
  encodeCursor,
  limitOf,
  pageOf,
  type PageOf,
  type PageRequest,
} from '../engine/paging.js';
import { KINDS } from './kinds.js';
import { proposalsProjection } from './proposals.projection.js';
import { proposals, type ProposalRow, type Word } from './proposals.tables.js';

/** What one person said that waits for another. */
export interface ProposalView {
  /** Of the proposal in the log. */
  readonly position: number;
  readonly kind: string;
  readonly programmeId: string | null;
  readonly personId: string | null;
  readonly paymentId: string | null;
  readonly entryId: string | null;
  readonly correctionId: string | null;
  /** Null where it concerns all regions. */
  readonly region: string | null;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Days after which whoever looks is told that what waits was left lying. */
const STALE_AFTER_DAYS = 30;

/** With how long it has waited: the world may be another than when it was proposed. */
export interface WaitingProposal extends ProposalView {
  readonly ageDays: number;
  /** It has waited for more than 30 days; have it said again, or withdrawn. */
  readonly isStale: boolean;
}

export const waitingSince = (view: ProposalView, now: string): WaitingProposal => {
  const ageDays = daysBetween(view.proposedAt, now);
  return { ...view, ageDays, isStale: ageDays > STALE_AFTER_DAYS };
};

export interface ProposalFilter {
  /** Default: every kind. */
  readonly kinds?: readonly ProposalKind[];
  readonly programmeId?: string;
  /** Only those of households and payments there, and none that concerns all regions. */
  readonly regions?: readonly string[];
}

type RegionOf = (row: ProposalRow) => string | null;

/** Enrolments of persons who moved are of where they live now; the other read models know it. */
async function regionsFor(store: ReadStore, rows: readonly ProposalRow[]): Promise<RegionOf> {
  const keyOf = (row: ProposalRow): readonly [string, string] | undefined => {
    const of = KINDS[row.kind as ProposalKind].regionOf;
    if (of === 'enrolment' || of === 'recovery')
      return [of, `${row.programme_id}-${row.person_id}`];
    if (of === 'payment') return [of, String(row.payment_id)];
    return of && [of, String(row.person_id)];
  };
  const keys = rows.map(keyOf).filter((key) => key !== undefined);
  const idsOf = (wanted: string): string[] =>
    keys.filter(([of]) => of === wanted).map(([, id]) => id);
  const known = new Map([
    ['enrolment', await regionsOfEnrolments(store, idsOf('enrolment'))],
    ['recovery', await regionsOfRecoveries(store, idsOf('recovery'))],
    ['payment', await regionsOfPayments(store, idsOf('payment'))],
    ['person', await regionsOfPersons(store, idsOf('person'))],
  ]);
  return (row) => {
    const key = keyOf(row);
    return (key && known.get(key[0])?.get(key[1])) ?? null;
  };
}

const viewOf = (row: ProposalRow, word: Word, region: string | null): ProposalView => ({
  position: word.position,
  kind: row.kind,
  programmeId: row.programme_id,
  personId: row.person_id,
  paymentId: row.payment_id,
  entryId: row.entry_id,
  correctionId: row.correction_id,
  region,
  proposedBy: word.by,
  proposedAt: word.at,
  detail: word.detail,
});

/** Rows of which something waits, by what waits longest, from a position on. */
const waitingFrom = (
  store: ReadStore,
  { kinds, programmeId }: ProposalFilter,
  since: number,
  count: number,
): Promise<readonly ProposalRow[]> =>
  reading(store, [proposalsProjection], (db, name) =>
    db
      .selectFrom(name(proposals))
      .selectAll()
      .$castTo<ProposalRow>()
      .where('since', '>=', since)
      .where(within('kind', kinds))
      .where(matching({ programme_id: programmeId }))
      .orderBy('since')
      .limit(count)
      .execute(),
  );

type Found = ProposalView & { readonly since: number };

/**
 * What waits for a second person, longest first: of one matter the oldest word counts, and all that
 * was said of it stands together.
 */
export async function listProposals(
  store: ReadStore,
  { kinds = PROPOSAL_KINDS, programmeId, regions }: ProposalFilter = {},
  page: PageRequest = {},
): Promise<PageOf<ProposalView>> {
  const limit = limitOf(page);
  const after = decodeCursor('proposals', page.cursor, ['number', 'number']);
  const asked: ProposalFilter = {
    kinds: regions ? kinds.filter((kind) => KINDS[kind].regionOf !== undefined) : kinds,
    ...(programmeId === undefined ? {} : { programmeId }),
  };
  const [fromSince, afterPosition] = after ? after.map(Number) : [0, -1];
  const found: Found[] = [];
  let since = fromSince!;
  for (;;) {
    const rows = await waitingFrom(store, asked, since, limit + 1);
    const regionOf = await regionsFor(store, rows);
    for (const row of rows) {
      const region = regionOf(row);
      if (regions && !(region !== null && regions.includes(region))) continue;
      for (const word of JSON.parse(row.words) as Word[])
        if (row.since !== fromSince || word.position > afterPosition!)
          found.push({ ...viewOf(row, word, region), since: row.since! });
    }
    if (found.length > limit || rows.length <= limit) break;
    since = rows.at(-1)!.since! + 1;
  }
  return pageOf(
    found,
    limit,
    ({ since: _, ...view }) => view,
    (one) => encodeCursor('proposals', [one.since, one.position]),
  );
}
