import type { StreamWrite } from '../../src/adapters/event-store/port.js';
import { EventRegistry } from '../../events/registry.js';
import type { Context, Recorded } from '../../src/kernel/decider.js';
import { type Part } from '../../src/write-side/unit.js';
import { stamp } from '../../src/write-side/record.js';

const registry = new EventRegistry();

/**
 * What an event store promises, in memory: streams with exact expected revisions, groups whole or
 * not at all, positions in order.
 */
export class ModelLog {
  readonly events: Recorded[] = [];
  /** Decisions that were made on a stream that had moved, and were made again. */
  conflicts = 0;
  readonly #streams = new Map<string, Recorded[]>();

  get last(): number {
    return this.events.length - 1;
  }

  stream(name: string, asOf = Number.MAX_SAFE_INTEGER): readonly Recorded[] {
    const events = this.#streams.get(name) ?? [];
    return asOf >= this.last ? events : events.filter((event) => event.position <= asOf);
  }

  /** Streams whose name begins so and that have events up to the position, in order of name. */
  category(
    prefix: string,
    asOf = Number.MAX_SAFE_INTEGER,
  ): { readonly stream: string; readonly events: readonly Recorded[] }[] {
    return [...this.#streams.keys()]
      .filter((name) => name.startsWith(prefix))
      .sort()
      .map((stream) => ({ stream, events: this.stream(stream, asOf) }))
      .filter(({ events }) => events.length > 0);
  }

  /**
   * load ► decide ► append like `execute`. A stale command decides on what the streams were some
   * events ago first: the log takes nothing of it, nor of what was held on such a state, and it
   * decides again.
   * @throws DomainError of the deciders; then nothing was appended
   */
  run(parts: readonly Part[], context: Context, staleBy = 0): void {
    for (const behind of staleBy > 0 ? [staleBy, 0] : [0]) {
      const writes: StreamWrite[] = [];
      let moved = false;
      let guardMoved = false;
      let count = 0;
      try {
        for (const part of parts) {
          const all = this.stream(part.stream);
          const events = all.slice(0, Math.max(0, all.length - behind));
          moved ||= events.length < all.length;
          guardMoved ||= part.guards === true && events.length < all.length;
          const decisions = part.decide(events, context);
          if (decisions.length === 0) continue;
          for (const { draft } of decisions)
            registry.validate(draft.type, registry.latestVersion(draft.type), draft.data);
          writes.push({
            stream: part.stream,
            expected: events.length === 0 ? 'no-stream' : events.length - 1,
            events: stamp(registry, decisions, context, count),
          });
          count += decisions.length;
        }
      } catch (error) {
        // Refused for what is past: who looked at that would ask again.
        if (moved) continue;
        throw error;
      }
      if (!guardMoved && this.append(writes)) return;
      this.conflicts += 1;
    }
  }

  /**
   * @returns false, and appends nothing, where one of the streams is not at its expected revision
   */
  append(writes: readonly StreamWrite[]): boolean {
    const lengths = writes.map(({ stream }) => this.stream(stream).length);
    if (
      writes.some(
        ({ expected }, i) => (expected === 'no-stream' ? -1 : expected) !== lengths[i]! - 1,
      )
    )
      return false;
    for (const { stream, events } of writes) {
      const kept = this.#streams.get(stream) ?? [];
      this.#streams.set(stream, kept);
      for (const event of events) {
        const recorded = {
          ...event,
          stream,
          revision: kept.length,
          position: this.events.length,
        } as Recorded;
        kept.push(recorded);
        this.events.push(recorded);
      }
    }
    return true;
  }
}
