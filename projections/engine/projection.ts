import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';

type Base = 'text' | 'integer' | 'money' | 'total' | 'boolean' | 'json';
/**
 * text: string · integer: safe integer · money: bigint minor units of one event (SQL 64-bit
 * integer) · total: what amounts of many events come to, which no 64 bits bound (both: the column's
 * name ends in `_minor`) · boolean · json: JSON text. With `?`: may be null.
 */
export type ColumnType = Base | `${Base}?`;
export type Columns = Readonly<Record<string, ColumnType>>;
export type Value = string | number | bigint | boolean | null;
type BaseValue<T> = T extends 'text' | 'json'
  ? string
  : T extends 'integer'
    ? number
    : T extends 'money' | 'total'
      ? bigint
      : boolean;
type ValueOf<T extends ColumnType> = T extends `${infer B}?` ? BaseValue<B> | null : BaseValue<T>;

/**
 * What a projection keeps.
 * - rows: has one text key column; loaded before the fold, and written back whole.
 * - appended: written once an event and never read by the fold.
 * - tally: sums; every column outside the key is added to, never read, so that any order of events
 *   gives the same sums. `bounds` names columns of which the least or greatest value is kept
 *   instead.
 */
export type TableKind = 'rows' | 'appended' | 'tally';

export interface Index<Column extends string = string> {
  readonly on: readonly Column[];
  /** Leaves out the rows where this column is null. */
  readonly notNull?: Column;
}

export interface Table<C extends Columns = Columns> {
  /** Name without the version; the runner appends `_v<version>`. */
  readonly name: string;
  readonly kind: TableKind;
  readonly columns: C;
  /** Columns of the primary key, in order. Key columns are text or integer, never null. */
  readonly key: readonly string[];
  /** Secondary indexes: made after a bulk build. */
  readonly indexes: readonly Index[];
  readonly bounds: Bounds;
}

/** Columns of a tally that keep their least or greatest value. */
export type Bounds<Column extends string = string> = Readonly<
  Partial<Record<Column, 'least' | 'greatest'>>
>;

export type RowOf<T extends Table> = {
  readonly [K in keyof T['columns']]: ValueOf<T['columns'][K]>;
};

export function table<const C extends Columns>(
  name: string,
  kind: TableKind,
  columns: C,
  key: readonly (keyof C & string)[],
  indexes: readonly Index<keyof C & string>[] = [],
  bounds?: Bounds<keyof C & string>,
): Table<C> {
  return { name, kind, columns, key, indexes, bounds: bounds ?? {} };
}

/**
 * The rows that an event may touch, already loaded. Changes are written in bulk, in one transaction
 * with the checkpoint.
 */
export interface Rows {
  /** A row of a `rows` table that `touches` named for this event. */
  get<C extends Columns>(table: Table<C>, key: string): RowOf<Table<C>> | undefined;
  /**
   * Writes a row of a `rows` table (named by `touches`) or of an `appended` one. The row must not
   * be changed afterwards.
   */
  put<C extends Columns>(table: Table<C>, row: RowOf<Table<C>>): void;
  /** Removes a row of a `rows` table that `touches` named. */
  remove<C extends Columns>(table: Table<C>, key: string): void;
  /** Adds to the sums (and bounds) of a `tally` table under the row's key columns. */
  add<C extends Columns>(table: Table<C>, row: RowOf<Table<C>>): void;
}

/**
 * Names one row of a `rows` table. `fresh`: it cannot be there yet, because its stream has only
 * just begun.
 */
export type Touch = (table: Table, key: string, fresh?: boolean) => void;

/**
 * A pure fold of the log into rows. `touches` names every row of a `rows` table that `evolve` may
 * get, put or remove for an event, so that the runner loads a whole batch in a few statements.
 * `evolve` never refuses and reads nothing else.
 *
 * A feed may be partitioned by stream, so that only the events of one stream come in order. Hence
 * what is kept under a row's key depends on one stream alone, and whatever joins streams is a
 * tally.
 */
export interface Projection {
  readonly name: string;
  /**
   * Changing what the fold does bumps it: the new tables are built beside the old and switched to.
   */
  readonly version: number;
  readonly tables: readonly Table[];
  readonly handles: readonly EventType[];
  touches(event: Recorded, touch: Touch): void;
  evolve(rows: Rows, event: Recorded): void;
}
