import type { GovstackBlock } from '../../adapters/payment-rail/govstack/port.js';
import { RailError } from '../../adapters/payment-rail/port.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { filesOfCycle } from '../../cycle/cycle-reader.js';
import { askAbout, nothing, type StatusTaken } from './outcomes.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';

/**
 * Asks the payments block about every batch of a cycle, for blocks that do not call back, or whose
 * callback was lost. A batch that it does not know is left without an answer, and the others are
 * asked about all the same.
 * @throws DomainError CYCLE_NOT_INSTRUCTED, RailError where the block does not answer: what it said
 *   until then is taken in
 */
export async function askBlock(
  deps: Deps,
  block: GovstackBlock,
  cycleId: string,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<StatusTaken & { readonly batches: number }> {
  const files = filesOfCycle(await deps.store.readStream(streams.cycle(cycleId)));
  if (files.length === 0)
    throw new DomainError(
      'CYCLE_NOT_INSTRUCTED',
      `Nothing of cycle ${cycleId} is instructed.`,
      'rule',
      'cycle',
    );
  const taken = nothing();
  let batches = 0;
  for (const messageId of new Set(files.map((file) => file.messageId))) {
    for await (const batch of block.batchesOf(messageId)) {
      const one = await askAbout(deps, block, batch, base, signal).catch(
        (error: unknown): StatusTaken => {
          if (error instanceof RailError && error.code === 'RAIL_REFUSED')
            return { ...nothing(), unanswered: batch.transfers.length };
          throw error;
        },
      );
      for (const key of Object.keys(one) as (keyof StatusTaken)[]) taken[key] += one[key];
      batches += 1;
      onProgress?.({ what: 'batches', done: batches });
    }
  }
  return { ...taken, batches };
}
