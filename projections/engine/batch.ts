import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { ProjectionBuild } from './builds.js';
import { ProjectionError } from './errors.js';
import { physical, STATE } from './live.js';
import type { Columns, RowOf, Rows, Table, Value } from './projection.js';
import { TableStatements } from './statements.js';

type AnyRow = Readonly<Record<string, Value>>;

/** Rows kept in memory between batches, at most, in each of two generations of each table. */
const KEPT_ROWS = 2_000;

interface Entry {
  row: AnyRow | undefined;
  changed: boolean;
}

/**
 * A `rows` table during a batch: everything touched is in `young`, loaded or known not to exist.
 */
class LoadedTable {
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();
  #missing: string[] = [];
  readonly #changed = new Map<string, Entry>();

  constructor(
    private readonly statements: TableStatements,
    private readonly table: Table,
  ) {}

  touch(key: string, fresh: boolean): void {
    if (this.#young.has(key)) return;
    const kept = this.#old.get(key);
    if (kept) {
      this.#old.delete(key);
      this.#young.set(key, kept);
      return;
    }
    this.#young.set(key, { row: undefined, changed: false });
    if (!fresh) this.#missing.push(key);
  }

  async load(db: ReadDb): Promise<void> {
    if (this.#missing.length === 0) return;
    const keys = this.#missing;
    this.#missing = [];
    const column = this.table.key[0] ?? '';
    for (const row of await this.statements.read(db, keys)) {
      const entry = this.#young.get(String(row[column]));
      if (entry) entry.row = row;
    }
  }

  get(key: string): AnyRow | undefined {
    return this.#entry(key).row;
  }

  set(key: string, row: AnyRow | undefined): void {
    const entry = this.#entry(key);
    entry.row = row;
    if (entry.changed) return;
    entry.changed = true;
    this.#changed.set(key, entry);
  }

  async write(db: ReadDb): Promise<void> {
    if (this.#changed.size === 0) return;
    const rows: AnyRow[] = [];
    const gone: string[] = [];
    for (const [key, entry] of this.#changed) {
      entry.changed = false;
      if (entry.row) rows.push(entry.row);
      else gone.push(key);
    }
    this.#changed.clear();
    if (gone.length > 0) await this.statements.remove(db, gone);
    await this.statements.write(db, rows);
  }

  /** Forgets the rows that were not used for longest. */
  rest(): void {
    if (this.#young.size < KEPT_ROWS) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  #entry(key: string): Entry {
    const entry = this.#young.get(key);
    if (!entry)
      throw new Error(`the fold used row ${key} of ${this.table.name}, which it had not named`);
    return entry;
  }
}

/** Sums that a batch adds, one entry a key. */
class SummedTable {
  readonly #sums = new Map<string, Record<string, Value>>();
  readonly #added: readonly string[];

  constructor(
    private readonly statements: TableStatements,
    private readonly table: Table,
  ) {
    this.#added = statements.columns.filter((column) => !table.key.includes(column));
  }

  add(row: AnyRow): void {
    let key = '';
    for (const column of this.table.key) key += `${String(row[column])}\n`;
    const sum = this.#sums.get(key);
    if (!sum) {
      this.#sums.set(key, { ...row });
      return;
    }
    for (const column of this.#added) {
      const a = sum[column];
      const b = row[column];
      const bound = this.table.bounds[column];
      if (bound !== undefined && typeof a === 'number' && typeof b === 'number')
        sum[column] = bound === 'least' ? Math.min(a, b) : Math.max(a, b);
      else if (typeof a === 'bigint' && typeof b === 'bigint') sum[column] = a + b;
      else if (typeof a === 'number' && typeof b === 'number') sum[column] = a + b;
      else throw new Error(`${this.table.name}.${column} cannot be added to`);
    }
  }

  /**
   * In the order of their keys: processes that add to the same sums then wait for each other and
   * never in a circle.
   */
  async write(db: ReadDb): Promise<void> {
    if (this.#sums.size === 0) return;
    const rows = [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    this.#sums.clear();
    await this.statements.write(db, rows);
  }
}

class AppendedTable {
  #rows: AnyRow[] = [];
  constructor(private readonly statements: TableStatements) {}
  put(row: AnyRow): void {
    this.#rows.push(row);
  }
  async write(db: ReadDb): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    await this.statements.write(db, rows);
  }
}

/** One build's tables during batches. What the last batches touched stays in memory, bounded. */
export class BuildTables implements Rows {
  readonly #loaded = new Map<Table, LoadedTable>();
  readonly #summed = new Map<Table, SummedTable>();
  readonly #appended = new Map<Table, AppendedTable>();
  readonly #dialect: ReadStore['dialect'];
  readonly handles: ReadonlySet<string>;

  constructor(
    store: ReadStore,
    readonly build: ProjectionBuild,
  ) {
    this.#dialect = store.dialect;
    this.handles = new Set(build.projection.handles);
    this.forget();
  }

  /** Names the rows that these events may use, and loads the ones that are not in memory. */
  async load(db: ReadDb, events: readonly Recorded[]): Promise<void> {
    const { projection, seen } = this.build;
    const touch = (table: Table, key: string, fresh = false) =>
      this.#rowsOf(table).touch(key, fresh);
    for (const event of events) {
      if (this.handles.has(event.type)) projection.touches(event, touch);
      if (seen) touch(seen, event.stream);
    }
    for (const loaded of this.#loaded.values()) await loaded.load(db);
  }

  /** Loads the revisions seen of these events' streams, where the feed is partitioned. */
  async loadSeen(db: ReadDb, events: readonly Recorded[]): Promise<void> {
    const { seen } = this.build;
    if (!seen) return;
    const loaded = this.#rowsOf(seen);
    for (const { stream } of events) loaded.touch(stream, false);
    await loaded.load(db);
  }

  /** The last revision folded of a stream that `loadSeen` named; undefined when it has no row. */
  seenRevision(stream: string): number | undefined {
    return this.build.seen && this.get(this.build.seen, stream)?.revision;
  }

  /** @throws ProjectionError PROJECTION_FAILED that names the event */
  fold(event: Recorded): void {
    if (this.handles.has(event.type)) {
      try {
        this.build.projection.evolve(this, event);
      } catch (error) {
        const { position, stream, revision, type } = event;
        throw new ProjectionError(
          'PROJECTION_FAILED',
          `${this.build.projection.name} cannot fold the ${type} at position ${position} (${stream}, revision ${revision}): ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      }
    }
    if (this.build.seen)
      this.put(this.build.seen, { stream: event.stream, revision: event.revision });
  }

  /** Writes every row that changed, but the sums, which other processes add to as well. */
  async write(trx: ReadDb): Promise<void> {
    for (const tables of [this.#loaded, this.#appended])
      for (const each of tables.values()) await each.write(trx);
  }

  /**
   * Adds to the sums. After the rows of all read models, and in the same order everywhere, so that
   * their locks are held for moments.
   */
  async writeSums(trx: ReadDb): Promise<void> {
    for (const each of this.#summed.values()) await each.write(trx);
  }

  /** Writes that the build is at `position`. */
  async reach(trx: ReadDb, position: number): Promise<void> {
    await trx
      .updateTable(STATE)
      .set({ position })
      .where('projection', '=', this.build.projection.name)
      .where('suffix', '=', this.build.suffix)
      .execute();
  }

  rest(): void {
    for (const loaded of this.#loaded.values()) loaded.rest();
  }

  /** After a batch that was not committed, memory holds what the tables do not. */
  forget(): void {
    for (const table of this.build.tables) {
      const statements = new TableStatements(
        table,
        physical(table, this.build.suffix),
        this.#dialect,
      );
      if (table.kind === 'rows') this.#loaded.set(table, new LoadedTable(statements, table));
      else if (table.kind === 'tally') this.#summed.set(table, new SummedTable(statements, table));
      else this.#appended.set(table, new AppendedTable(statements));
    }
  }

  get<C extends Columns>(table: Table<C>, key: string): RowOf<Table<C>> | undefined {
    return this.#rowsOf(table).get(key) as RowOf<Table<C>> | undefined;
  }

  put<C extends Columns>(table: Table<C>, row: RowOf<Table<C>>): void {
    const appended = this.#appended.get(table);
    if (appended) appended.put(row as AnyRow);
    else this.#rowsOf(table).set(String((row as AnyRow)[table.key[0] ?? '']), row as AnyRow);
  }

  remove<C extends Columns>(table: Table<C>, key: string): void {
    this.#rowsOf(table).set(key, undefined);
  }

  add<C extends Columns>(table: Table<C>, row: RowOf<Table<C>>): void {
    const summed = this.#summed.get(table);
    if (!summed) throw new Error(`${table.name} is not a tally of ${this.build.projection.name}`);
    summed.add(row as AnyRow);
  }

  #rowsOf(table: Table): LoadedTable {
    const loaded = this.#loaded.get(table);
    if (!loaded)
      throw new Error(`${table.name} is not a table of rows of ${this.build.projection.name}`);
    return loaded;
  }
}
