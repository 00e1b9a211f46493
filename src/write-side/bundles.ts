import type { AppendGroup, StreamWrite } from '../adapters/event-store/port.js';

/** Units that are appended as one group. */
export interface Bundle<Decided extends Grouped> {
  readonly group: AppendGroup;
  readonly of: readonly Decided[];
}

/** A unit that was decided, as the group that it would be by itself. */
export interface Grouped {
  readonly group: AppendGroup;
}

/**
 * Units that follow each other as one group, up to `size`; a stream is in a bundle once, but for
 * one that all only look at.
 */
export function bundled<Decided extends Grouped>(
  decided: readonly Decided[],
  size: number,
): readonly Bundle<Decided>[] {
  if (size === 1) return decided.map((one) => ({ group: one.group, of: [one] }));
  const bundles: { group: AppendGroup; writes: StreamWrite[]; of: Decided[] }[] = [];
  let streams = new Map<string, StreamWrite>();
  const fits = (write: StreamWrite): boolean => {
    const there = streams.get(write.stream);
    return there === undefined || isSameLook(there, write);
  };
  for (const one of decided) {
    const { group } = one;
    let bundle = bundles.at(-1);
    if (
      !bundle ||
      bundle.of.length >= size ||
      group.receipt ||
      bundle.group.receipt ||
      !group.writes.every(fits)
    ) {
      const writes: StreamWrite[] = [];
      bundle = { group: { ...group, writes }, writes, of: [] };
      bundles.push(bundle);
      streams = new Map();
    }
    bundle.of.push(one);
    for (const write of group.writes) {
      if (!streams.has(write.stream)) bundle.writes.push(write);
      streams.set(write.stream, write);
    }
  }
  return bundles;
}

const isSameLook = (one: StreamWrite, other: StreamWrite): boolean =>
  one.events.length === 0 && other.events.length === 0 && one.expected === other.expected;
