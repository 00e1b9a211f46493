import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import type { GovstackBlock, SentBatch } from '../../adapters/payment-rail/govstack/port.js';
import { DomainError } from '../../kernel/errors.js';
import {
  dayOf,
  outcomeOf,
  outcomeOfAll,
  requireSame,
  requireSameCounts,
  type BatchStatus,
} from './block-answer.rule.js';
import { TransferFinder } from './transfer-finder.rule.js';
import type { Deps, JobContext } from '../../write-side/context.js';
import { takeInBatch } from '../outcomes/take-in-outcomes.js';

/** `unanswered`: transfers that the block said nothing about, or nothing that can be read. */
export interface StatusTaken {
  applied: number;
  unchanged: number;
  breaks: number;
  refused: number;
  unanswered: number;
}

const BATCH_SIZE = 500;

/**
 * Takes a block's word about a batch in. Where the counts leave no doubt (all completed, or all
 * ongoing, and the amounts are ours to the centime), each transfer has that outcome; else the block
 * is asked for each (BatchDetails). Taken in again, it changes nothing; a contradiction becomes a
 * break of its payment.
 * @throws DomainError BATCH_UNKNOWN, BATCH_DIFFERS, INVALID_AMOUNT; RailError where the block must
 *   be asked and does not answer
 */
export async function takeInBatchStatus(
  deps: Deps,
  block: GovstackBlock,
  status: BatchStatus,
  base: JobContext,
  signal?: AbortSignal,
): Promise<StatusTaken> {
  const batch = await batchOf(block, status.correlationId, status.batchId);
  requireSame(batch, status);
  const outcomes = outcomeOfAll(batch, status);
  if (outcomes === undefined)
    return askAbout(deps, block, { ...batch, batchId: status.batchId }, base, signal, status);
  const taken = nothing();
  await take(deps, base, taken, outcomes);
  return taken;
}

/**
 * Asks the block how each transfer of a batch stands, and takes in what it says, page by page; where a
 * callback gave occasion to ask, all of it, or nothing where that contradicts the callback.
 * @param status of the callback; its day is that of settlements for which the block says no other.
 *   Absent: today's
 * @throws DomainError BATCH_DIFFERS; RailError
 */
export async function askAbout(
  deps: Deps,
  block: GovstackBlock,
  batch: SentBatch,
  base: JobContext,
  signal?: AbortSignal,
  status?: BatchStatus,
): Promise<StatusTaken> {
  const taken = nothing();
  const transfers = new TransferFinder(batch);
  const day = dayOf(status?.generatedAt);
  const all: ReportedOutcome[] = [];
  for await (const transactions of block.details(batch, signal)) {
    const outcomes = transactions.flatMap(
      (transaction) => outcomeOf(transaction, batch, transfers, day) ?? [],
    );
    if (status) all.push(...outcomes);
    else await take(deps, base, taken, outcomes);
  }
  if (status) requireSameCounts(all, status);
  await take(deps, base, taken, all);
  taken.unanswered = transfers.left;
  return taken;
}

export const nothing = (): StatusTaken => ({
  applied: 0,
  unchanged: 0,
  breaks: 0,
  refused: 0,
  unanswered: 0,
});

async function take(
  deps: Deps,
  base: JobContext,
  taken: StatusTaken,
  outcomes: readonly ReportedOutcome[],
): Promise<void> {
  for (let from = 0; from < outcomes.length; from += BATCH_SIZE) {
    for (const { result } of await takeInBatch(
      deps,
      'http',
      outcomes.slice(from, from + BATCH_SIZE),
      base,
    ))
      if (result !== 'proposed') taken[result === 'break' ? 'breaks' : result] += 1;
  }
}

/** @throws DomainError BATCH_UNKNOWN, BATCH_DIFFERS */
export async function batchOf(
  block: GovstackBlock,
  correlationId: string,
  batchId?: string,
): Promise<SentBatch> {
  const batch = /^[0-9A-Z]{12}$/.test(correlationId) ? await block.batch(correlationId) : undefined;
  if (!batch)
    throw new DomainError(
      'BATCH_UNKNOWN',
      'No batch was sent under this correlation id.',
      'invalid',
      'X-CorrelationID',
    );
  if (batchId !== undefined && batch.batchId !== undefined && batch.batchId !== batchId)
    throw new DomainError(
      'BATCH_DIFFERS',
      'The batch that was sent under this correlation id was given another batch id.',
      'invalid',
      'batchId',
    );
  return batch;
}
