import { createHash } from 'node:crypto';
import type { ReadDb } from '../../src/adapters/read-store/port.js';
import type { ProjectionBuild } from './builds.js';
import { physical } from './live.js';
import type { Table, Value } from './projection.js';

type AnyRow = Readonly<Record<string, Value>>;
/**
 * A row that two builds do not agree on. `only` says which has it, where one has not; else
 * `columns` differ.
 */
export interface Difference {
  readonly table: string;
  readonly key: readonly Value[];
  readonly only?: 'live' | 'rebuilt';
  readonly columns?: readonly string[];
}
/** One table of both builds. `hash` is SHA-256 over every row's canonical form, in key order. */
export interface TableComparison {
  readonly table: string;
  readonly live: { readonly rows: number; readonly hash: string };
  readonly rebuilt: { readonly rows: number; readonly hash: string };
  readonly differences: number;
}
interface BuildComparison {
  readonly identical: boolean;
  readonly tables: readonly TableComparison[];
  /** The first ones. */ readonly differences: readonly Difference[];
}

const PAGE = 2_000;
const SHOWN_DIFFERENCES = 20;

async function* inKeyOrder(
  db: ReadDb,
  table: Table,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<AnyRow> {
  const key = [...table.key];
  let after: Value[] | undefined;
  for (;;) {
    signal?.throwIfAborted();
    let query = db.selectFrom(name).selectAll().$castTo<AnyRow>().limit(PAGE);
    for (const column of key) query = query.orderBy(column);
    if (after) {
      const last = after;
      // (a, b) > (x, y), spelled out for any number of columns.
      query = query.where(({ and, or, eb }) =>
        or(
          key.map((column, index) =>
            and([
              ...key.slice(0, index).map((same, place) => eb(same, '=', last[place])),
              eb(column, '>', last[index]),
            ]),
          ),
        ),
      );
    }
    const rows = await query.execute();
    yield* rows;
    const end = rows.at(-1);
    if (rows.length < PAGE || !end) return;
    after = key.map((column) => end[column] ?? null);
  }
}

const shown = (value: Value | undefined): string =>
  typeof value === 'bigint' ? `${value}n` : JSON.stringify(value ?? null);

class Side {
  readonly #hash = createHash('sha256');
  #rows = 0;
  current: AnyRow | undefined;

  constructor(
    private readonly rows: AsyncGenerator<AnyRow>,
    private readonly columns: readonly string[],
  ) {}

  async next(): Promise<void> {
    const { value, done } = await this.rows.next();
    this.current = done ? undefined : value;
    if (!this.current) return;
    this.#rows += 1;
    for (const column of this.columns) this.#hash.update(`${shown(this.current[column])}\n`);
  }

  sum(): { rows: number; hash: string } {
    return { rows: this.#rows, hash: this.#hash.digest('hex') };
  }
}

function order(table: Table, a: AnyRow, b: AnyRow): number {
  for (const column of table.key) {
    const x = a[column] ?? '';
    const y = b[column] ?? '';
    // Both engines sort text by code point; JavaScript by UTF-16 unit, which differs beyond the
    // basic plane only.
    const less =
      typeof x === 'string'
        ? Buffer.compare(Buffer.from(x), Buffer.from(String(y)))
        : Number(x) - Number(y);
    if (less !== 0) return less;
  }
  return 0;
}

async function compareTable(
  db: ReadDb,
  table: Table,
  live: ProjectionBuild,
  rebuilt: ProjectionBuild,
  found: Difference[],
  signal?: AbortSignal,
): Promise<TableComparison> {
  const columns = Object.keys(table.columns);
  const left = new Side(inKeyOrder(db, table, physical(table, live.suffix), signal), columns);
  const right = new Side(inKeyOrder(db, table, physical(table, rebuilt.suffix), signal), columns);
  let differences = 0;
  const differs = (difference: Difference) => {
    differences += 1;
    if (found.length < SHOWN_DIFFERENCES) found.push(difference);
  };
  const keyOf = (row: AnyRow) => table.key.map((column) => row[column] ?? null);
  await Promise.all([left.next(), right.next()]);
  while (left.current || right.current) {
    const a = left.current;
    const b = right.current;
    const which = a && b ? order(table, a, b) : onlyOne(a);
    if (a && which < 0) differs({ table: table.name, key: keyOf(a), only: 'live' });
    else if (b && which > 0) differs({ table: table.name, key: keyOf(b), only: 'rebuilt' });
    else if (a && b) {
      const unlike = columns.filter((column) => a[column] !== b[column]);
      if (unlike.length > 0) differs({ table: table.name, key: keyOf(a), columns: unlike });
    }
    if (which <= 0) await left.next();
    if (which >= 0) await right.next();
  }
  return { table: table.name, live: left.sum(), rebuilt: right.sum(), differences };
}

/** Compares two builds of a projection, row for row, without holding either in memory. */
export async function compareBuilds(
  db: ReadDb,
  live: ProjectionBuild,
  rebuilt: ProjectionBuild,
  signal?: AbortSignal,
): Promise<BuildComparison> {
  const differences: Difference[] = [];
  const tables: TableComparison[] = [];
  for (const table of live.projection.tables)
    tables.push(await compareTable(db, table, live, rebuilt, differences, signal));
  return { identical: tables.every((table) => table.differences === 0), tables, differences };
}

export interface Comparison {
  /** Only where it was asked for: whether the rows are the same. */
  readonly identical?: boolean;
  readonly tables: readonly TableComparison[];
  /** The first differences; a table's number of them is in `tables`. */
  readonly differences: readonly Difference[];
}

/** Compares builds with those beside them, in the same order. */
export async function compareAll(
  db: ReadDb,
  live: readonly ProjectionBuild[],
  beside: readonly ProjectionBuild[],
  signal?: AbortSignal,
): Promise<Comparison> {
  const tables: TableComparison[] = [];
  const differences: Difference[] = [];
  let identical = true;
  for (const [index, build] of live.entries()) {
    const rebuilt = beside[index];
    if (!rebuilt) continue;
    const comparison = await compareBuilds(db, build, rebuilt, signal);
    identical &&= comparison.identical;
    tables.push(...comparison.tables);
    differences.push(...comparison.differences);
  }
  return { identical, tables, differences };
}

/** Of two walks of which one has ended: which has a row left, as an order. */
const onlyOne = (left: AnyRow | undefined): number => (left ? -1 : 1);
