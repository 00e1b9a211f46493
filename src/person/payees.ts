import type { Instruction } from '../adapters/payment-rail/port.js';
import type { Vault } from '../adapters/vault/port.js';
import { canBePaid } from '../kernel/accounts.js';
import type { Payee } from './payee.rule.js';

/**
 * Number and holder of each payee, in order; undefined where there is none, the vault no longer has
 * it, or the number is none that a message can name: one wrong digit must not hold up a million
 * others. The holder is the account's where it names one, else the person.
 */
export async function openPayees(
  vault: Vault,
  payees: readonly (Payee | undefined)[],
): Promise<readonly (Instruction['payee'] | undefined)[]> {
  const known = payees.filter((payee) => payee !== undefined);
  const accounts = known.length === 0 ? [] : await vault.open(known.map((payee) => payee.sealed));
  const nameless = known.filter((_, i) => accounts[i] && !accounts[i]['holder']);
  const profiles =
    nameless.length === 0 ? [] : await vault.open(nameless.map((payee) => payee.profile));
  const names = new Map(nameless.map((payee, i) => [payee, profiles[i]?.['name']]));
  const opened = new Map<Payee, Instruction['payee']>();
  known.forEach((payee, i) => {
    const fields = accounts[i];
    const name = fields?.['holder'] || names.get(payee);
    const number = fields?.['number'];
    if (number && name && canBePaid(payee.kind, number))
      opened.set(payee, { name, kind: payee.kind, account: number });
  });
  return payees.map((payee) => payee && opened.get(payee));
}
