import type {
  BlockTransaction,
  SentBatch,
  SentTransfer,
} from '../../adapters/payment-rail/govstack/port.js';
import { DomainError } from '../../kernel/errors.js';
import { parseAmount, scaleOf, sum } from '../../kernel/money.js';
import { reasonCodes } from '../../kernel/reasons.js';
import { parseLocalDate } from '../../kernel/time.js';
import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import type { FoundTransfer, TransferFinder } from './transfer-finder.rule.js';

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
  readonly ongoingAmount: string;
  readonly failedAmount: string;
  /** Instant; its day is that of settlements for which the block says no other. */
  readonly generatedAt: string;
}
type Reported = 'settled' | 'rejected' | 'accepted';
const WORDS: Readonly<Record<string, Reported>> = {
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

/**
 * Holds what a block says about a batch against what was sent. @throws DomainError BATCH_DIFFERS,
 * INVALID_AMOUNT
 */
export function requireSame(
  { transfers, currency }: SentBatch,
  { total, ongoing, completed, failed, ...amounts }: BatchStatus,
): void {
  const differs = (field: string, reason: string): DomainError =>
    new DomainError('BATCH_DIFFERS', `${field} ${reason}.`, 'invalid', field);
  if (total !== transfers.length)
    throw differs('TotalTransactions', `is ${total}; ${transfers.length} were sent`);
  if (ongoing < 0 || completed + failed + ongoing !== total)
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
  if (ongoing === 0 && sumOf(amounts.ongoingAmount, currency, 'ongoing_amount') !== 0n)
    throw differs('ongoing_amount', 'is not zero, and no transfer is said to be under way');
}

const countWithout = <T>(some: ReadonlySet<T>, others: ReadonlySet<T>): number =>
  [...some].filter((one) => !others.has(one)).length;

/**
 * Holds what a block says of each transfer against the counts of its callback: what it said to have
 * failed has not been completed, and the other way round. What was under way may have gone on.
 * @throws DomainError BATCH_DIFFERS
 */
export function requireSameCounts(
  outcomes: readonly Pick<ReportedOutcome, 'paymentId' | 'outcome'>[],
  { total, completed, failed }: Pick<BatchStatus, 'total' | 'completed' | 'failed'>,
): void {
  const paymentsWith = (outcome: ReportedOutcome['outcome']) =>
    new Set(outcomes.flatMap((one) => (one.outcome === outcome ? [one.paymentId] : [])));
  const settled = paymentsWith('settled');
  const rejected = paymentsWith('rejected');
  // What is said both ways of one transfer, its payment holds against each other.
  for (const [field, said, other] of [
    ['completed', completed, countWithout(rejected, settled)],
    ['failed', failed, countWithout(settled, rejected)],
  ] as const)
    if (said + other > total)
      throw new DomainError(
        'BATCH_DIFFERS',
        `${field} is ${said} of ${total}, and of ${other} the block says the opposite where it is asked for each.`,
        'invalid',
        field,
      );
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
  { transactionId, errorInformation }: BlockTransaction,
  amountMinor: bigint | undefined,
  outcome: Reported,
): Pick<ReportedOutcome, 'outcome' | 'amountMinor' | 'reason' | 'reference'> {
  const code = /^[A-Z]{2,4}[0-9]{0,2}\b/.exec(errorInformation?.trim() ?? '')?.[0];
  const reason = code !== undefined && REASONS.has(code) ? code : NO_REASON;
  return {
    outcome,
    ...(amountMinor === undefined ? {} : { amountMinor: String(amountMinor) }),
    ...(outcome === 'rejected' ? { reason } : {}),
    ...(transactionId !== undefined && /^[\x21-\x7e]{1,35}$/.test(transactionId)
      ? { reference: transactionId }
      : {}),
  };
}

export function dayOf(instant: string | undefined): { readonly settledOn?: string } {
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

/** What every transfer of a batch came to, where the counts leave no doubt. */
export function outcomeOfAll(
  batch: SentBatch,
  status: BatchStatus,
): readonly ReportedOutcome[] | undefined {
  const noneDecided = status.completed === 0 && status.failed === 0 ? 'accepted' : undefined;
  const outcome = status.completed === status.total ? 'settled' : noneDecided;
  if (outcome === undefined) return undefined;
  return batch.transfers.map((transfer) => ({
    ...named(transfer, batch),
    outcome,
    reference: batch.correlationId,
    entryReference: batch.correlationId,
    ...(outcome === 'settled'
      ? { amountMinor: String(transfer.amountMinor), ...dayOf(status.generatedAt) }
      : {}),
  }));
}

/** What of an answer does not agree with the transfer that it is of, or cannot be read. */
export type Difference =
  | { readonly of: 'currency' | 'amount' | 'day' | 'status' | 'transfer' }
  | ({ readonly of: 'payee' } & Required<FoundTransfer>['otherPayee']);

/** What is said of a transfer of ours, and nothing can be taken of: a person has to see it. */
export interface UnclearAnswer {
  readonly kind: 'unclear';
  readonly transfer: SentTransfer;
  readonly transaction: BlockTransaction;
  readonly differences: readonly Difference[];
  /** What it says, where that much is clear. */
  readonly outcome?: Reported;
}
export type BlockAnswer =
  | { readonly kind: 'outcome'; readonly outcome: ReportedOutcome }
  | UnclearAnswer
  /** Of no transfer of ours, or without a word about it. */
  | { readonly kind: 'nothing' };

/**
 * What a block says of one transfer. What cannot be read, or is not of the transfer, settles
 * nothing: it stays outstanding.
 * @param day of settlements for which the block says no other
 */
export function answerOf(
  transaction: BlockTransaction,
  batch: SentBatch,
  transfers: TransferFinder,
  day: { readonly settledOn?: string },
): BlockAnswer {
  const status = transaction.status?.trim().toUpperCase() ?? '';
  const { amount } = transaction;
  const amountMinor = amountIn(amount, batch.currency);
  const found = status === '' ? undefined : transfers.find(transaction, amountMinor);
  if (!found) return { kind: 'nothing' };
  const { transfer } = found;
  const outcome = Object.hasOwn(WORDS, status) ? WORDS[status] : undefined;
  const differences = differencesIn(transaction, batch, found, outcome);
  if (outcome === undefined || differences.length > 0)
    return {
      kind: 'unclear',
      transfer,
      transaction,
      differences,
      ...(outcome === undefined ? {} : { outcome }),
    };
  transfers.answered(transfer);
  const settledMinor = amountMinor ?? transfer.amountMinor;
  return {
    kind: 'outcome',
    outcome: {
      ...named(transfer, batch),
      ...said(transaction, outcome === 'settled' ? settledMinor : amountMinor, outcome),
      entryReference: batch.correlationId,
      ...(outcome === 'settled' ? { ...day, ...dayOf(transaction.completedAt) } : {}),
    },
  };
}

/** An amount of more than nothing; undefined for any other. */
export function amountIn(amount: string | null | undefined, currency: string): bigint | undefined {
  const minor = orNone(() => parseAmount(amount ?? '', currency));
  return minor === 0n ? undefined : minor;
}

function differencesIn(
  { currency, amount, completedAt }: BlockTransaction,
  batch: SentBatch,
  { isSure, otherPayee }: FoundTransfer,
  outcome: Reported | undefined,
): readonly Difference[] {
  const isSettled = outcome === 'settled';
  const isOther = currency !== undefined && currency !== batch.currency;
  // What is null is left out, except of a settlement.
  const isAmount = amount === undefined || (amount === null && !isSettled);
  const isReadable = isAmount || amountIn(amount, batch.currency) !== undefined;
  const isDay = completedAt === undefined || dayOf(completedAt).settledOn !== undefined;
  const found: readonly (Difference | false | undefined)[] = [
    otherPayee && { of: 'payee', ...otherPayee },
    isOther && { of: 'currency' },
    !isReadable && !isOther && { of: 'amount' },
    isSettled && !isDay && { of: 'day' },
    outcome === undefined && { of: 'status' },
    !isSure && isReadable && { of: 'transfer' },
  ];
  return found.filter((one) => one !== false && one !== undefined);
}
