import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import type { GovstackBlock, SentBatch } from '../../adapters/payment-rail/govstack/port.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { isInstruction } from '../instructions/reinstruction-files.js';
import { quarantineEntries } from '../statements/quarantine-entries.js';
import type { QuarantinedEntry } from '../statements/quarantined-entry.rule.js';
import {
  answerOf,
  dayOf,
  outcomeOfAll,
  requireSame,
  requireSameCounts,
  type BatchStatus,
  type BlockAnswer,
  type UnclearAnswer,
} from './block-answer.rule.js';
import { entryOf } from './block-entry.rule.js';
import { TransferFinder } from './transfer-finder.rule.js';
import type { Deps, JobContext } from '../../write-side/context.js';
import { takeInBatch } from '../outcomes/take-in-outcomes.js';

/**
 * `unanswered`: transfers that the block said nothing about, or nothing that can be taken.
 * `waiting`: what it said of ours that does not agree with them, and waits for a person.
 */
export interface StatusTaken {
  applied: number;
  unchanged: number;
  breaks: number;
  refused: number;
  unanswered: number;
  waiting: number;
}

const BATCH_SIZE = 500;

/**
 * Takes a block's word about a batch in. Where the counts leave no doubt (all completed, or all
 * ongoing, and the amounts are ours to the centime), each transfer has that outcome; else the block
 * is asked for each (BatchDetails). Taken in again, it changes nothing; a contradiction becomes a
 * break of its payment, and what is not of its transfer an entry that waits for a person.
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
 * Asks the block how each transfer of a batch stands, and takes in what it says, page by page;
 * where a callback gave occasion to ask, all of it, or nothing where that contradicts the callback.
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
  const all: BlockAnswer[] = [];
  for await (const transactions of block.details(batch, signal)) {
    const answers = transactions.map((one) => answerOf(one, batch, transfers, day));
    if (status) all.push(...answers);
    else await takeAnswers(deps, base, taken, batch, answers);
  }
  if (status) requireSameCounts(outcomesIn(all), status);
  await takeAnswers(deps, base, taken, batch, all);
  taken.unanswered = transfers.left;
  return taken;
}

const outcomesIn = (answers: readonly BlockAnswer[]): readonly ReportedOutcome[] =>
  answers.flatMap((answer) => (answer.kind === 'outcome' ? [answer.outcome] : []));

async function takeAnswers(
  deps: Deps,
  base: JobContext,
  taken: StatusTaken,
  batch: SentBatch,
  answers: readonly BlockAnswer[],
): Promise<void> {
  await take(deps, base, taken, outcomesIn(answers));
  const unclear = answers.filter((answer) => answer.kind === 'unclear');
  for (let from = 0; from < unclear.length; from += BATCH_SIZE) {
    const entries = await entriesOf(deps, batch, unclear.slice(from, from + BATCH_SIZE));
    await quarantineEntries(deps, entries, base);
    taken.waiting += entries.length;
  }
}

/** Of transfers that the log knows as instructed: of another nothing could be taken either. */
async function entriesOf(
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
  batch: SentBatch,
  unclear: readonly UnclearAnswer[],
): Promise<readonly QuarantinedEntry[]> {
  const payments = await store.readStreams(
    unclear.map(({ transfer }) => streams.payment(transfer.paymentId)),
  );
  const hashed = (text: string): string => vault.keyedHash('account', text);
  const entries = unclear.flatMap((answer, i): QuarantinedEntry[] => {
    const instructed = payments[i]!.events.find(
      (event) => isInstruction(event) && event.data.endToEndId === answer.transfer.endToEndId,
    );
    return instructed && isInstruction(instructed)
      ? [entryOf(answer, batch, instructed.data, hashed)]
      : [];
  });
  // What is said twice is one.
  return [...new Map(entries.map((entry) => [entry.entryId, entry])).values()];
}

export const nothing = (): StatusTaken => ({
  applied: 0,
  unchanged: 0,
  breaks: 0,
  refused: 0,
  unanswered: 0,
  waiting: 0,
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
