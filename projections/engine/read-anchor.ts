import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import { LogAnchor, type Anchor, type AnchoredLog } from '../../src/kernel/anchor.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { tableIsMissing } from './live.js';

/** The event behind which the read models stand, all together. One row, or none at first. */
const ANCHOR = 'projection_anchor';
const THE_ONE = 1;
const WHAT = 'The checkpoint of the read models';
const REMEDY =
  'They show what that log does not say. Run "sanad rebuild", which makes them anew (docs/operations.md, "Restoring").';

export async function createAnchor(db: ReadDb): Promise<void> {
  await db.schema
    .createTable(ANCHOR)
    .ifNotExists()
    .addColumn('one', 'integer', (column) => column.primaryKey())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('anchor', 'text', (column) => column.notNull())
    .execute();
}

async function kept(db: ReadDb): Promise<Anchor | undefined> {
  try {
    const row = await db.selectFrom(ANCHOR).select('anchor').executeTakeFirst();
    return row && (JSON.parse(row['anchor'] as string) as Anchor);
  } catch (error) {
    if (tableIsMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Whether the log has what the read models stand on; for who reads them and does not build them.
 * @throws DomainError CHECKPOINT_NOT_IN_LOG
 */
export async function checkReadModels(
  { db }: ReadStore,
  log: AnchoredLog,
  position: number,
): Promise<void> {
  const anchor = new LogAnchor(log, WHAT, REMEDY);
  anchor.keep(position, await kept(db));
  await anchor.check();
}

/** How far the furthest of these builds is. */
export const furthest = (builds: readonly { readonly position: number }[]): number =>
  Math.max(-1, ...builds.map(({ position }) => position));

/**
 * Read models that were made anew stand behind the last event that is in them, whatever was before.
 */
export async function replaceAnchor(
  trx: ReadDb,
  log: AnchoredLog,
  last: Recorded | undefined,
): Promise<void> {
  await trx.deleteFrom(ANCHOR).execute();
  await new ReadModelAnchor(log).move(trx, last ? [last] : []);
}

/** Kept with the rows, in the same transactions. */
export class ReadModelAnchor {
  readonly #anchor: LogAnchor;

  constructor(log: AnchoredLog) {
    this.#anchor = new LogAnchor(log, WHAT, REMEDY);
  }

  /**
   * Goes on from what was kept.
   * @param position of the live builds
   * @throws DomainError CHECKPOINT_NOT_IN_LOG
   */
  async goOn(db: ReadDb, position: number): Promise<void> {
    this.#anchor.keep(position, await kept(db));
    await this.#anchor.check();
  }

  check(): Promise<void> {
    return this.#anchor.check();
  }

  /** These were folded. Others may have folded what is further on. */
  async move(trx: ReadDb, events: readonly Recorded[]): Promise<void> {
    if (events.length === 0) return;
    const last = events.reduce((one, other) => (other.position > one.position ? other : one));
    const anchor = await this.#anchor.moveTo(last);
    if (anchor.id !== last.id) return;
    const { position } = last;
    await trx
      .insertInto(ANCHOR)
      .values({ one: THE_ONE, position, anchor: JSON.stringify(anchor) })
      .onConflict((conflict) =>
        conflict
          .column('one')
          .doUpdateSet({ position, anchor: JSON.stringify(anchor) })
          .where(`${ANCHOR}.position`, '<', position),
      )
      .execute();
  }
}
