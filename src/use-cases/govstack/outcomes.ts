import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import type {
  BlockTransaction,
  GovstackBlock,
  SentBatch,
  SentTransfer,
} from '../../adapters/payment-rail/govstack/port.js';
import { DomainError } from '../../kernel/errors.js';
import { parseAmount, scaleOf, sum } from '../../kernel/money.js';
import { reasonCodes } from '../../kernel/reasons.js';
import { parseLocalDate } from '../../kernel/time.js';
import type { Deps, JobContext } from '../../write-side/context.js';
import { takeInBatch } from '../outcomes/take-in-outcomes.js';

/**
 * What a block's callback says about one batch of ours: counts, and amounts as decimal strings. It
 * names no transfer.
 */
export interface BatchStatus {
  readonly correlationId: string;
  readonly batchId: string;
  readonly total: number;
  readonly ongoing: number;
  readonly completed: number;
  readonly failed: number;
  readonly totalAmount: string;
  readonly completedAmount: string;
  readonly failedAmount: string;
  /** Instant; its day is that of settlements for which the block says no other. */
  readonly generatedAt: string;
}
/** `unanswered`: transfers that the block said nothing about, or nothing that can be read. */
export interface StatusTaken {
  applied: number;
  unchanged: number;
  breaks: number;
  refused: number;
  unanswered: number;
}

const WORDS: Readonly<Record<string, ReportedOutcome['outcome']>> = {
  COMPLETED: 'settled',
  SUCCESS: 'settled',
  SUCCEEDED: 'settled',
  FAILED: 'rejected',
  REJECTED: 'rejected',
  IN_PROGRESS: 'accepted',
  ONGOING: 'accepted',
  PENDING: 'accepted',
  ACCEPTED: 'accepted',
  RECEIVED: 'accepted',
};
const REASONS = new Set(reasonCodes);
/** The bank gave no reason (ISO 20022). */
const NO_REASON = 'MS03';
const TOGETHER = 500;

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
  const day = dayOf(status.generatedAt);
  const noneDecided = status.completed === 0 && status.failed === 0 ? 'accepted' : undefined;
  const all = status.completed === status.total ? 'settled' : noneDecided;
  if (all === undefined)
    return askAbout(deps, block, { ...batch, batchId: status.batchId }, base, signal, day);
  const taken = nothing();
  await take(
    deps,
    base,
    taken,
    batch.transfers.map((transfer) => ({
      ...named(transfer, batch),
      outcome: all,
      reference: batch.correlationId,
      ...(all === 'settled' ? { amountMinor: String(transfer.amountMinor), ...day } : {}),
    })),
  );
  return taken;
}

/**
 * Asks the block how each transfer of a batch stands, and takes in what it says.
 * @param day of settlements for which the block says no other; absent: today's
 * @throws RailError
 */
