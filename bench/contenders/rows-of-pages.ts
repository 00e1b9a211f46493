import { MAX_PAGE } from '../../src/adapters/event-store/port.js';
import type { Columns, RowOf, Rows, Table, Value } from '../../projections/engine/projection.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { PROJECTIONS } from './rebuild-log.js';

export type Row = Readonly<Record<string, Value>>;

/** The read models in memory, with what a page changed. */
class Memory implements Rows {
  readonly #rows = new Map<Table, Map<string, Row>>();
  #changed = new Map<Table, Map<string, Row>>();

  get<C extends Columns>(table: Table<C>, key: string): RowOf<Table<C>> | undefined {
    return this.#rows.get(table)?.get(key) as RowOf<Table<C>> | undefined;
  }
  put<C extends Columns>(table: Table<C>, row: RowOf<Table<C>>): void {
    this.#set(
      table,
      table.key.map((column) => String((row as Row)[column])).join('\n'),
      row as Row,
    );
  }
  remove<C extends Columns>(table: Table<C>, key: string): void {
    this.#rows.get(table)?.delete(key);
    this.#changed.get(table)?.delete(key);
  }
  /** Sums are written whole, which costs no more than adding in SQL. */
  add<C extends Columns>(table: Table<C>, row: RowOf<Table<C>>): void {
    const key = table.key.map((column) => String((row as Row)[column])).join('\n');
    const before = this.#rows.get(table)?.get(key);
    const sum =
      before &&
      Object.fromEntries(
        Object.entries(row as Row).map(([column, value]) => [
          column,
          table.key.includes(column) ? value : added(before[column], value),
        ]),
      );
    this.#set(table, key, sum ?? (row as Row));
  }

  takeChanged(): ReadonlyMap<Table, readonly Row[]> {
    const changed = new Map([...this.#changed].map(([table, rows]) => [table, [...rows.values()]]));
    this.#changed = new Map();
    return changed;
  }

  #set(table: Table, key: string, row: Row): void {
    for (const map of [this.#rows, this.#changed]) {
      const rows = map.get(table) ?? new Map<string, Row>();
      map.set(table, rows.set(key, row));
    }
  }
}

function added(a: Value | undefined, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  throw new Error('not a sum');
}

/** For each page of the log the rows that its events leave, each once. */
export function pagesOf(
  events: readonly Recorded[],
): readonly ReadonlyMap<Table, readonly Row[]>[] {
  const memory = new Memory();
  const pages: ReadonlyMap<Table, readonly Row[]>[] = [];
  for (let from = 0; from < events.length; from += MAX_PAGE) {
    for (const event of events.slice(from, from + MAX_PAGE))
      for (const projection of PROJECTIONS)
        if (projection.handles.includes(event.type)) projection.evolve(memory, event);
    pages.push(memory.takeChanged());
  }
  return pages;
}
