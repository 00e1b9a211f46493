import type { EventData } from '../../../events/generated.js';
import type { BlockTransaction, SentBatch } from '../../adapters/payment-rail/govstack/port.js';
import { accountSpellings } from '../../kernel/accounts.js';
import { uuidOf } from '../../kernel/ids.js';
import { formatAmount, isCurrency } from '../../kernel/money.js';
import { personalIn } from '../../kernel/personal-text.js';
import { firstOf, quotable } from '../../kernel/text.js';
import type { QuarantinedEntry } from '../statements/quarantined-entry.rule.js';
import { amountIn, dayOf, type Difference, type UnclearAnswer } from './block-answer.rule.js';
import { payeeNamed } from './transfer-finder.rule.js';

type Instruction = Pick<EventData['PaymentInstructed'], 'accountId' | 'executionDate'>;

/** The keyed hash under which events have an account, by its first spelling. */
export type Hashed = (text: string) => string;

/** Characters of a detail that an event has. */
const MAX_DETAIL = 1_000;
/** Payments that are named where a payee is that of several. */
const NAMED = 3;

/**
 * What waits for a person where a block says of a transfer what does not agree with it: one entry
 * for a transfer and what is wrong, however often it is said. The block's payee is told by the
 * payments that the batch has for it, else by its hash; what may be somebody's name or number is
 * not told.
 */
export function entryOf(
  answer: UnclearAnswer,
  batch: SentBatch,
  instruction: Instruction,
  hashed: Hashed,
): QuarantinedEntry {
  const { transfer, transaction, differences, outcome } = answer;
  const { correlationId, messageId } = batch;
  const { paymentId, endToEndId } = transfer;
  const { settledOn } = dayOf(transaction.completedAt);
  const wrong = differences.map((one) => [codeOf(one, transaction), writtenOf(one, transaction)]);
  // Under the vault's key: what a block writes may be a number that could be guessed.
  const content = hashed(JSON.stringify([outcome ?? null, ...wrong]));
  const details = differences.map((one) => detailOf(one, answer, batch, instruction, hashed));
  return {
    entryId: uuidOf('block-entry', correlationId, transfer.instructionId, content),
    family: 'govstack',
    scope: 'transaction',
    code: codeOf(differences[0]!, transaction),
    detail: firstOf(details.join(' '), MAX_DETAIL),
    ...(outcome === undefined ? {} : { outcome }),
    paymentId,
    endToEndId,
    messageId,
    ...moneyOf(transaction, batch),
    ...(outcome === 'settled' && settledOn !== undefined ? { bookedOn: settledOn } : {}),
    bankReference: correlationId,
  };
}

function codeOf({ of }: Difference, { amount }: BlockTransaction): string {
  if (of === 'transfer') return amount === undefined ? 'AMOUNT_MISSING' : 'AMOUNT_DIFFERS';
  return CODES[of];
}
const CODES = {
  payee: 'ACCOUNT_DIFFERS',
  currency: 'CURRENCY_DIFFERS',
  amount: 'ENTRY_INVALID',
  day: 'ENTRY_INVALID',
  status: 'STATUS_UNKNOWN',
} as const;

/** The value that is wrong, as the block wrote it. */
function writtenOf({ of }: Difference, transaction: BlockTransaction): string | null | undefined {
  const { amount, currency, completedAt, status } = transaction;
  const payee = payeeNamed(transaction);
  return { payee, currency, amount, day: completedAt, status, transfer: amount }[of];
}

/** The amount in the currency that it is said to be in, where both can be read. */
function moneyOf(
  { amount, currency }: BlockTransaction,
  batch: SentBatch,
): Pick<QuarantinedEntry, 'amountMinor' | 'currency'> {
  const said = currency ?? batch.currency;
  const amountMinor = isCurrency(said) ? amountIn(amount, said) : undefined;
  return amountMinor === undefined ? {} : { amountMinor: String(amountMinor), currency: said };
}

function detailOf(
  difference: Difference,
  { transfer, transaction }: UnclearAnswer,
  { currency }: SentBatch,
  { accountId, executionDate }: Instruction,
  hashed: Hashed,
): string {
  const { amount, completedAt, status = '' } = transaction;
  const ours = `${formatAmount(transfer.amountMinor, currency)} ${currency}`;
  const written = shown(amount, AMOUNT);
  switch (difference.of) {
    case 'payee': {
      const { named, payments } = difference;
      const who =
        payments.length === 0
          ? `somebody whom the batch does not pay (as an account, of the hash ${hashed(accountSpellings(named)[0]!)})`
          : `the payee of ${payments.slice(0, NAMED).join(', ')}`;
      return `The block names ${who} as who is paid; the transfer was sent to ${accountId}, an account of its payee.`;
    }
    case 'currency':
      return `The block says ${shown(transaction.currency, CURRENCY)} as the currency; the transfer is in ${currency}.`;
    case 'amount':
      return `The amount is ${written}; the transfer is of ${ours}.`;
    case 'day':
      return `The day is ${shown(completedAt, DAY)}; the transfer was for ${executionDate}.`;
    case 'status':
      return `The status ${quotable(firstOf(status.trim(), 4))} does not say whether the transfer is made.`;
    case 'transfer':
      return `The id is none of ours, and the amount ${amount === undefined ? 'is not said' : `is ${written}`}; the only transfer to this payee is of ${ours}.`;
  }
}

const AMOUNT = /^[\d.,+'eE -]{1,40}$/;
const CURRENCY = /^(?:[A-Za-z]{3}|\d{3})$/;
const DAY = /^[\dTZ.,:/+ -]{1,40}$/;

/** What a block wrote, where it has the form of what should stand there: else it may be a name. */
function shown(written: string | null | undefined, form: RegExp): string {
  if (written === undefined || written === null) return 'null';
  return form.test(written) && personalIn(written) === undefined
    ? written
    : `a text of ${Array.from(written).length} characters that is none`;
}
