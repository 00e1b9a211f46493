import { isIban, isRib } from '../kernel/accounts.js';
import { DomainError } from '../kernel/errors.js';
import { BIC, faultOfName, OLD_BIC, tidyName } from '../kernel/text.js';

/** @throws DomainError INVALID_ACCOUNT */
export function requireAccount(
  { kind, number }: { readonly kind: 'iban' | 'rib'; readonly number: string },
  field: string,
): void {
  if (kind === 'iban' ? isIban(number) : isRib(number)) return;
  throw new DomainError(
    'INVALID_ACCOUNT',
    `${field} must be ${kind === 'iban' ? 'an IBAN whose check digits are right' : '24 digits whose key is right'}.`,
    'invalid',
    field,
  );
}

/** Who pays, as the message that is written in this format must be able to say it. */
export function requireParty(
  { name, bic, format }: { readonly name: string; readonly bic: string; readonly format?: string },
  place: string,
): void {
  requireText(faultOfName(tidyName(name)), `${place}name`);
  const old = format === 'pain.001.001.03';
  if ((old ? OLD_BIC : BIC).test(bic)) return;
  throw new DomainError(
    'INVALID_ACCOUNT',
    `${place}bic must be a BIC${old ? ' as pain.001.001.03 spells it: a bank of letters only, no 0, 1 or O after the country' : ''}.`,
    'invalid',
    `${place}bic`,
  );
}

/** @throws DomainError INVALID_TEXT */
export function requireText(fault: string | undefined, field: string): void {
  if (fault !== undefined)
    throw new DomainError('INVALID_TEXT', `${field} ${fault}.`, 'invalid', field);
}
