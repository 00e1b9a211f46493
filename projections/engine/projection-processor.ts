import { schemas } from '../../events/generated.js';
import type { FeedPage } from '../../src/adapters/event-bus/port.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { BuildTables } from './batch.js';
import type { ProjectionBuild } from './builds.js';
import { GapRetry } from './gap-retry.js';
import type { ReadModelAnchor } from './read-anchor.js';
import { StreamDeduplicator } from './stream-deduplicator.js';
import type { PartitionCheckpoint } from './partition-checkpoint.js';

/** What the runner reads the log with. */
export type ProjectionLog = Pick<
  EventStore,
  'readAll' | 'readStream' | 'lastPosition' | 'follow' | 'positionGaps'
>;

const KNOWN_TYPES: ReadonlySet<string> = new Set(schemas.map(({ type }) => type));

export interface ProjectionProcessorOptions {
  readonly pageSize: number;
  /** Told after each commit; `position` is that of the processor. */
  readonly onBatch: (position: number, events: number) => void;
  readonly onUnknown: (type: string) => void;
  /** Where it is kept behind which event the read models stand; absent: not for these builds. */
  readonly anchor?: ReadModelAnchor;
  /** A transaction that all is to be done in; default: one a page. */
  readonly within?: ReadDb;
}

/**
 * Builds that are fed together: one read of a page serves all of them, and their rows and
 * checkpoints are committed in one transaction, so that killed at any moment they go on where their
 * rows are.
 */
export class ProjectionProcessor {
  readonly #tables: readonly BuildTables[];
  readonly #revisions: StreamDeduplicator;
  #last: Recorded | undefined;

  constructor(
    private readonly store: ReadStore,
    private readonly log: ProjectionLog,
    readonly builds: readonly ProjectionBuild[],
    private readonly options: ProjectionProcessorOptions,
  ) {
    this.#tables = builds.map((build) => new BuildTables(store, build));
    this.#revisions = new StreamDeduplicator(log);
  }

  /** Every event up to here is in the rows of every build. */
  get position(): number {
    return Math.min(...this.builds.map(({ position }) => position));
  }

  /** The last event that was taken; undefined before the first. */
  get last(): Recorded | undefined {
    return this.#last;
  }

  /**
   * Reads the log to its end (or up to `until`), the next page while this one is written.
   * @throws ProjectionError PROJECTION_GAP when the log itself has a hole that stays
   */
  async catchUp(signal?: AbortSignal, until = Number.MAX_SAFE_INTEGER): Promise<void> {
    let coming = this.log.readAll(this.position, this.options.pageSize);
    let retry = new GapRetry();
    for (;;) {
      const page = await coming;
      if (signal?.aborted) return;
      const events =
        page.next <= until ? page.events : page.events.filter(({ position }) => position <= until);
      const hole = this.#holeIn(events);
      const whole = hole === undefined;
      const ends = page.end || page.events.length === 0 || page.next >= until;
      if (whole && !ends) coming = this.log.readAll(page.next, this.options.pageSize);
      if (whole) {
        // The page that is coming may fail before it is awaited.
        coming.catch(() => undefined);
        await this.#commit(events, events.at(-1)?.position ?? this.position);
        if (ends) return;
        retry = new GapRetry();
        continue;
      }
      await retry.missed(this.#gapAt(`position ${hole}`), signal);
      if (signal?.aborted) return;
      coming = this.log.readAll(this.position, this.options.pageSize);
    }
  }

  /**
   * Takes a page of a feed that gives the log in commit order, at least once. What is missing is
   * read from the log.
   */
  async takeInOrder(events: readonly Recorded[], signal?: AbortSignal): Promise<void> {
    const from = this.position;
    const ours =
      events.length > 0 && events[0]!.position > from
        ? events
        : events.filter(({ position }) => position > from);
    const last = ours.at(-1);
    if (!last) return;
    if (this.#holeIn(ours) === undefined) return this.#commit(ours, last.position);
    const retry = new GapRetry();
    while (this.position < last.position) {
      await this.catchUp(signal);
      if (signal?.aborted) return;
      if (this.position < last.position)
        await retry.missed(
          this.#gapAt(`positions ${this.position + 1} to ${last.position}`),
          signal,
        );
    }
  }

  /**
   * Takes a page of a feed that is partitioned by stream: at least once, each stream in order,
   * streams in any order, of which other processes take other parts.
   * @throws BuildsChangedError
   */
  async takeByStream(
    { events, previous, part = '' }: FeedPage,
    checkpoint: PartitionCheckpoint,
  ): Promise<void> {
    this.#tellUnknown(events);
    const position = await this.#whole(checkpoint, async (trx) => {
      if (await checkpoint.take(trx, part)) for (const tables of this.#tables) tables.forget();
      await this.#fold(trx, events);
      const reached = await checkpoint.advance(trx, this.builds, events, previous);
      await this.options.anchor?.move(trx, events);
      return reached;
    });
    this.#reached(position, events.length);
  }

  /**
   * Where positions have gaps a hole cannot be told from one, and the order of the log is all that
   * is taken for granted.
   */
  #holeIn(events: readonly Recorded[]): number | undefined {
    return this.log.positionGaps ? undefined : holeIn(events, this.position);
  }

  #gapAt(what: string): string {
    return `The log gives no event at ${what}. Check the log (sanad audit check); the read models stand at position ${this.position}.`;
  }

  async #commit(events: readonly Recorded[], position: number): Promise<void> {
    if (events.length === 0 && position <= this.position) return;
    this.#tellUnknown(events);
    await this.#whole(undefined, async (trx) => {
      await this.#fold(trx, events);
      for (const tables of this.#tables)
        await tables.reach(trx, Math.max(position, tables.build.position));
      await this.options.anchor?.move(trx, events);
    });
    this.#last = events.at(-1) ?? this.#last;
    this.#reached(position, events.length);
  }

  async #fold(trx: ReadDb, events: readonly Recorded[]): Promise<void> {
    for (const tables of this.#tables) {
      const admitted = await this.#revisions.admitted(trx, tables, events);
      await tables.load(trx, admitted);
      for (const event of admitted) tables.fold(event);
      await tables.write(trx);
    }
    for (const tables of this.#tables) await tables.writeSums(trx);
  }

  /** All of it or, where it fails, none: nor what is in memory. */
  async #whole<T>(
    checkpoint: PartitionCheckpoint | undefined,
    work: (trx: ReadDb) => Promise<T>,
  ): Promise<T> {
    const { within } = this.options;
    try {
      return await (within ? work(within) : this.store.db.transaction().execute(work));
    } catch (error) {
      for (const tables of this.#tables) tables.forget();
      checkpoint?.forget();
      throw error;
    }
  }

  #reached(position: number, events: number): void {
    for (const tables of this.#tables) {
      tables.build.position = Math.max(position, tables.build.position);
      tables.rest();
    }
    this.options.onBatch(this.position, events);
  }

  #tellUnknown(events: readonly Recorded[]): void {
    for (const { type } of events) if (!KNOWN_TYPES.has(type)) this.options.onUnknown(type);
  }
}

/** The first position that is not there, of events that should go on right after a position. */
function holeIn(events: readonly Recorded[], after: number): number | undefined {
  let expected = after + 1;
  for (const { position } of events) {
    if (position !== expected) return expected;
    expected += 1;
  }
  return undefined;
}
