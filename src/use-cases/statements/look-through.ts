import {
  BankMessageError,
  isNumbered,
  type BankEntry,
  type BankMessageEnd,
  type EntryDiffers,
  type NumberedEntry,
} from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { wholeBankAccount } from '../../kernel/accounts.js';
import { cycleOfPayment } from '../../kernel/ids.js';
import { firstOf } from '../../kernel/text.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import { unknownReference, verdictOf, type Verdict } from './bank-verdict.rule.js';
import { type Instructed, type Paid } from '../instructions/instructed-messages.js';
import { type MessageDeps } from '../../write-side/context.js';
import { isTooLarge, MAX_UNCLEAR, tooLarge, type FileRefusal } from './file-refusal.rule.js';
import {
  accountDiffers,
  heldAgainst,
  heldAgainstMessages,
  otherUetr,
} from './known-payment.rule.js';
import { differenceFrom } from './message-difference.rule.js';
import { messagesOf, named } from './named-by-entry.js';
import { otherPayees } from './payee-account.js';
import type { VerdictSpool } from './verdict-spool.js';

export interface Looked {
  readonly end: BankMessageEnd;
  readonly entries: number;
  readonly ignored: number;
  readonly unclear: number;
  /** Entries (Ntry) whose details do not come to them, by number, with both amounts. */
  readonly differing: ReadonlyMap<number, string>;
  /** A report that is of another number or sum of payments than the message of ours has. */
  readonly otherSums?: FileRefusal;
}

/** What is counted while a file is read. */
class Looking {
  entries = 0;
  ignored = 0;
  unclear = 0;
  readonly differing = new Map<number, string>();
  /** Whether an entry is of more than an event can hold, as what some of a batch come to. */
  isTooLarge = false;
  /**
   * Bookings of the entry in hand that are about somebody: all of them may have to be looked at.
   */
  #ofEntry = { number: -1, clear: 0 };

