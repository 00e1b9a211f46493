import type { ReadCondition, ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import { addDays } from '../../src/kernel/time.js';
import { reading, within, matching } from '../engine/live.js';
import {
  decodeCursor,
  encodeCursor,
  limitOf,
  pageOf,
  type PageOf,
  type PageRequest,
} from '../engine/paging.js';
import { eligibilityProjection } from './eligibility.projection.js';
import { applications, programmes, OPEN, type ApplicationRow } from './eligibility.tables.js';
import { inOrder } from '../../src/kernel/order.js';

/** An application as lists show it. Amounts in minor units of `currency`, for a month. */
export interface ApplicationView {
  readonly applicationId: string;
  readonly programmeId: string;
  readonly personId: string;
  readonly region: string;
  readonly channel: string;
  readonly status: string;
  readonly receivedOn: string;
  /** The last day to decide; null when nothing is to be decided. */
  readonly dueOn: string | null;
  readonly officer: string;
  readonly submittedBy: string;
  readonly recommendedBy: string | null;
  readonly recommendation: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly eligible: boolean | null;
  readonly failedCriterion: string | null;
  readonly policyVersion: number | null;
  readonly amountMinor: bigint | null;
  readonly currency: string;
  readonly contentHash: string;
  readonly startPeriod: string | null;
  readonly reason: string | null;
  readonly appeals: number;
  readonly submittedAt: string;
  readonly updatedAt: string;
}

export interface Deadlines {
  readonly programme_id: string;
  readonly currency: string;
  readonly decision_days: number;
  readonly appeal_decision_days: number;
}

/** Programmes are few: each query reads their deadlines afresh. */
export const deadlinesOf = (store: ReadStore): Promise<readonly Deadlines[]> =>
  reading(store, [eligibilityProjection], async (db, name) =>
    db
      .selectFrom(name(programmes))
      .select(['programme_id', 'currency', 'decision_days', 'appeal_decision_days'])
      .$castTo<Deadlines>()
      .orderBy('programme_id')
      .limit(1_000)
      .execute(),
  );

const daysFor = (status: string, deadlines: Deadlines): number =>
  status === 'appealed' ? deadlines.appeal_decision_days : deadlines.decision_days;

export function applicationView(
  row: ApplicationRow,
  deadlines: readonly Deadlines[],
): ApplicationView {
  const programme = deadlines.find(({ programme_id }) => programme_id === row.programme_id);
  const open = OPEN.some((status) => status === row.status);
  return {
    applicationId: row.application_id,
    programmeId: row.programme_id,
    personId: row.person_id,
    region: row.region,
    channel: row.channel,
    status: row.status,
    receivedOn: row.received_on,
    dueOn: open && programme ? addDays(row.clock_from, daysFor(row.status, programme)) : null,
    officer: row.officer,
    submittedBy: row.submitted_by,
    recommendedBy: row.recommended_by,
    recommendation: row.recommendation,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    eligible: row.eligible,
    failedCriterion: row.failed_criterion,
    policyVersion: row.policy_version,
    amountMinor: row.amount_minor,
    currency: programme?.currency ?? '',
    contentHash: row.content_hash,
    startPeriod: row.start_period,
    reason: row.reason,
    appeals: row.appeals,
    submittedAt: row.submitted_at,
    updatedAt: row.updated_at,
  };
}

export interface QueueFilter {
  /** Default: every status in which somebody still has to act. */
  readonly statuses?: readonly string[];
  readonly regions?: readonly string[];
  readonly programmeId?: string;
  /** Mine: this person acted on it last. */
  readonly officer?: string;
  /** Leaves out what this person submitted or recommended, and so may not decide. */
  readonly notHandledBy?: string;
  readonly eligible?: boolean;
  /** Only what is past its deadline on this civil date: its last day to decide is before it. */
  readonly overdueOn?: string;
}

/** A status, and the regions that are read together. */
interface QueuePart {
  readonly status: string;
  readonly regions: readonly string[] | undefined;
}

/** The index that an officer's own queue is read along has no region. */
function partsOf({ statuses = OPEN, regions, officer }: QueueFilter): QueuePart[] {
  if (!regions || officer !== undefined) return statuses.map((status) => ({ status, regions }));
  return statuses.flatMap((status) => regions.map((region) => ({ status, regions: [region] })));
}

/** What is asked of each part of a queue. */
interface QueuePage {
  readonly table: string;
  readonly filter: QueueFilter;
  readonly deadlines: readonly Deadlines[];
  readonly after: ReturnType<typeof decodeCursor>;
  readonly limit: number;
}

const queued = (
  db: ReadDb,
  { status, regions }: QueuePart,
  {
    table,
    filter: { officer, programmeId, eligible, notHandledBy, overdueOn },
    deadlines,
    after,
    limit,
  }: QueuePage,
): Promise<ApplicationRow[]> =>
  db
    .selectFrom(table)
    .selectAll()
    .$castTo<ApplicationRow>()
    .where('status', '=', status)
    .where(within('region', regions))
    .where(matching({ officer, programme_id: programmeId, eligible }))
    .$if(notHandledBy !== undefined, (query) => query.where(handledByAnother(notHandledBy!)))
    .$if(overdueOn !== undefined, (query) => query.where(overdue(overdueOn!, status, deadlines)))
    .$if(after !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('clock_from', 'application_id'), '>', tuple(after![0], after![1])),
      ),
    )
    .orderBy('clock_from')
    .orderBy('application_id')
    .limit(limit)
    .execute();

