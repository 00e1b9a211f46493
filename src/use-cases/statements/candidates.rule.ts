import type { EventData } from '../../../events/generated.js';
import { toLatin } from '../../kernel/transliteration.js';
import type { PaymentState } from '../../payment/payment.state.js';
import type { Payee } from '../../person/payee.rule.js';

type Candidate = EventData['BankEntryCandidatesFound']['candidates'][number];

/** Of an entry that waits: what a payment must have in common with it, and the best so far. */
export interface Wanted {
  readonly entryId: string;
  readonly sha256: string;
  readonly number: number;
  readonly outcome: string | undefined;
  readonly bookedOn: string | undefined;
  accountHashes: ReadonlySet<string>;
  names: ReadonlySet<string>;
  readonly best: Candidate[];
  alike: number;
}

/** Points: the amount must be the same to the minor unit, the rest adds to it. */
const AMOUNT = 40;
const ACCOUNT = 40;
const NAME = 30;
/** Days between execution and booking, at most, and what they are worth. */
const DAYS: readonly (readonly [number, number])[] = [
  [1, 20],
  [3, 15],
  [7, 10],
  [31, 5],
];
const KEPT = 5;

/**
 * Words of a name in Latin capitals, in order of the alphabet: banks turn family and given names
 * around.
 */
export const comparable = (name: string): string =>
  toLatin(name)
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter(Boolean)
    .sort()
    .join(' ');

/** Whether what the entry says could become of the payment. */
export function fits({ outcome }: Pick<Wanted, 'outcome'>, { status }: PaymentState): boolean {
  if (outcome === 'returned') return status === 'settled';
  return (
    status === 'instructed' ||
    status === 'accepted' ||
    (outcome === 'settled' && status === 'rejected')
  );
}

export interface Compared {
  readonly state: PaymentState;
  readonly entries: readonly Wanted[];
  readonly executionDate: string;
}

export function candidateOf(
  { bookedOn, accountHashes, names }: Wanted,
  { state, executionDate }: Compared,
  payee: Payee | undefined,
  name: string | undefined,
): Candidate {
  const days =
    bookedOn === undefined
      ? undefined
      : Math.round((Date.parse(bookedOn) - Date.parse(executionDate)) / 86_400_000);
  const near = days === undefined ? 0 : (DAYS.find(([most]) => Math.abs(days) <= most)?.[1] ?? 0);
  const byName = name !== undefined && names.has(name) ? 'name' : 'unknown';
  const same = payee && accountHashes.has(payee.accountHash) ? 'account' : byName;
  return {
    paymentId: state.paymentId,
    attempt: state.attempt,
    score: AMOUNT + near + { account: ACCOUNT, name: NAME, unknown: 0 }[same],
    payee: same,
    ...(days === undefined || Math.abs(days) > 3_660 ? {} : { days }),
  };
}

/**
 * Keeps the best, of equal ones those met first, and counts the others that are as good as the
 * last.
 */
export function keepBest(entry: Wanted, candidate: Candidate): void {
  if (candidate.score <= AMOUNT) return;
  const { best } = entry;
  const at = best.findIndex(({ score }) => score < candidate.score);
  if (at < 0 && best.length === KEPT) {
    if (best[KEPT - 1]!.score === candidate.score) entry.alike += 1;
    return;
  }
  best.splice(at < 0 ? best.length : at, 0, candidate);
  if (best.length <= KEPT) return;
  const dropped = best.pop()!;
  entry.alike = dropped.score === best[KEPT - 1]!.score ? entry.alike + 1 : 0;
}