  clear(entry: NumberedEntry): void {
    if (entry.kind !== 'booking') return;
    if (this.#ofEntry.number !== entry.entry) this.#ofEntry = { number: entry.entry, clear: 0 };
    this.#ofEntry.clear += 1;
  }

  differs({ entry, detail }: EntryDiffers): void {
    this.unclear += this.#ofEntry.number === entry ? this.#ofEntry.clear : 0;
    if (this.unclear <= MAX_UNCLEAR) this.differing.set(entry, detail);
  }
}

/**
 * Reads the file to its end, so that nothing is applied of one that cannot be read; what it says
 * goes into the spool.
 */
export async function lookThrough(
  deps: MessageDeps,
  sha256: string,
  ours: Instructed,
  spool: VerdictSpool,
  signal?: AbortSignal,
): Promise<Looked | { readonly failure: FileRefusal }> {
  const bytes = await deps.archive.open(sha256);
  if (!bytes)
    return {
      failure: {
        code: 'FILE_MISSING',
        detail: 'The archived file is missing; restore it from a backup and release the message.',
      },
    };
  const reading = deps.readMessage(bytes);
  const looked = new Looking();
  try {
    for await (const entries of reading.entries) {
      signal?.throwIfAborted();
      await spoolBatch(deps, entries, ours, spool, looked);
    }
  } catch (error) {
    if (!(error instanceof BankMessageError)) throw error;
    return { failure: { code: error.code, detail: firstOf(error.detail, 1_000) } };
  }
  const { entries, ignored, unclear, differing } = looked;
  const end = reading.end();
  const failure = tooLarge(end, looked.isTooLarge);
  if (failure) return { failure };
  const differs = await otherSums(end, ours);
  return { end, entries, ignored, unclear, differing, ...(differs ? { otherSums: differs } : {}) };
}

async function spoolBatch(
  deps: MessageDeps,
  entries: readonly BankEntry[],
  ours: Instructed,
  spool: VerdictSpool,
  looked: Looking,
): Promise<void> {
  const verdicts = entries.map((entry) => (isNumbered(entry) ? verdictOf(entry) : undefined));
  const found = await paymentsOf(verdicts, ours);
  const toOthers = await otherPayees(deps, entries, found);
  for (const [i, entry] of entries.entries()) {
    if (entry.kind === 'entry-differs') looked.differs(entry);
    if (!isNumbered(entry)) continue;
    if (isTooLarge(entry.amount?.amountMinor ?? '')) looked.isTooLarge = true;
    const number = looked.entries;
    looked.entries += 1;
    const known = { outcome: found[i], otherPayee: toOthers[i] };
    const held = await heldAgainstUs(entry, verdicts[i]!, known, ours, looked);
    const verdict = held.kind === 'unclear' ? await named(entry, held, ours) : held;
    if (verdict.kind === 'ignored') looked.ignored += 1;
    else spool.add(number, verdict, entry);
    if (verdict.kind === 'unclear') looked.unclear += 1;
    else if (verdict.kind !== 'ignored') looked.clear(entry);
  }
  // Nothing is kept of what is refused anyhow.
  if (looked.unclear <= MAX_UNCLEAR) await spool.flush();
  else spool.forget();
}

async function otherSums(
  { originals }: BankMessageEnd,
  ours: Instructed,
): Promise<FileRefusal | undefined> {
  for (const { messageId, count, controlSum, place } of originals) {
    const message = await ours.message(messageId);
    const exactly = {
      ...(count === undefined ? {} : { count }),
      ...(controlSum === undefined ? {} : { controlSum }),
    };
    const detail = message && differenceFrom(message, { exactly, outcome: {} });
    if (detail !== undefined)
      return {
        code: 'BATCH_DIFFERS',
        detail: `Line ${place.line}, column ${place.column}: ${detail}`,
      };
  }
  return undefined;
}

/** The payments that verdicts name, in order. */
async function paymentsOf(
  verdicts: readonly (Verdict | undefined)[],
  ours: Instructed,
): Promise<readonly (ReportedOutcome | undefined)[]> {
  const named = verdicts.map((verdict) => (verdict?.kind === 'payment' ? verdict : undefined));
  const ids = named.flatMap((verdict) => verdict?.outcome.endToEndId ?? []);
  const found = ids.length === 0 ? [] : await ours.lookup(ids);
  const byId = new Map(ids.map((id, i) => [id, found[i]]));
  return Promise.all(
    named.map(async (verdict) => {
      if (!verdict) return undefined;
      const { outcome, uetr } = verdict;
      if (uetr !== undefined) return { ...outcome, ...(await ours.byUetr(uetr)) };
      const paymentId = byId.get(outcome.endToEndId!);
      return paymentId === undefined ? outcome : { ...outcome, paymentId };
    }),
  );
}

/** The payment that an entry names, and whether another is said to be paid. */
interface NamedPayment {
  readonly outcome: ReportedOutcome | undefined;
  readonly otherPayee: Extract<Verdict, { kind: 'unclear' }> | undefined;
}

/** What an entry says, unless it contradicts what we know. */
async function heldAgainstUs(
  entry: NumberedEntry,
  verdict: Verdict,
  { outcome, otherPayee }: NamedPayment,
  ours: Instructed,
  looked: Looking,
): Promise<Verdict> {
  if (verdict.kind === 'message')
    return heldAgainstMessages(entry, verdict, await messagesOf(entry, ours));
  if (verdict.kind !== 'payment' || !outcome) return verdict;
  const { paymentId } = outcome;
  if (paymentId === undefined) {
    if (verdict.uetr !== undefined) return unknownReference(outcome);
    looked.unclear += 1;
    return verdict;
  }
  const uetr = otherUetr(entry, paymentId, outcome.endToEndId);
  return heldAgainst(verdict, outcome, {
    paymentId,
    ofUetr: uetr === undefined ? undefined : await ours.byUetr(uetr),
    otherAccount: (await otherAccountOf(verdict, { ...outcome, paymentId }, ours)) ?? otherPayee,
    messages: await messagesOf(entry, ours),
  });
}

/** Held against the account that this attempt of the payment was instructed from. */
async function otherAccountOf(
  said: Extract<Verdict, { kind: 'payment' }>,
  { paymentId, endToEndId, attempt }: ReportedOutcome & { readonly paymentId: string },
  ours: Instructed,
): Promise<ReturnType<typeof accountDiffers> | undefined> {
  if (said.account === undefined && said.debtorAccount === undefined) return undefined;
  const instruction = endToEndId ?? endToEndIdOf(paymentId, attempt ?? 1);
  const messageId = await ours.messageOf(instruction);
  return notPaidFrom(said, { cycleId: cycleOfPayment(paymentId), messageId }, ours);
}

/**
 * A refusal where a statement is of another account than something of ours was paid from, or the
 * entry names another debtor's.
 */
export async function notPaidFrom(
  { account, debtorAccount }: { readonly account?: string; readonly debtorAccount?: string },
  paid: Paid,
  ours: Instructed,
): Promise<ReturnType<typeof accountDiffers> | undefined> {
  if (account !== undefined && !(await ours.isPaidFrom(paid, account)))
    return accountDiffers(account, await ours.payingAccounts(paid));
  const debtor = wholeBankAccount(debtorAccount);
  if (debtor === undefined || (await ours.isPaidFrom(paid, debtor))) return undefined;
  return accountDiffers(debtor, await ours.payingAccounts(paid), 'The entry is of money from');
}