export async function askAbout(
  deps: Deps,
  block: GovstackBlock,
  batch: SentBatch,
  base: JobContext,
  signal?: AbortSignal,
  day: { readonly settledOn?: string } = {},
): Promise<StatusTaken> {
  const taken = nothing();
  const finder = new Finder(batch);
  for await (const transactions of block.details(batch, signal)) {
    await take(
      deps,
      base,
      taken,
      transactions.flatMap((transaction): ReportedOutcome[] => {
        const { status: word, amount } = transaction;
        const outcome = WORDS[word?.trim().toUpperCase() ?? ''];
        const amountMinor =
          amount === undefined ? undefined : orNone(() => parseAmount(amount, batch.currency));
        // An amount that cannot be read settles nothing: the transfer stays outstanding.
        const transfer =
          outcome === undefined || (amount !== undefined && amountMinor === undefined)
            ? undefined
            : finder.find(transaction, amountMinor);
        if (outcome === undefined || transfer === undefined) return [];
        return [
          {
            ...named(transfer, batch),
            ...said(transaction, amountMinor ?? transfer.amountMinor, outcome, batch.currency),
            ...(outcome === 'settled' ? { ...day, ...dayOf(transaction.completedAt) } : {}),
          },
        ];
      }),
    );
  }
  taken.unanswered = finder.left;
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
  for (let from = 0; from < outcomes.length; from += TOGETHER) {
    for (const { result } of await takeInBatch(
      deps,
      'http',
      outcomes.slice(from, from + TOGETHER),
      base,
    ))
      taken[result === 'break' ? 'breaks' : result] += 1;
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

function requireSame(
  { transfers, currency }: SentBatch,
  { total, ongoing, completed, failed, ...amounts }: BatchStatus,
): void {
  const differs = (field: string, reason: string): DomainError =>
    new DomainError('BATCH_DIFFERS', `${field} ${reason}.`, 'invalid', field);
  if (total !== transfers.length)
    throw differs('TotalTransactions', `is ${total}; ${transfers.length} were sent`);
  if (completed + failed + ongoing !== total)
    throw differs('completed', 'and failed and ongoing do not add up to TotalTransactions');
  const ours = sum(transfers.map(({ amountMinor }) => amountMinor));
  if (sumOf(amounts.totalAmount, currency, 'totalAmount') !== ours)
    throw differs('totalAmount', 'is not the amount that was sent');
  if (completed === total && sumOf(amounts.completedAmount, currency, 'completed_amount') !== ours)
    throw differs(
      'completed_amount',
      'is not the amount that was sent, and every transfer is said to be completed',
    );
  if (completed === 0 && sumOf(amounts.completedAmount, currency, 'completed_amount') !== 0n)
    throw differs('completed_amount', 'is not zero, and no transfer is said to be completed');
  if (failed === 0 && sumOf(amounts.failedAmount, currency, 'failed_amount') !== 0n)
    throw differs('failed_amount', 'is not zero, and no transfer is said to have failed');
}

/**
 * A sum as blocks give it, which add up in floating point: 1500.3000000000002 is 1500.30. What is
 * further off than a thousandth of a minor unit is no sum of amounts.
 * @throws DomainError INVALID_AMOUNT
 */
function sumOf(text: string, currency: string, field: string): bigint {
  const [, whole, decimals] = /^([0-9]{1,15})\.([0-9]+)$/.exec(text) ?? [];
  const scale = scaleOf(currency);
  if (whole === undefined || decimals === undefined || decimals.length <= scale)
    return parseAmount(text, currency, field);
  const thousandths = BigInt(whole + decimals.slice(0, scale + 3).padEnd(scale + 3, '0'));
  const minor = (thousandths + 500n) / 1_000n;
  const off = thousandths - minor * 1_000n;
  return off >= -1n && off <= 1n ? minor : parseAmount(text, currency, field);
}

const named = (
  { paymentId, endToEndId }: SentTransfer,
  { currency }: SentBatch,
): Pick<ReportedOutcome, 'paymentId' | 'endToEndId' | 'currency'> => ({
  paymentId,
  endToEndId,
  currency,
});

function said(
  { transactionId, currency, errorInformation }: BlockTransaction,
  amountMinor: bigint,
  outcome: ReportedOutcome['outcome'],
  ours: string,
): Pick<ReportedOutcome, 'outcome' | 'amountMinor' | 'currency' | 'reason' | 'reference'> {
  const code = /^[A-Z]{2,4}[0-9]{0,2}\b/.exec(errorInformation?.trim() ?? '')?.[0];
  return {
    outcome,
    currency: currency ?? ours,
    ...(outcome === 'settled' ? { amountMinor: String(amountMinor) } : {}),
    ...(outcome === 'rejected'
      ? { reason: code !== undefined && REASONS.has(code) ? code : NO_REASON }
      : {}),
    ...(transactionId !== undefined && /^[\x21-\x7e]{1,35}$/.test(transactionId)
      ? { reference: transactionId }
      : {}),
  };
}

function dayOf(instant: string | undefined): { readonly settledOn?: string } {
  return orNone(() => ({ settledOn: parseLocalDate(instant?.slice(0, 10) ?? '') })) ?? {};
}

/** Undefined for what cannot be read. */
function orNone<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/**
 * Finds the transfer that a transaction is: by the id that we gave it, else by payee and amount
 * where only one is so.
 */
class Finder {
  readonly #byId: Map<string, SentTransfer>;
  readonly #byPayee = new Map<string, SentTransfer[]>();

  constructor({ transfers }: SentBatch) {
    this.#byId = new Map(transfers.map((transfer) => [transfer.instructionId, transfer]));
    for (const transfer of transfers) {
      for (const payee of [transfer.payeeIdentity, transfer.account]) {
        const key = `${payee} ${transfer.amountMinor}`;
        this.#byPayee.set(key, [...(this.#byPayee.get(key) ?? []), transfer]);
      }
    }
  }

  /** Transfers that were not found. */
  get left(): number {
    return this.#byId.size;
  }

  /** @param amountMinor undefined where the block says no amount */
  find(
    { transactionId, payeePartyId }: BlockTransaction,
    amountMinor: bigint | undefined,
  ): SentTransfer | undefined {
    const alone = this.#byPayee.get(`${payeePartyId} ${amountMinor}`) ?? [];
    const found =
      (transactionId === undefined ? undefined : this.#byId.get(transactionId)) ??
      (alone.length === 1 && this.#byId.has(alone[0]!.instructionId) ? alone[0] : undefined);
    if (found) this.#byId.delete(found.instructionId);
    return found;
  }
}
