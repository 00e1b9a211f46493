import type { Instruction } from '../adapters/payment-rail/port.js';
import type { Sealed } from '../adapters/vault/port.js';
import type { AccountHold } from '../kernel/accounts.js';
import type { Recorded } from '../kernel/decider.js';
import { isRecordOf, sealedRecords } from '../kernel/sealed-records.js';
import { addDays } from '../kernel/time.js';

/** A person's payee account as events tell it; number and holder are in the vault. */
export interface Payee {
  readonly accountId: string;
  readonly kind: Instruction['payee']['kind'];
  readonly accountHash: string;
  readonly sealed: Sealed;
  readonly profile: Sealed;
  /** When it took the place of another account; absent for the first that the person had. */
  readonly changedAt?: string;
  /** By another person than who registered it. */
  readonly verified: boolean;
}

/** Undefined where another's number is sealed in it, which would pay somebody else. */
function registered(
  { data, time }: Recorded<'PayeeAccountRegistered'>,
  profile: Sealed,
  hadAnother: boolean,
): Payee | undefined {
  const { personId, accountId, kind, accountHash, sealed } = data;
  if (!isRecordOf(sealed.record, sealedRecords.account(personId, accountId))) return undefined;
  const changed = hadAnother ? { changedAt: time } : {};
  return { accountId, kind, accountHash, sealed, profile, verified: false, ...changed };
}

/**
 * The account that a person is paid on now, or the account named (open or closed: what was
 * instructed stays so).
 * @param events of the person's stream
 * @returns undefined for a person who is not registered, was erased, or has no such account of
 *   their own
 */
export function payeeOf(events: readonly Recorded[], accountId?: string): Payee | undefined {
  let profile: Sealed | undefined;
  let payee: Payee | undefined;
  let had = false;
  for (const event of events) {
    switch (event.type) {
      case 'PersonRegistered': {
        const { personId, sealed } = event.data;
        if (isRecordOf(sealed.record, sealedRecords.profile(personId))) profile = sealed;
        break;
      }
      case 'PayeeAccountRegistered':
        if (profile && (accountId === undefined || event.data.accountId === accountId))
          payee = registered(event, profile, had);
        had = true;
        break;
      case 'PayeeAccountVerified':
        if (payee?.accountId === event.data.accountId) payee = { ...payee, verified: true };
        break;
      case 'PayeeAccountClosed':
        if (accountId === undefined && payee?.accountId === event.data.accountId) payee = undefined;
        break;
      case 'PersonErased':
        return undefined;
      default:
        break;
    }
  }
  return payee;
}

/** Why an account is not paid on yet. `until`: an instant; absent where it waits to be verified. */
export interface Held {
  readonly until?: string;
}

/**
 * Whether a payee's account is held: the usual fraud changes it just before money moves.
 * @param now instant against which days are counted
 * @returns undefined where it may be paid on
 */
export function heldBy(
  { changedAt, verified }: Payee,
  { days, verification }: AccountHold,
  now: string,
): Held | undefined {
  if (
    !verified &&
    (verification === 'every' || (verification === 'changed' && changedAt !== undefined))
  )
    return {};
  if (changedAt === undefined || days === 0) return undefined;
  const until = `${addDays(changedAt.slice(0, 10), days)}${changedAt.slice(10)}`;
  return until > now ? { until } : undefined;
}
