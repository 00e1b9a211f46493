import { CompiledQuery, sql, type RawBuilder } from 'kysely';
import {
  PLUS,
  storedTotal,
  type ReadDb,
  type ReadStore,
} from '../../src/adapters/read-store/port.js';
import type { Table, Value } from './projection.js';

/**
 * Rows a statement; fewer are written by the next smaller ones, so that there are few statements to
 * keep. SQLite gains nothing beyond 64.
 */
const WRITE_SIZES = [64, 16, 4, 1] as const;
/**
 * PostgreSQL is given columns as arrays, in one short statement whatever the number of rows: it
 * reads a list of values much more slowly.
 */
const ARRAY_ROWS = 5_000;
const ARRAY_TYPES = {
  text: 'text',
  json: 'text',
  integer: 'bigint',
  money: 'bigint',
  total: 'numeric',
  boolean: 'boolean',
} as const;
const READ_SIZES = [512, 64, 8, 1] as const;
/** SQLite's bound. */
const MAX_PARAMETERS = 32_000;

/**
 * The few statements that a batch needs for one table, compiled by kysely once for each size and
 * executed with new parameters ever after.
 */
export class TableStatements {
  readonly columns: readonly string[];
  readonly #writes = new Map<number, string>();
  readonly #reads = new Map<number, string>();
  readonly #removals = new Map<number, string>();
  readonly #sizes: readonly number[];
  readonly #key: string;

  constructor(
    private readonly table: Table,
    private readonly name: string,
    private readonly dialect: ReadStore['dialect'],
  ) {
    this.columns = Object.keys(table.columns);
    this.#key = table.key[0] ?? '';
    this.#sizes = WRITE_SIZES.filter((size) => size * this.columns.length <= MAX_PARAMETERS);
  }

