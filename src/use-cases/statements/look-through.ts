import {
  BankMessageError,
  type BankEntry,
  type BankMessageEnd,
} from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { verdictOf } from './bank-verdict.rule.js';
import { type Instructed } from '../instructions/instructed-messages.js';
import { type MessageDeps } from '../../write-side/context.js';
import type { VerdictSpool } from './verdict-spool.js';

/**
 * Entries of one file that a person would have to look at one by one: beyond this, the file is not
 * for us.
 */
export const MAX_UNCLEAR = 100_000;

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly findings?: number;
}

export interface Looked {
  readonly end: BankMessageEnd;
  readonly entries: number;
  readonly ignored: number;
  readonly unclear: number;
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
): Promise<Looked | { readonly failure: Refusal }> {
  const bytes = await deps.archive.open(sha256);
  if (!bytes)
    return {
      failure: {
        code: 'FILE_MISSING',
        detail: 'The archived file is missing; restore it from a backup and release the message.',
      },
    };
  const reading = deps.readMessage(bytes);
  const looked = { entries: 0, ignored: 0, unclear: 0 };
  try {
    for await (const entries of reading.entries) {
      signal?.throwIfAborted();
      await spoolBatch(entries, ours, spool, looked);
    }
  } catch (error) {
    if (!(error instanceof BankMessageError)) throw error;
    return { failure: { code: error.code, detail: error.detail.slice(0, 1_000) } };
  }
  return { end: reading.end(), ...looked };
}

async function spoolBatch(
  entries: readonly BankEntry[],
  ours: Instructed,
  spool: VerdictSpool,
  looked: { entries: number; ignored: number; unclear: number },
): Promise<void> {
  const verdicts = entries.map(verdictOf);
  const ids = verdicts.flatMap((verdict) =>
    verdict.kind === 'payment' ? [verdict.outcome.endToEndId!] : [],
  );
  const found = ids.length === 0 ? [] : await ours.lookup(ids);
  let next = 0;
  verdicts.forEach((verdict, i) => {
    const entry = entries[i]!;
    if (entry.kind === 'balance') return;
    const number = looked.entries;
    looked.entries += 1;
    if (verdict.kind === 'ignored') looked.ignored += 1;
    else if (verdict.kind !== 'payment') {
      if (verdict.kind === 'unclear') looked.unclear += 1;
      spool.add(number, verdict, entry);
    } else {
      const paymentId = found[next];
      next += 1;
      if (paymentId === undefined) looked.unclear += 1;
      spool.add(
        number,
        paymentId === undefined
          ? verdict
          : { ...verdict, outcome: { ...verdict.outcome, paymentId } },
        entry,
      );
    }
  });
  // Nothing is kept of what is refused anyhow.
  if (looked.unclear <= MAX_UNCLEAR) await spool.flush();
  else spool.forget();
}

export function whyNot({ end, unclear }: Looked, released: boolean): Refusal | undefined {
  if (unclear > MAX_UNCLEAR)
    return {
      code: 'TOO_MANY_UNCLEAR',
      detail: `${unclear} entries name no payment of ours; at most ${MAX_UNCLEAR} are looked at one by one. Ask the sender for a file about these payments.`,
    };
  const first = end.findings[0];
  if (released || first === undefined) return undefined;
  return {
    code: first.code,
    detail: `Line ${first.place.line}, column ${first.place.column}: ${first.detail}`.slice(
      0,
      1_000,
    ),
    findings: end.findingCount,
  };
}

/** The day that the message gives itself, where that is a date. */
export function saidOn({ messages }: BankMessageEnd): string | undefined {
  const day = messages[0]?.createdAt?.slice(0, 10);
  return day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))
    ? day
    : undefined;
}
