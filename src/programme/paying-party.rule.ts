import { isIban, isRib } from '../kernel/accounts.js';
import { DomainError } from '../kernel/errors.js';
import { BIC, faultOfName, OLD_BIC, tidyName } from '../kernel/text.js';
import { toLatin } from '../kernel/transliteration.js';

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

interface Party {
  readonly name: string;
  readonly bic: string;
  readonly format?: string;
  /** Absent: latin. */
  readonly characters?: string;
  readonly payeeAgents?: readonly { readonly bic: string }[];
}

/** Who pays, and through which banks, as the message that is written in this format can say it. */
export function requireParty(
  { name, bic, format, characters = 'latin', payeeAgents = [] }: Party,
  place: string,
): void {
  const tidy = tidyName(name);
  requireText(faultOfName(tidy), `${place}name`);
  if (characters === 'latin' && toLatin(tidy) === '')
    requireText('must have something in Latin letters, as the message has it', `${place}name`);
  requireBic(bic, format, `${place}bic`);
  for (const [i, agent] of payeeAgents.entries())
    requireBic(agent.bic, format, `${place}payeeAgents/${i}/bic`);
}

/** @throws DomainError INVALID_ACCOUNT */
function requireBic(bic: string, format: string | undefined, field: string): void {
  const old = format === 'pain.001.001.03';
  if ((old ? OLD_BIC : BIC).test(bic)) return;
  throw new DomainError(
    'INVALID_ACCOUNT',
    `${field} must be a BIC${old ? ' as pain.001.001.03 spells it: a bank of letters only, no 0, 1 or O after the country' : ''}.`,
    'invalid',
    field,
  );
}

/** @throws DomainError INVALID_TEXT */
export function requireText(fault: string | undefined, field: string): void {
  if (fault !== undefined)
    throw new DomainError('INVALID_TEXT', `${field} ${fault}.`, 'invalid', field);
}
