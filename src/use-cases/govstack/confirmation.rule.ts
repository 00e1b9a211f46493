import { parseAmount } from '../../kernel/money.js';
import type { PaymentState } from '../../payment/payment.state.js';

/** A transfer of a batch that somebody hands to Sanad as to a payments block. */
export interface HandedTransfer {
  readonly requestId: string;
  readonly payeeIdentity: string;
  /** One spelling of an account's number, where the transfer names one. */
  readonly account?: string;
  /** Decimal string. */
  readonly amount: string;
  readonly currency: string;
}
/** Why a transfer is not confirmed; `index` counts from 0. */
export interface Unconfirmed {
  readonly index: number;
  readonly code: string;
  readonly reason: string;
}
/** The payment that a transfer is, or why it is none, or not one that can be told. */
export function matchingPayment(
  { amount, currency }: HandedTransfer,
  payments: readonly PaymentState[],
  used: ReadonlySet<string>,
  payeesAccount: (state: PaymentState) => boolean,
): { readonly paymentId: string } | Omit<Unconfirmed, 'index'> {
  const ordered = payments.filter(({ status }) => status !== 'none' && status !== 'cancelled');
  if (ordered.length === 0)
    return {
      code: 'PAYMENT_UNKNOWN',
      reason: 'No payment to this payee is ordered in a released cycle.',
    };
  const amountMinor = String(parseAmount(amount, currency));
  const fitting = ordered.filter(
    (state) => state.amountMinor === amountMinor && state.currency === currency,
  );
  if (fitting.length === 0)
    return {
      code: 'AMOUNT_DIFFERS',
      reason: 'The payee is not paid this amount in this currency.',
    };
  const owned = fitting.filter(payeesAccount);
  if (owned.length === 0)
    return { code: 'ACCOUNT_DIFFERS', reason: 'The payee is not paid on this account.' };
  const left = owned.filter(({ paymentId }) => !used.has(paymentId));
  if (left.length === 0)
    return { code: 'TRANSFER_TWICE', reason: 'Another transfer of the batch is this payment.' };
  return left.length === 1
    ? { paymentId: left[0]!.paymentId }
    : {
        code: 'PAYMENT_AMBIGUOUS',
        reason: 'Payments of several cycles fit; name the cycle in X-Program-Id.',
      };
}
