import { schemas } from '../../events/generated.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import type { ReadDb } from '../../src/adapters/read-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { BuildTables } from './batch.js';
import { GapRetry } from './gap-retry.js';

const AGGREGATES = new Map<string, string>(schemas.map(({ type, aggregate }) => [type, aggregate]));

/**
 * Lets each event of each stream pass once and in order.
 *
 * From the log itself, in commit order, the checkpoint alone tells what was seen, and nothing is
 * kept for a stream. From a feed that is partitioned by stream, events beyond the checkpoint may
 * have been seen or not; there the last revision of each stream is kept in a table, a row of some
 * 60 bytes a stream, read and written in the same few statements as any other row of the batch.
 * Only the streams of aggregates that the projection handles have one.
 */
export class StreamDeduplicator {
  constructor(private readonly log: Pick<EventStore, 'readStream'>) {}

  /**
   * The events to fold, in order; with those that the feed left out, read from the log.
   * @throws ProjectionError PROJECTION_GAP that names the stream, when the log does not have them
   *   either
   */
  async admitted(
    db: ReadDb,
    tables: BuildTables,
    events: readonly Recorded[],
  ): Promise<readonly Recorded[]> {
    const { build } = tables;
    if (!build.seen)
      return events.length > 0 && events[0]!.position > build.position
        ? events
        : events.filter(({ position }) => position > build.position);
    const concerned = aggregatesOf(tables);
    const ours = events.filter(
      ({ type, position }) =>
        position > build.position &&
        (concerned.has(AGGREGATES.get(type) ?? '') || !AGGREGATES.has(type)),
    );
    await tables.loadSeen(db, ours);
    const next = new Map<string, number>();
    const passed: Recorded[] = [];
    for (const event of ours) {
      const expected = next.get(event.stream) ?? (await this.#expected(tables, event));
      if (event.revision < expected) continue;
      if (event.revision > expected)
        passed.push(...(await this.#refetched(build.projection.name, event, expected)));
      passed.push(event);
      next.set(event.stream, event.revision + 1);
    }
    return passed;
  }

  /** Of a stream that has no row yet, what was folded is what the checkpoint covers. */
  async #expected(tables: BuildTables, { stream, revision }: Recorded): Promise<number> {
    const seen = tables.seenRevision(stream);
    if (seen !== undefined) return seen + 1;
    if (revision === 0 || tables.build.position < 0) return 0;
    const [last] = await this.log.readStream(stream, {
      direction: 'backwards',
      limit: 1,
      asOf: tables.build.position,
    });
    return last ? last.revision + 1 : 0;
  }

  async #refetched(
    projection: string,
    { stream, revision }: Recorded,
    from: number,
  ): Promise<readonly Recorded[]> {
    const retry = new GapRetry();
    for (;;) {
      const found = await this.log.readStream(stream, { from, limit: revision - from });
      if (
        found.length === revision - from &&
        found.every((event, index) => event.revision === from + index)
      )
        return found;
      await retry.missed(
        `${projection} was given revision ${revision} of ${stream}, and revision ${from} is nowhere to be had.`,
      );
    }
  }
}

const aggregatesOf = ({ handles }: BuildTables): ReadonlySet<string> =>
  new Set([...handles].map((type) => AGGREGATES.get(type) ?? ''));
