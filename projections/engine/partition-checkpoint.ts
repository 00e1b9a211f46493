import { sql } from 'kysely';
import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import type { AnchoredLog } from '../../src/kernel/anchor.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { ProjectionBuild } from './builds.js';
import { LINKS, PARTS, STATE } from './live.js';
import { replaceAnchor } from './read-anchor.js';
import { Watermark } from './watermark.js';

/**
 * The live builds are not those that this process feeds: another one switched. It opens them again.
 */
export class BuildsChangedError extends Error {
  constructor() {
    super('The live read models are not those that were fed until now; they are opened again.');
    this.name = 'BuildsChangedError';
  }
}

/**
 * Until the transaction ends nobody else folds; and whoever folds afterwards forgets what it has in
 * memory.
 */
export async function aloneIn(trx: ReadDb, dialect: ReadStore['dialect']): Promise<void> {
  if (dialect === 'postgres')
    await sql`lock table ${sql.table(PARTS)} in exclusive mode`.execute(trx);
  await trx.updateTable(PARTS).set({ member: '' }).execute();
}

/**
 * Of read models that were made anew from another log than the one before: what was folded beyond
 * their position is not in them.
 */
export async function beginAnew(
  trx: ReadDb,
  log: AnchoredLog,
  last: Recorded | undefined,
): Promise<void> {
  await trx.deleteFrom(LINKS).execute();
  await replaceAnchor(trx, log, last);
}

/**
 * How far the live builds of these projections all are, and whether events beyond were folded: then
 * something between is missing.
 */
export async function stateOf(
  { db }: ReadStore,
  builds: readonly ProjectionBuild[],
): Promise<{ readonly position: number; readonly beyond: boolean }> {
  const rows = await db
    .selectFrom(STATE)
    .select(['projection', 'suffix', 'position'])
    .where('live', '=', true)
    .$castTo<StateRow>()
    .execute();
  const link = await db.selectFrom(LINKS).select('id').limit(1).executeTakeFirst();
  return { position: lowest(rows, builds), beyond: link !== undefined };
}

interface StateRow {
  readonly projection: string;
  readonly suffix: string;
  readonly position: number;
}

/** @throws BuildsChangedError when one of them is not live */
function lowest(rows: readonly StateRow[], builds: readonly ProjectionBuild[]): number {
  return Math.min(
    ...builds.map(({ projection, suffix }) => {
      const row = rows.find(
        (each) => each.projection === projection.name && each.suffix === suffix,
      );
      if (!row) throw new BuildsChangedError();
      return row.position;
    }),
  );
}

async function moveTo(
  trx: ReadDb,
  builds: readonly ProjectionBuild[],
  position: number,
): Promise<void> {
  for (const { projection, suffix } of builds)
    await trx
      .updateTable(STATE)
      .set({ position })
      .where('projection', '=', projection.name)
      .where('suffix', '=', suffix)
      .where('position', '<', position)
      .execute();
}

/**
 * What the processes have in common that fold one feed, each some parts of it (a broker's
 * partitions). Every batch is one transaction: it takes its part first, so that a process that was
 * thought dead and still writes waits or is made to look at the rows again; last it moves the
 * position as far as there is no hole, whoever folded what is between.
 */
export class PartitionCheckpoint {
  #watermark = new Watermark(-1);
  #seen = 0;

  constructor(
    private readonly dialect: ReadStore['dialect'],
    private readonly member: string,
  ) {}

  /**
   * Holds a part until the transaction ends; true when somebody else had it before, so that rows in
   * memory may be old.
   */
  async take(trx: ReadDb, part: string): Promise<boolean> {
    const held = async (): Promise<string | undefined> => {
      const query = trx
        .selectFrom(PARTS)
        .select('member')
        .where('part', '=', part)
        .$castTo<{ member: string }>();
      const locking = this.dialect === 'postgres' ? query.forUpdate() : query;
      return (await locking.executeTakeFirst())?.member;
    };
    let member = await held();
    if (member === undefined) {
      await trx
        .insertInto(PARTS)
        .values({ part, member: '' })
        .onConflict((conflict) => conflict.column('part').doNothing())
        .execute();
      member = await held();
    }
    if (member === this.member) return false;
    await trx.updateTable(PARTS).set({ member: this.member }).where('part', '=', part).execute();
    return true;
  }

  /**
   * Adds these events to those that are folded, and gives the position up to which all are. The
   * last of a transaction: its rows are held by one at a time.
   * @throws BuildsChangedError
   */
  async advance(
    trx: ReadDb,
    builds: readonly ProjectionBuild[],
    events: readonly Recorded[],
    previous?: readonly number[],
  ): Promise<number> {
    const from = lowest(await this.#held(trx), builds);
    await this.#catchUp(trx, from);
    const own = events.flatMap(({ position }, index) =>
      position > from ? [previous?.[index] ?? position - 1, position] : [],
    );
    const to = this.#watermark.add(own);
    if (to > from) {
      await moveTo(trx, builds, to);
      if (this.#seen > 0) await trx.deleteFrom(LINKS).where('until', '<=', to).execute();
    }
    const left = own.flatMap((position, index) =>
      index % 2 === 1 && position > to ? [own[index - 1]!, position] : [],
    );
    if (left.length > 0) await this.#keep(trx, left);
    return to;
  }

  /** Where the live builds are; nobody else moves them until the transaction ends. */
  #held(trx: ReadDb): Promise<StateRow[]> {
    const query = trx
      .selectFrom(STATE)
      .select(['projection', 'suffix', 'position'])
      .where('live', '=', true)
      .orderBy('projection')
      .$castTo<StateRow>();
    return (this.dialect === 'postgres' ? query.forUpdate() : query).execute();
  }

  /** Takes in what others folded beyond the position since this one looked last. */
  async #catchUp(trx: ReadDb, from: number): Promise<void> {
    const links = await trx
      .selectFrom(LINKS)
      .select(['id', 'links'])
      .where('id', '>', this.#seen)
      .orderBy('id')
      .$castTo<{ id: number; links: string }>()
      .execute();
    this.#watermark.standAt(from);
    for (const { id, links: text } of links) {
      this.#watermark.add(JSON.parse(text) as number[]);
      this.#seen = id;
    }
  }

  /**
   * For the others: what is folded beyond the position, as pairs of a position and the one before.
   */
  async #keep(trx: ReadDb, links: readonly number[]): Promise<void> {
    const kept = await trx
      .insertInto(LINKS)
      .values({
        until: links.reduce((last, position) => Math.max(last, position)),
        links: JSON.stringify(links),
      })
      .returning('id')
      .$castTo<{ id: number }>()
      .executeTakeFirstOrThrow();
    this.#seen = kept.id;
  }

  /** After a transaction that was not committed, memory holds what the tables do not. */
  forget(): void {
    this.#watermark = new Watermark(-1);
    this.#seen = 0;
  }
}
