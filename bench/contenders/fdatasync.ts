import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from './contender.js';
import { storedLine, workOf } from './payment-story.js';

/**
 * What the disk gives: the same lines written to a file and synced, as many a sync as there are
 * writers. Nothing else.
 */
export const run: Run = async (dir, { writers, events }) => {
  const work = workOf(writers, events).map((steps) => steps.map(storedLine));
  const file = openSync(join(dir, 'raw'), 'a');
  const rounds = work[0]!.length;
  const started = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    writeSync(file, work.map((lines) => `${lines[round]}\n`).join(''));
    fdatasyncSync(file);
  }
  const seconds = (performance.now() - started) / 1_000;
  closeSync(file);
  const written = rounds * writers;
  return { events: written, seconds, distinct: written, durable: 'write and fdatasync' };
};
