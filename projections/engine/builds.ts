import { sql, type CreateTableBuilder, type RawBuilder } from 'kysely';
import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import { ProjectionError } from './errors.js';
import { LINKS, PARTS, physical, STATE } from './live.js';
import { createAnchor } from './read-anchor.js';
import { table, type ColumnType, type Projection, type Table } from './projection.js';

/**
 * The tables of one projection in one version, and how far they are. `suffix` tells its tables from
 * those of another build: `v3`, or `v3b` for one made beside a live `v3`. `position` is that of the
 * last log position folded in.
 */
export interface ProjectionBuild {
  readonly projection: Projection;
  readonly suffix: string;
  /** The projection's own, and the revisions seen where the feed is partitioned. */
  readonly tables: readonly Table[];
  readonly seen: Table<typeof SEEN> | undefined;
  live: boolean;
  position: number;
}

const SEEN = { stream: 'text', revision: 'integer' } as const;

interface StateRow {
  readonly projection: string;
  readonly suffix: string;
  readonly version: number;
  readonly live: boolean;
  readonly position: number;
}

type Dialect = ReadStore['dialect'];

/**
 * Text sorts by code unit in both engines, so that pages, cursors and comparisons come out the
 * same.
 */
function columnType(
  dialect: Dialect,
  type: ColumnType,
): 'bigint' | 'integer' | 'boolean' | RawBuilder<unknown> {
  switch (type.replace('?', '')) {
    case 'money':
      return 'bigint';
    case 'total':
      // SQLite leaves what it is given as it is in a column of this type: a number, or its text.
      return dialect === 'sqlite' ? sql`blob` : sql`numeric`;
    case 'integer':
      return dialect === 'sqlite' ? 'integer' : 'bigint';
    case 'boolean':
      return 'boolean';
    default:
      return dialect === 'sqlite' ? sql`text` : sql`text collate "C"`;
  }
}

async function createTable(
  db: ReadDb,
  dialect: Dialect,
  name: string,
  { columns, key, kind }: Table,
): Promise<void> {
  // One integer key is SQLite's own row id. Tallies are few rows, and their own index. Rows are
  // kept in the order in which they came, with an index on their key: bulk work goes over
  // households in one order again and again, and then touches neighbours, where a table sorted by
  // random ids would be touched all over.
  const rowId = dialect === 'sqlite' && key.length === 1 && columns[key[0] ?? ''] === 'integer';
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(name);
  for (const [column, type] of Object.entries(columns)) {
    builder = builder.addColumn(column, columnType(dialect, type), (made) => {
      const bounded = type.endsWith('?') ? made : made.notNull();
      return rowId && column === key[0] ? bounded.primaryKey() : bounded;
    });
  }
  if (!rowId) builder = builder.addPrimaryKeyConstraint(`${name}_pk`, [...key]);
  if (dialect === 'sqlite' && kind === 'tally') builder = builder.modifyEnd(sql`without rowid`);
  // Room on each page for the next version of a row: an update that finds it there touches no
  // index.
  if (dialect === 'postgres' && kind !== 'appended')
    builder = builder.modifyEnd(sql`with (fillfactor = 70)`);
  await builder.execute();
}

