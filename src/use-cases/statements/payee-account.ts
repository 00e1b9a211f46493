import { isNumbered, type BankEntry } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { isPartOfAccount, isWholeAccount, saidAccount } from '../../kernel/accounts.js';
import { partsOfPayment, streams } from '../../kernel/ids.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import { hashesOfAccount } from '../../person/account-hash.js';
import { payeeOf, type Payee } from '../../person/payee.rule.js';
import { numbersOf } from '../../person/payees.js';
import type { Deps } from '../../write-side/context.js';
import { isInstruction } from '../instructions/reinstruction-files.js';
import type { Verdict } from './bank-verdict.rule.js';

/** What an entry says of an instruction of ours, and to whose account it says that money went. */
interface Named {
  readonly paymentId: string;
  readonly endToEndId: string;
  readonly creditorAccount: string;
}

function namedBy(entry: BankEntry, outcome: ReportedOutcome | undefined): Named | undefined {
  if (!isNumbered(entry) || outcome?.paymentId === undefined) return undefined;
  const { paymentId, endToEndId = endToEndIdOf(paymentId, outcome.attempt ?? 1) } = outcome;
  const creditorAccount = saidAccount(entry.creditorAccount);
  return creditorAccount === undefined ? undefined : { paymentId, endToEndId, creditorAccount };
}

/**
 * A part of it, as a bank may write it alone. Who is paid in cash has none, so that only an account
 * which is one throughout is another.
 */
function isAccountOf({ kind }: Payee, number: string | undefined, written: string): boolean {
  if (kind === 'cash') return !isWholeAccount(written);
  return number !== undefined && isPartOfAccount(written, number);
}

/**
 * For each entry, a refusal where it says that a payment of ours went to another account than it
 * was instructed to, of whatever kind. Accounts are compared by their hashes, and where those
 * differ by the number; none gets into the log: the payee's is told by its id, the bank's stands in
 * the file.
 */
export async function otherPayees(
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
  entries: readonly BankEntry[],
  outcomes: readonly (ReportedOutcome | undefined)[],
): Promise<readonly (Extract<Verdict, { kind: 'unclear' }> | undefined)[]> {
  const said = entries.map((entry, i) => namedBy(entry, outcomes[i]));
  const asked = said.filter((one) => one !== undefined);
  if (asked.length === 0) return [];
  const [payments, persons] = await Promise.all([
    store.readStreams(asked.map(({ paymentId }) => streams.payment(paymentId))),
    store.readStreams(
      asked.map(({ paymentId }) => streams.person(partsOfPayment(paymentId).personId)),
    ),
  ]);
  const payees = asked.map(({ endToEndId, creditorAccount }, i) => {
    const instruction = payments[i]!.events.find(
      (event) => isInstruction(event) && event.data.endToEndId === endToEndId,
    );
    if (!instruction || !isInstruction(instruction)) return undefined;
    const payee = payeeOf(persons[i]!.events, instruction.data.accountId);
    const isItsOwn = payee && hashesOfAccount(vault, creditorAccount).has(payee.accountHash);
    return isItsOwn ? undefined : payee;
  });
  const others = payees.filter((payee) => payee !== undefined);
  const numbers = await numbersOf(vault, others);
  const numberOf = new Map(others.map((payee, i) => [payee, numbers[i]]));
  const found = asked.map(({ creditorAccount }, i) => {
    const payee = payees[i];
    if (!payee || isAccountOf(payee, numberOf.get(payee), creditorAccount)) return undefined;
    return {
      kind: 'unclear' as const,
      code: 'ACCOUNT_DIFFERS',
      detail: `The entry is of money to another account than ${payee.accountId}, the payee's that it was sent to.`,
    };
  });
  const byNamed = new Map(asked.map((one, i) => [one, found[i]]));
  return said.map((one) => one && byNamed.get(one));
}
