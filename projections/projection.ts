import type { EventType } from '../events/generated.js';
import type { Recorded } from '../src/kernel/decider.js';

/** text: string · integer: safe integer · money: bigint minor units (SQL 64-bit integer) · boolean · json: canonical JSON text. */
export type ColumnType = 'text' | 'integer' | 'money' | 'boolean' | 'json';
export type Value = string | number | bigint | boolean | null;
export type Row = Record<string, Value>;

export interface Table {
  /** Name without the version; the runner appends `_v<version>`. */
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Columns of the primary key, in order. Key columns are text or integer. */
  readonly key: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
}

export interface RowKey { readonly table: string; readonly key: readonly (string | number)[] }

/** The rows that an event may touch, already loaded. Changes are written in bulk, in one transaction with the checkpoint. */
export interface Rows {
  get(table: string, ...key: readonly (string | number)[]): Readonly<Row> | undefined;
  put(table: string, row: Row): void;
  remove(table: string, ...key: readonly (string | number)[]): void;
}

/**
 * A pure fold of the log into rows. `touches` names every row that `evolve` may get, put or remove for an event, so that
 * the runner can load a whole batch in a few statements. `evolve` never refuses and never reads anything else.
 */
export interface Projection {
  readonly name: string;
  /** Changing what the fold does bumps it: the new tables are built beside the old and switched to. */
  readonly version: number;
  readonly tables: readonly Table[];
  readonly handles: readonly EventType[];
  touches(event: Recorded): readonly RowKey[];
  evolve(rows: Rows, event: Recorded): void;
}
