import { isIban } from '../../kernel/accounts.js';
import { DomainError } from '../../kernel/errors.js';
import { modalityOf, type AccountKind, type Modality } from '../../kernel/govstack.js';
import { accountNumber } from '../../person/account-number.rule.js';

/** A payee's account as the API names it. */
export interface Beneficiary {
  readonly payeeIdentity: string;
  readonly modality?: Modality | undefined;
  readonly address?: string | undefined;
  readonly status?: '0' | '1' | undefined;
}
/**
 * Kinds of account that a modality can stand for. 03 (a wallet's id) is its telephone number here;
 * 02 (a virtual address) Sanad pays on none.
 */
const KINDS: Readonly<Record<Modality, readonly AccountKind[]>> = {
  '00': ['iban', 'rib'],
  '01': ['wallet'],
  '02': [],
  '03': ['wallet'],
  '04': ['cash'],
};

/**
 * The account that a payee is to be paid on.
 * @param kindNow of the account that they have, which stands where no modality is said
 * @throws DomainError MODALITY_NOT_PAID, INVALID_ACCOUNT, ADDRESS_MISSING, STATUS_NOT_TAKEN
 */
export function accountOf(
  { modality, address, status }: Beneficiary,
  kindNow: AccountKind | undefined,
): { readonly kind: AccountKind; readonly number: string } {
  if (status === '0')
    throw new DomainError(
      'STATUS_NOT_TAKEN',
      'An account is closed in Sanad, not here.',
      'invalid',
    );
  if (address === undefined)
    throw new DomainError(
      'ADDRESS_MISSING',
      'A payee is paid on an account: financialAddress is missing.',
      'invalid',
    );
  const kinds = KINDS[modality ?? (kindNow === undefined ? '00' : modalityOf(kindNow))];
  const bankKind = isIban(address.replace(/[\s.-]/g, '').toUpperCase()) ? 'iban' : 'rib';
  const kind = kinds.length === 2 ? bankKind : kinds[0];
  if (kind === undefined)
    throw new DomainError('MODALITY_NOT_PAID', 'Sanad pays on no virtual address.', 'invalid');
  return { kind, number: accountNumber({ kind, number: address }, 'financialAddress') };
}
