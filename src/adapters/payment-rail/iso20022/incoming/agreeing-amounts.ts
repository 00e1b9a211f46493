import { isCurrency } from '../../../../kernel/money.js';
import type { Fields } from './shape.js';
import { moneyIn } from './values.js';

/**
 * What an entry or a transaction says of its money: booked first, then what it was told besides.
 */
const AMOUNTS = [
  ['amount', 'Amt'],
  ['transacted', 'TxAmt'],
  ['instructed', 'InstdAmt'],
  ['counterValue', 'CntrValAmt'],
] as const;

/**
 * Amounts in the currency of the account are the same; anything else is a problem with both. Those
 * in another currency are not the booked one, and those in none that there is may be.
 * @param kept charges by which less may have come back than was returned
 */
export function requireAgreement(fields: Fields, currency: string, kept: readonly bigint[]): void {
  let first:
    { readonly element: string; readonly text: string; readonly minor: bigint } | undefined;
  for (const [field, element] of AMOUNTS) {
    const own = fields.get(`${field}@`)?.trim();
    if (own !== currency && own !== undefined && isCurrency(own)) continue;
    const said = moneyIn(fields, field, element);
    if (said?.amountMinor === undefined) continue;
    const minor = BigInt(said.amountMinor);
    if (first === undefined) first = { element, text: said.text, minor };
    else if (minor !== first.minor && !kept.includes(minor - first.minor)) {
      const both = `${first.element} ${first.text} and ${element} ${said.text} ${currency}`;
      fields.problem('AMOUNTS_DIFFER', element, both);
      return;
    }
  }
}