  /**
   * Writes rows: whole rows replace (rows), stay as they are (appended), or are added to what is
   * there (tally).
   */
  async write(db: ReadDb, rows: readonly Readonly<Record<string, Value>>[]): Promise<void> {
    if (this.dialect === 'postgres') return this.#writeArrays(db, rows);
    let from = 0;
    for (const size of this.#sizes) {
      for (; rows.length - from >= size; from += size) {
        const parameters: Value[] = [];
        for (let index = from; index < from + size; index += 1) {
          const row = rows[index]!;
          for (const column of this.columns) parameters.push(this.#storable(row[column], column));
        }
        await db.executeQuery(CompiledQuery.raw(this.#write(db, size), parameters));
      }
    }
  }

  async #writeArrays(db: ReadDb, rows: readonly Readonly<Record<string, Value>>[]): Promise<void> {
    for (let from = 0; from < rows.length; from += ARRAY_ROWS) {
      const part = rows.slice(from, from + ARRAY_ROWS);
      await db.executeQuery(
        CompiledQuery.raw(
          this.#write(db, 1),
          this.columns.map((column) => part.map((row) => this.#storable(row[column], column))),
        ),
      );
    }
  }

  async read(db: ReadDb, keys: readonly string[]): Promise<Record<string, Value>[]> {
    if (this.dialect === 'postgres')
      return (
        await db.executeQuery<Record<string, Value>>(CompiledQuery.raw(this.#read(db, 1), [keys]))
      ).rows;
    const found: Record<string, Value>[] = [];
    await this.#inChunks(keys, async (size, parameters) => {
      const { rows } = await db.executeQuery<Record<string, Value>>(
        CompiledQuery.raw(this.#read(db, size), parameters),
      );
      for (const row of rows) found.push(row);
    });
    return found;
  }

  async remove(db: ReadDb, keys: readonly string[]): Promise<void> {
    if (this.dialect === 'postgres')
      return void (await db.executeQuery(CompiledQuery.raw(this.#removal(db, 1), [keys])));
    await this.#inChunks(keys, async (size, parameters) => {
      await db.executeQuery(CompiledQuery.raw(this.#removal(db, size), parameters));
    });
  }

  /** The last chunk is filled up by repeating a key, which changes nothing of an `in (…)`. */
  async #inChunks(
    keys: readonly string[],
    execute: (size: number, parameters: string[]) => Promise<void>,
  ): Promise<void> {
    for (let from = 0; from < keys.length;) {
      const left = keys.length - from;
      const size = READ_SIZES.findLast((candidate) => candidate >= left) ?? READ_SIZES[0];
      const parameters = keys.slice(from, from + size);
      while (parameters.length < size) parameters.push(parameters[0]!);
      await execute(size, parameters);
      from += size;
    }
  }

  /**
   * PostgreSQL has no place for the character U+0000, which JSON has, and SQLite none for a total
   * beyond 64 bits but as text.
   */
  #storable(value: Value | undefined, column: string): Value {
    if (this.dialect === 'sqlite' && typeof value === 'bigint' && this.#isTotal(column))
      return storedTotal(value);
    if (this.dialect === 'postgres' && typeof value === 'string' && value.includes('\0'))
      return value.replaceAll('\0', '\uFFFD');
    return value ?? null;
  }

  #isTotal(column: string): boolean {
    return this.table.columns[column]?.replace('?', '') === 'total';
  }

  #write(db: ReadDb, size: number): string {
    let text = this.#writes.get(size);
    if (text === undefined) {
      text = this.#compileWrite(db, size);
      this.#writes.set(size, text);
    }
    return text;
  }

  #compileWrite(db: ReadDb, size: number): string {
    const { key, kind, bounds } = this.table;
    const name = {
      least: this.dialect === 'sqlite' ? 'min' : 'least',
      greatest: this.dialect === 'sqlite' ? 'max' : 'greatest',
    } as const;
    const row = Object.fromEntries(this.columns.map((column) => [column, 0]));
    const others = this.columns.filter((column) => !key.includes(column));
    const into =
      this.dialect === 'sqlite'
        ? db.insertInto(this.name).values(Array.from({ length: size }, () => row))
        : db
            .insertInto(this.name)
            .columns(this.columns)
            .expression(
              sql`select * from unnest(${sql.join(this.columns.map((column) => sql`${''}::${sql.raw(this.#arrayType(column))}[]`))})`,
            );
    return into
      .onConflict((conflict) => {
        const same = conflict.columns([...key]);
        if (kind === 'appended' || others.length === 0) return same.doNothing();
        return same.doUpdateSet(({ ref, eb, fn }) =>
          Object.fromEntries(
            others.map((column) => {
              const there = ref(`${this.name}.${column}`);
              const given = ref(`excluded.${column}`);
              const bound = bounds[column];
              if (kind !== 'tally') return [column, given];
              if (bound) return [column, fn<number>(name[bound], [there, given])];
              const isOurs = this.dialect === 'sqlite' && this.#isTotal(column);
              return [column, isOurs ? fn(PLUS, [there, given]) : eb(there, '+', given)];
            }),
          ),
        );
      })
      .compile().sql;
  }

  #read(db: ReadDb, size: number): string {
    let text = this.#reads.get(size);
    if (text === undefined) {
      text = this.#ofKeys(db.selectFrom(this.name).select([...this.columns]), size).compile().sql;
      this.#reads.set(size, text);
    }
    return text;
  }

  #ofKeys<Q extends { where(condition: RawBuilder<boolean>): Q }>(query: Q, size: number): Q {
    const key = sql.ref(this.#key);
    return query.where(
      this.dialect === 'sqlite'
        ? sql<boolean>`${key} in (${sql.join(Array.from({ length: size }, () => ''))})`
        : sql<boolean>`${key} = any(${''}::${sql.raw(this.#arrayType(this.#key))}[])`,
    );
  }

  #arrayType(column: string): string {
    return ARRAY_TYPES[
      (this.table.columns[column] ?? 'text').replace('?', '') as keyof typeof ARRAY_TYPES
    ];
  }

  #removal(db: ReadDb, size: number): string {
    let text = this.#removals.get(size);
    if (text === undefined) {
      text = this.#ofKeys(db.deleteFrom(this.name), size).compile().sql;
      this.#removals.set(size, text);
    }
    return text;
  }
}
