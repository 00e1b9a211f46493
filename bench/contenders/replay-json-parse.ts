import type { Run } from './contender.js';
import { replayLines } from './replay-log.js';

/** The floor of replay: JSON.parse of the same lines, which are in memory already. */
export const run: Run = async (_dir, { events }) => {
  // Through bytes, as a disk would give them: strings that JSON.stringify just made are not what a
  // reader gets.
  const lines = [...replayLines(events)].map((line) => Buffer.from(line).toString());
  const seen = new Set<string>();
  let revisions = 0;
  const started = performance.now();
  for (const line of lines)
    revisions += (JSON.parse(line) as { readonly revision: number }).revision;
  const seconds = (performance.now() - started) / 1_000;
  for (const line of lines) {
    const { stream, revision } = JSON.parse(line) as {
      readonly stream: string;
      readonly revision: number;
    };
    seen.add(`${stream} ${revision}`);
  }
  if (revisions === 0) throw new Error('nothing was parsed');
  return { events: lines.length, seconds, distinct: seen.size };
};
