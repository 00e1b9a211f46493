import type { EventStore } from '../adapters/event-store/port.js';
import type { Recorded } from '../kernel/decider.js';
import type { Part } from './unit.js';

const NEW: readonly Recorded[] = [];

/** The streams of parts as they are now; nothing is read where all of them should be new. */
export async function loadParts(
  store: EventStore,
  parts: readonly Part[],
): Promise<readonly (readonly Recorded[])[]> {
  if (parts.every((p) => p.fresh)) return parts.map(() => NEW);
  if (parts.length === 1) return [await store.readStream(parts[0]!.stream)];
  return (await store.readStreams(parts.map((p) => p.stream))).map(({ events }) => events);
}
