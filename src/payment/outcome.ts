import type { ReportedOutcome } from './reported-outcome.js';

import { DomainError } from '../kernel/errors.js';
import { parseAmount } from '../kernel/money.js';
import { Amount, Currency, Day, Line, OneOf, Pattern, Whole } from '../http/fields.js';

/**
 * What a payment system says of one payment, over HTTP or on the topic;
 * events/payment-outcome.v1.schema.json in code.
 */
export class Outcome {
  @Pattern(/^[a-z][a-z0-9]{1,30}-[0-9]{4}-(0[1-9]|1[0-2])-[0-9a-f-]{36}$/, 'a payment id')
  paymentId!: string;
  @Line({
    max: 35,
    optional: true,
    description: "Of the instruction that is answered; it must be one of the payment's.",
  })
  endToEndId?: string;
  @OneOf(['accepted', 'settled', 'rejected', 'returned', 'unknown'])
  outcome!: ReportedOutcome['outcome'];
  @Whole(1, 1_000, { optional: true }) attempt?: number;
  @Amount({ optional: true }) amount?: string;
  @Currency({ optional: true, description: 'Needed with an amount.' }) currency?: string;
  @Pattern(/^[A-Z0-9]{1,35}$/, 'an ISO 20022 reason code', { optional: true, example: 'AC04' })
  reason?: string;
  @Day({ optional: true }) settledOn?: string;
  @Line({ max: 35, optional: true }) reference?: string;
}

/**
 * What was said, as the domain takes it in.
 * @param field the place in the request that an error names
 * @throws DomainError INVALID_FIELD for an amount without a currency, INVALID_AMOUNT for decimals
 *   that the currency has not
 */
export function reported(
  {
    paymentId,
    endToEndId,
    outcome,
    attempt,
    amount,
    currency,
    reason,
    settledOn,
    reference,
  }: Outcome,
  field: string,
): ReportedOutcome {
  if (amount !== undefined && currency === undefined)
    throw new DomainError(
      'INVALID_FIELD',
      `${field} has an amount and no currency.`,
      'invalid',
      `${field}/currency`,
    );
  return {
    outcome,
    paymentId,
    ...(endToEndId === undefined ? {} : { endToEndId }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(amount === undefined
      ? {}
      : { amountMinor: String(parseAmount(amount, currency!, `${field}/amount`)) }),
    ...(currency === undefined ? {} : { currency }),
    ...(reason === undefined ? {} : { reason }),
    ...(settledOn === undefined ? {} : { settledOn }),
    ...(reference === undefined ? {} : { reference }),
  };
}
