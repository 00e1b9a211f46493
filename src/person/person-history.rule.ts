import type { Recorded } from '../kernel/decider.js';

/** Where a person lives now; undefined for who was never registered. */
export function regionOf(events: readonly Recorded[]): string | undefined {
  const last = events.findLast(({ type }) => type === 'PersonMoved' || type === 'PersonRegistered');
  return last?.type === 'PersonMoved' || last?.type === 'PersonRegistered'
    ? last.data.region
    : undefined;
}

/** Whether a person's history ends with their erasure. */
export const isErased = (events: readonly Recorded[]): boolean =>
  events.at(-1)?.type === 'PersonErased';
