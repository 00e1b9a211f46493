import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, within, matching } from '../engine/live.js';
import {
  decodeCursor,
  encodeCursor,
  limitOf,
  pageOf,
  type PageOf,
  type PageRequest,
} from '../engine/paging.js';
import { auditProjection } from './audit.projection.js';
import { auditEvents, auditHours, auditTally, type AuditRow } from './audit.tables.js';

/**
 * One recorded fact. `detail` has the fields that say what was done; the whole event is in the log
 * at `position`.
 */
export interface AuditEntry {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly time: string;
  readonly actor: string;
  readonly role: string;
  readonly correlation: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditFilter {
  readonly stream?: string;
  readonly actor?: string;
  readonly role?: string;
  readonly types?: readonly string[];
  /** UTC instants, inclusive and exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Log positions, both inclusive. */
  readonly fromPosition?: number;
  readonly toPosition?: number;
  /** Default: newest first. */
  readonly order?: 'newest' | 'oldest';
}

const entryOf = (row: AuditRow): AuditEntry => ({
  position: row.position,
  stream: row.stream,
  revision: row.revision,
  type: row.type,
  time: row.time,
  actor: row.actor,
  role: row.role,
  correlation: row.correlation,
  detail: JSON.parse(row.detail),
});

interface Bounds {
  readonly first?: number;
  readonly last?: number;
}

/**
 * The positions that a range of time can be at, from the hours that it touches; undefined when it
 * touches none.
 */
async function positionsOf(
  store: ReadStore,
  { from, to }: AuditFilter,
): Promise<Bounds | undefined> {
  if (from === undefined && to === undefined) return {};
  return reading(store, [auditProjection], async (db, name) => {
    const row = await db
      .selectFrom(name(auditHours))
      .select(({ fn }) => [
        fn.min('first_position').as('first'),
        fn.max('last_position').as('last'),
      ])
      .$if(from !== undefined, (query) => query.where('hour', '>=', from!.slice(0, 13)))
      .$if(to !== undefined, (query) => query.where('hour', '<=', to!.slice(0, 13)))
      .executeTakeFirst();
    const first: number | null = row?.['first'] ?? null;
    const last: number | null = row?.['last'] ?? null;
    return first === null || last === null ? undefined : { first, last };
  });
}

/** Who did what, when and in which role. Filters add up. */
export async function auditTrail(
  store: ReadStore,
  filter: AuditFilter,
  page: PageRequest = {},
): Promise<PageOf<AuditEntry>> {
  const limit = limitOf(page);
  const oldest = filter.order === 'oldest';
  const kind = oldest ? 'audit-oldest' : 'audit-newest';
  const after = decodeCursor(kind, page.cursor, ['number']);
  const bounds = await positionsOf(store, filter);
  if (!bounds) return { items: [], next: null };
  const { stream, actor, role, types, from, to, fromPosition, toPosition } = filter;
  return reading(store, [auditProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(auditEvents))
      .selectAll()
      .$castTo<AuditRow>()
      .where(within('type', types))
      .where(matching({ stream, actor, role }))
      .$if(from !== undefined, (query) => query.where('time', '>=', from))
      .$if(to !== undefined, (query) => query.where('time', '<', to))
      .$if(bounds.first !== undefined, (query) => query.where('position', '>=', bounds.first))
      .$if(bounds.last !== undefined, (query) => query.where('position', '<=', bounds.last))
      .$if(fromPosition !== undefined, (query) => query.where('position', '>=', fromPosition))
      .$if(toPosition !== undefined, (query) => query.where('position', '<=', toPosition))
      .$if(after !== undefined, (query) => query.where('position', oldest ? '>' : '<', after![0]))
      .orderBy('position', oldest ? 'asc' : 'desc')
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, entryOf, (row) => encodeCursor(kind, [row.position]));
  });
}

/** The life of one stream, oldest first. */
export async function streamHistory(
  store: ReadStore,
  stream: string,
  page: PageRequest = {},
): Promise<PageOf<AuditEntry>> {
  const limit = limitOf(page);
  const after = decodeCursor('stream', page.cursor, ['number']);
  return reading(store, [auditProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(auditEvents))
      .selectAll()
      .$castTo<AuditRow>()
      .where('stream', '=', stream)
      .$if(after !== undefined, (query) => query.where('revision', '>', after![0]))
      .orderBy('revision')
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, entryOf, (row) => encodeCursor('stream', [row.revision]));
  });
}

/** How much of what a person did in a role. */
export interface Activity {
  readonly actor: string;
  readonly role: string;
  readonly type: string;
  readonly count: number;
}

/** Activity between two civil days (UTC), both inclusive, most first. */
export async function activity(
  store: ReadStore,
  filter: { readonly fromDay?: string; readonly toDay?: string; readonly actor?: string },
): Promise<readonly Activity[]> {
  const { fromDay, toDay, actor } = filter;
  return reading(store, [auditProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(auditTally))
      .select(['actor', 'role', 'type'])
      .select(({ fn }) => fn.sum<number>('count').as('count'))
      .$castTo<Activity>()
      .$if(fromDay !== undefined, (query) => query.where('day', '>=', fromDay))
      .$if(toDay !== undefined, (query) => query.where('day', '<=', toDay))
      .where(matching({ actor }))
      .groupBy(['actor', 'role', 'type'])
      .orderBy('count', 'desc')
      .orderBy('actor')
      .orderBy('role')
      .orderBy('type')
      .limit(10_000)
      .execute();
    return rows;
  });
}
