import type { AccountHold } from '../../kernel/accounts.js';
import { DomainError } from '../../kernel/errors.js';
import type { PaymentState } from '../../payment/payment.state.js';
import { heldBy, type Held, type Payee } from '../../person/payee.rule.js';

/**
 * Why a payment is not instructed now: its account is missing or not mended, is held, or no message
 * can say who is paid.
 */
export type Obstacle =
  | { readonly kind: 'waiting' | 'unfit'; readonly error: DomainError }
  | { readonly kind: 'held'; readonly error: DomainError; readonly until: string | undefined };

/**
 * The account that a payment may be instructed to now, or what is in the way.
 * @param unfit why no message can carry the payment, where none can
 */
export function instructable(
  { state, payee }: { readonly state: PaymentState; readonly payee: Payee | undefined },
  hold: AccountHold,
  sameAccount: boolean,
  now: string,
  unfit: () => string | undefined,
): Payee | Obstacle {
  const { status } = state;
  if (!payee) return { kind: 'waiting', error: noAccount() };
  const mended = status === 'ordered' || sameAccount || payee.accountId !== state.accountId;
  if (!mended) return { kind: 'waiting', error: notMended() };
  // What the payment refuses by itself is refused by itself.
  if (status !== 'ordered' && status !== 'rejected' && status !== 'returned') return payee;
  const held = heldBy(payee, hold, now);
  if (held) return { kind: 'held', error: heldError(held), until: held.until };
  const why = unfit();
  return why === undefined ? payee : { kind: 'unfit', error: unwritable(why) };
}

/**
 * Whether a payment is to be instructed after its cycle's own instruction: it came back, or was
 * left out then.
 */
export const isLeftToInstruct = ({ status }: PaymentState, cycleIsInstructed: boolean): boolean =>
  status === 'rejected' || status === 'returned' || (status === 'ordered' && cycleIsInstructed);

const notMended = (): DomainError =>
  new DomainError(
    'ACCOUNT_NOT_MENDED',
    'The payee has the same account as when the payment failed.',
    'rule',
  );
const heldError = ({ until }: Held): DomainError =>
  until === undefined
    ? new DomainError(
        'ACCOUNT_NOT_VERIFIED',
        "The payee's account waits to be verified by another person than who registered it.",
        'rule',
      )
    : new DomainError(
        'ACCOUNT_HELD',
        `The payee's account was changed; it is not paid on before ${until}.`,
        'rule',
      );
const noAccount = (): DomainError =>
  new DomainError('NO_PAYEE_ACCOUNT', 'The payee has no account that can be paid on.', 'rule');
export const unwritable = (reason: string): DomainError =>
  new DomainError('PAYMENT_UNWRITABLE', `No message can carry the payment. ${reason}`, 'rule');
