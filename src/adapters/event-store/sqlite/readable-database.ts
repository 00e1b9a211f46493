/** What whoever only reads takes of a driver of SQLite. */
export interface ReadableDatabase {
  prepare(sql: string): ReadStatement;
  close(): unknown;
}

export interface ReadStatement {
  /** Rows are arrays. */
  raw(): ReadStatement;
  /** Of a row, its first column. */
  pluck(): ReadStatement;
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
}
