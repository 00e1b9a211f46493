import type { Instruction } from '../adapters/payment-rail/port.js';
import { isDamaged, type Sealed, type Vault, type VaultError } from '../adapters/vault/port.js';
import { canBePaid } from '../kernel/accounts.js';
import { Defects, type Defect } from '../write-side/defect.js';
import type { Payee } from './payee.rule.js';

type Fields = Readonly<Record<string, string>>;
/** Told of a payee whose record is damaged, by its place among those that were asked for. */
type OnDamaged = (place: number, damaged: Defect) => void;

/**
 * Number and holder of each payee, in order; undefined where there is none, the vault no longer has
 * it, its record is damaged, or the number is none that a message can name: one wrong digit must
 * not hold up a million others. The holder is the account's where it names one, else the person.
 * @throws VaultError VAULT_CORRUPT where all of several are damaged: that is the vault's
 */
export async function openPayees(
  vault: Pick<Vault, 'open'>,
  payees: readonly (Payee | undefined)[],
  onDamaged: OnDamaged,
): Promise<readonly (Instruction['payee'] | undefined)[]> {
  const known = payees.filter((payee) => payee !== undefined);
  const defects = new Defects();
  const damaged = new Map<Payee, Defect>();
  const sound = (payee: Payee, found: Found): Fields | undefined => {
    if (!(found instanceof Error)) return found;
    damaged.set(payee, defects.met(found));
    return undefined;
  };
  for (const _ of known) defects.tries();
  const found = await openEach(
    vault,
    known.map((payee) => payee.sealed),
  );
  const accounts = known.map((payee, i) => sound(payee, found[i]));
  const nameless = known.filter((_, i) => accounts[i] && !accounts[i]['holder']);
  const profiles = await openEach(
    vault,
    nameless.map((payee) => payee.profile),
  );
  const names = new Map(nameless.map((payee, i) => [payee, sound(payee, profiles[i])?.['name']]));
  defects.finish();
  const opened = new Map<Payee, Instruction['payee']>();
  known.forEach((payee, i) => {
    const fields = accounts[i];
    const name = fields?.['holder'] || names.get(payee);
    const number = fields?.['number'];
    if (number && name && canBePaid(payee.kind, number))
      opened.set(payee, { name, kind: payee.kind, account: number });
  });
  payees.forEach((payee, i) => {
    const defect = payee && damaged.get(payee);
    if (defect) onDamaged(i, defect);
  });
  return payees.map((payee) => payee && opened.get(payee));
}

type Found = Fields | VaultError | undefined;

/** All at once; one by one where one of them is damaged, which says so in its place. */
async function openEach(
  vault: Pick<Vault, 'open'>,
  sealed: readonly Sealed[],
): Promise<readonly Found[]> {
  if (sealed.length === 0) return [];
  try {
    return await vault.open(sealed);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    if (sealed.length === 1) return [error];
  }
  const each: Found[] = [];
  for (const one of sealed) each.push(...(await openEach(vault, [one])));
  return each;
}

/**
 * The numbers of payees' accounts, in order; undefined where the vault has none, or its record is
 * damaged: nobody else is held up for it.
 * @throws VaultError VAULT_CORRUPT where all of several are damaged: that is the vault's
 */
export async function numbersOf(
  vault: Pick<Vault, 'open'>,
  payees: readonly Pick<Payee, 'sealed'>[],
): Promise<readonly (string | undefined)[]> {
  const found = await openEach(
    vault,
    payees.map(({ sealed }) => sealed),
  );
  const [first] = found;
  if (found.length > 1 && first instanceof Error && found.every((one) => one instanceof Error))
    throw first;
  return found.map((fields) => (fields instanceof Error ? undefined : fields?.['number']));
}