export async function createState(db: ReadDb): Promise<void> {
  await db.schema
    .createTable(STATE)
    .ifNotExists()
    .addColumn('projection', 'text', (column) => column.notNull())
    .addColumn('suffix', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('live', 'boolean', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${STATE}_pk`, ['projection', 'suffix'])
    .execute();
}

/** What processes that share a feed have in common. */
async function createPartitionTables({ db, dialect }: ReadStore): Promise<void> {
  await db.schema
    .createTable(PARTS)
    .ifNotExists()
    .addColumn('part', 'text', (column) => column.primaryKey())
    .addColumn('member', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable(LINKS)
    .ifNotExists()
    .addColumn('id', dialect === 'sqlite' ? 'integer' : 'bigint', (column) =>
      dialect === 'sqlite'
        ? column.primaryKey().autoIncrement()
        : column.primaryKey().generatedByDefaultAsIdentity(),
    )
    .addColumn('until', 'bigint', (column) => column.notNull())
    .addColumn('links', 'text', (column) => column.notNull())
    .execute();
}

const readState = (db: ReadDb): Promise<StateRow[]> =>
  db
    .selectFrom(STATE)
    .selectAll()
    .$castTo<StateRow>()
    .orderBy('projection')
    .orderBy('suffix')
    .execute();

function buildOf(
  projection: Projection,
  suffix: string,
  live: boolean,
  position: number,
  partitioned: boolean,
): ProjectionBuild {
  const seen = partitioned ? table(`${projection.name}_seen`, 'rows', SEEN, ['stream']) : undefined;
  return {
    projection,
    suffix,
    tables: seen ? [...projection.tables, seen] : projection.tables,
    seen,
    live,
    position,
  };
}

async function createBuild(
  store: ReadStore,
  projection: Projection,
  taken: readonly string[],
  partitioned: boolean,
): Promise<ProjectionBuild> {
  const suffix = [`v${projection.version}`, `v${projection.version}b`].find(
    (name) => !taken.includes(name),
  );
  if (suffix === undefined)
    throw new Error(`no name is left for another build of ${projection.name}`);
  const build = buildOf(projection, suffix, false, -1, partitioned);
  await store.db.transaction().execute(async (trx) => {
    for (const each of build.tables) {
      await trx.schema.dropTable(physical(each, suffix)).ifExists().execute();
      await createTable(trx, store.dialect, physical(each, suffix), each);
    }
    await trx
      .insertInto(STATE)
      .values({
        projection: projection.name,
        suffix,
        version: projection.version,
        live: false,
        position: -1,
      })
      .execute();
  });
  return build;
}

/** The tables there are, in the schema that ours are in. */
export async function tableNames({ db, dialect }: ReadStore): Promise<readonly string[]> {
  const query =
    dialect === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table' order by name`
      : sql<{
          name: string;
        }>`select tablename as name from pg_tables where schemaname = current_schema() order by tablename`;
  return (await query.execute(db)).rows.map(({ name }) => name);
}

/**
 * Removes what one build left: the row that says it is there goes last, so that a crash half way is
 * finished next time.
 */
async function dropBuild(store: ReadStore, projectionName: string, suffix: string): Promise<void> {
  const { db } = store;
  // By name and not by the projection's tables: another version may have had others.
  for (const name of await tableNames(store)) {
    if (name.startsWith(`${projectionName}_`) && name.endsWith(`_${suffix}`))
      await db.schema.dropTable(name).ifExists().execute();
  }
  await db
    .deleteFrom(STATE)
    .where('projection', '=', projectionName)
    .where('suffix', '=', suffix)
    .execute();
}

/**
 * The builds to feed: for each projection the live one of its version, or the unfinished one that
 * was being made, or a new one. What earlier versions and abandoned rebuilds left is dropped,
 * except the live one that queries still need.
 */
export async function openBuilds(
  store: ReadStore,
  projections: readonly Projection[],
  partitioned: boolean,
): Promise<ProjectionBuild[]> {
  await createState(store.db);
  await createAnchor(store.db);
  if (partitioned) await createPartitionTables(store);
  const state = await readState(store.db);
  const builds: ProjectionBuild[] = [];
  for (const projection of projections) {
    const rows = state.filter((row) => row.projection === projection.name);
    const newer = rows.find((row) => row.live && row.version > projection.version);
    if (newer && partitioned)
      throw new ProjectionError(
        'PROJECTION_NEWER',
        `${projection.name} is live in version ${newer.version} and this process has version ${projection.version}: it is of an older release. Stop it.`,
      );
    const wanted =
      rows.find((row) => row.live && row.version === projection.version) ??
      rows.find((row) => row.version === projection.version);
    for (const row of rows)
      if (row !== wanted && !row.live) await dropBuild(store, projection.name, row.suffix);
    const build = wanted
      ? buildOf(projection, wanted.suffix, wanted.live, wanted.position, partitioned)
      : await createBuild(
          store,
          projection,
          rows.filter(({ live }) => live).map(({ suffix }) => suffix),
          partitioned,
        );
    if (build.seen) await ensureSeen(store, build, build.seen);
    builds.push(build);
  }
  return builds;
}

/**
 * A build that was fed from the whole log has no revisions kept; a partitioned feed begins to keep
 * them.
 */
async function ensureSeen(store: ReadStore, build: ProjectionBuild, seen: Table): Promise<void> {
  const name = physical(seen, build.suffix);
  if ((await tableNames(store)).includes(name)) return;
  await createTable(store.db, store.dialect, name, seen);
}

/** A build from the start of the log, beside the live one of the same version. */
export async function buildBeside(
  store: ReadStore,
  live: ProjectionBuild,
): Promise<ProjectionBuild> {
  const beside = live.suffix.endsWith('b') ? live.suffix.slice(0, -1) : `${live.suffix}b`;
  await dropBuild(store, live.projection.name, beside);
  return createBuild(store, live.projection, [live.suffix], live.seen !== undefined);
}

/**
 * Makes the secondary indexes: after the rows, because sorting once costs far less than inserting
 * in random places.
 */
export async function indexBuild(
  store: ReadStore,
  { tables, suffix }: ProjectionBuild,
): Promise<void> {
  for (const each of tables) {
    for (const [number, { on, notNull }] of each.indexes.entries()) {
      const name = physical(each, suffix);
      const builder = store.db.schema
        .createIndex(`${name}_${number}`)
        .ifNotExists()
        .on(name)
        .columns([...on]);
      await (
        notNull === undefined ? builder : builder.where(sql.ref(notNull), 'is not', null)
      ).execute();
    }
  }
}

/**
 * From here on queries read this build, when it has its indexes. The old one is dropped after the
 * switch is committed.
 */
export async function makeLive(store: ReadStore, build: ProjectionBuild): Promise<void> {
  await indexBuild(store, build);
  await store.db.transaction().execute((trx) => switchLive(trx, build));
  await afterSwitch(store, build);
}

/** The part of the switch that is done at once, when the build has its indexes. */
export async function switchLive(
  trx: ReadDb,
  { projection: { name }, suffix }: ProjectionBuild,
): Promise<void> {
  await trx
    .updateTable(STATE)
    .set({ live: false })
    .where('projection', '=', name)
    .where('suffix', '<>', suffix)
    .execute();
  await trx
    .updateTable(STATE)
    .set({ live: true })
    .where('projection', '=', name)
    .where('suffix', '=', suffix)
    .execute();
}

/** What follows when the switch is committed: the old builds are dropped. */
export async function afterSwitch(store: ReadStore, build: ProjectionBuild): Promise<void> {
  const {
    projection: { name },
    suffix,
  } = build;
  build.live = true;
  const rows = await readState(store.db);
  const old = rows.filter((row) => row.projection === name && row.suffix !== suffix);
  for (const row of old) await dropBuild(store, name, row.suffix);
}

/** Throws a build away that is not live. */
export const discardBuild = (
  store: ReadStore,
  { projection, suffix }: ProjectionBuild,
): Promise<void> => dropBuild(store, projection.name, suffix);
