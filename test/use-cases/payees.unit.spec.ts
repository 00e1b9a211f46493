import { expect, test } from '@jest/globals';
import { VaultError, type Sealed, type Vault } from '../../src/adapters/vault/port.js';
import { ribOf } from '../../src/kernel/accounts.js';
import type { Payee } from '../../src/person/payee.rule.js';
import { numbersOf, openPayees } from '../../src/person/payees.js';

const sealed = (record: string): Sealed => ({ record, sha256: '0'.repeat(64) });
const payee = (name: string): Payee => ({
  accountId: name,
  kind: 'rib',
  accountHash: '0'.repeat(64),
  sealed: sealed(`${name}/account`),
  profile: sealed(`${name}/profile`),
  changedAt: '2026-01-11T10:00:00.000Z',
  verified: true,
});
const number = ribOf('011', '780', '1000000000000000');
/** Every account has its number and no holder, every profile its name; some are damaged or gone. */
const vaultWith = (
  damaged: readonly string[],
  gone: readonly string[] = [],
): Pick<Vault, 'open'> => ({
  open: async (asked) =>
    asked.map(({ record }) => {
      if (damaged.includes(record)) throw new VaultError('VAULT_CORRUPT', `${record} was changed.`);
      if (gone.includes(record)) return undefined;
      return record.endsWith('/account') ? { number } : { name: record };
    }),
});
async function opened(vault: Pick<Vault, 'open'>, ...names: readonly (string | undefined)[]) {
  const damaged: string[] = [];
  const payees = await openPayees(
    vault,
    names.map((name) => (name === undefined ? undefined : payee(name))),
    (place, { code }) => damaged.push(`${place} ${code}`),
  );
  return { names: payees.map((one) => one?.name), damaged };
}

test('whose account or name is damaged is told in its place, and the others are opened', async () => {
  const vault = vaultWith(['b/account', 'c/profile'], ['d/account']);
  expect(await opened(vault, 'a', undefined, 'b', 'c', 'd')).toEqual({
    names: ['a/profile', undefined, undefined, undefined, undefined],
    damaged: ['2 VAULT_CORRUPT', '3 VAULT_CORRUPT'],
  });
});

test('one that is asked for by itself is its own, and where all of several are it is the vault', async () => {
  const vault = vaultWith(['a/account', 'b/account']);
  expect(await opened(vault, 'a')).toMatchObject({ damaged: ['0 VAULT_CORRUPT'] });
  await expect(opened(vault, 'a', 'b')).rejects.toBeInstanceOf(VaultError);
});

test('a vault that is away is nobody’s damage', async () => {
  const away = new VaultError('VAULT_AWAY', 'The vault does not answer.');
  const open = (): Promise<never> => Promise.reject(away);
  await expect(opened({ open }, 'a')).rejects.toBe(away);
});

test('of numbers that are compared or looked up, a damaged one is none, and holds up no other', async () => {
  const numbers = (vault: Pick<Vault, 'open'>, ...names: readonly string[]) =>
    numbersOf(vault, names.map(payee));
  const vault = vaultWith(['b/account'], ['c/account']);
  expect(await numbers(vault, 'a', 'b', 'c')).toEqual([number, undefined, undefined]);
  expect(await numbers(vault, 'b')).toEqual([undefined]);
  expect(await numbers(vault)).toEqual([]);
  const all = vaultWith(['a/account', 'b/account']);
  await expect(numbers(all, 'a', 'b')).rejects.toBeInstanceOf(VaultError);
});