const handledByAnother =
  (person: string): ReadCondition =>
  ({ eb, and, or }) =>
    and([
      eb('submitted_by', '<>', person),
      or([eb('recommended_by', 'is', null), eb('recommended_by', '<>', person)]),
    ]);

const overdue =
  (day: string, status: string, deadlines: readonly Deadlines[]): ReadCondition =>
  ({ and, or, eb }) =>
    or(
      deadlines.map((programme) =>
        and([
          eb('programme_id', '=', programme.programme_id),
          eb('clock_from', '<', addDays(day, -daysFor(status, programme))),
        ]),
      ),
    );

const longestWaiting = (a: ApplicationRow, b: ApplicationRow): number =>
  a.clock_from === b.clock_from
    ? inOrder(a.application_id, b.application_id)
    : inOrder(a.clock_from, b.clock_from);

/**
 * What waits for officers, the longest waiting first. Each status (and region) is read along its
 * own index and the results merged, so that a page costs the same however long the queue is.
 */
export async function workQueue(
  store: ReadStore,
  filter: QueueFilter,
  page: PageRequest = {},
): Promise<PageOf<ApplicationView>> {
  const limit = limitOf(page);
  const after = decodeCursor('queue', page.cursor, ['string', 'string']);
  const deadlines = await deadlinesOf(store);
  return reading(store, [eligibilityProjection], async (db, name) => {
    const table = name(applications);
    const asked = { table, filter, deadlines, after, limit: limit + 1 };
    const lists = await Promise.all(partsOf(filter).map((part) => queued(db, part, asked)));
    return pageOf(
      lists
        .flat()
        .sort(longestWaiting)
        .slice(0, limit + 1),
      limit,
      (row) => applicationView(row, deadlines),
      (row) => encodeCursor('queue', [row.clock_from, row.application_id]),
    );
  });
}

export interface ApplicationFilter {
  readonly programmeId?: string;
  readonly status?: string;
  readonly regions?: readonly string[];
  readonly personId?: string;
  readonly failedCriterion?: string;
  readonly receivedFrom?: string;
  readonly receivedTo?: string;
}

/** All applications, open or not, in the order of their ids: for lists and exports. */
export async function listApplications(
  store: ReadStore,
  filter: ApplicationFilter,
  page: PageRequest = {},
): Promise<PageOf<ApplicationView>> {
  const limit = limitOf(page);
  const after = decodeCursor('applications', page.cursor, ['string']);
  const deadlines = await deadlinesOf(store);
  const { programmeId, status, regions, personId, failedCriterion, receivedFrom, receivedTo } =
    filter;
  return reading(store, [eligibilityProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(applications))
      .selectAll()
      .$castTo<ApplicationRow>()
      .where(within('region', regions))
      .where(
        matching({
          programme_id: programmeId,
          status,
          person_id: personId,
          failed_criterion: failedCriterion,
        }),
      )
      .$if(receivedFrom !== undefined, (query) => query.where('received_on', '>=', receivedFrom))
      .$if(receivedTo !== undefined, (query) => query.where('received_on', '<=', receivedTo))
      .$if(after !== undefined, (query) => query.where('application_id', '>', after![0]))
      .orderBy('application_id')
      .limit(limit + 1)
      .execute();
    return pageOf(
      rows,
      limit,
      (row) => applicationView(row, deadlines),
      (row) => encodeCursor('applications', [row.application_id]),
    );
  });
}
