import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyFile } from '../data-folder/port.js';
import { HASH_PURPOSES, VaultError, type HashPurpose } from './port.js';

/** 32 random bytes as 64 hex digits and a newline: something that a person can put into a safe. */
const FORM = /^[0-9a-f]{64}\s*$/;

export const masterKeyFile = (keysDir: string): string => join(keysDir, 'master.key');

/**
 * Reads the master key; makes it where there is none and `mayMake` says that nothing was sealed
 * under one yet.
 * @throws VaultError MASTER_KEY_MISSING, MASTER_KEY_WRONG when the file is not a key
 */
export function loadMasterKey(keysDir: string, mayMake: boolean): KeyObject {
  const file = masterKeyFile(keysDir);
  if (!existsSync(file)) {
    if (!mayMake) {
      throw new VaultError(
        'MASTER_KEY_MISSING',
        `${file} is missing, and the vault was sealed under it. Put the key back from your copy; without it no personal data can be read.`,
      );
    }
    makeKeyFile(file, `${randomBytes(32).toString('hex')}\n`);
  }
  return readMasterKey(file);
}

/**
 * A key that is kept in a file of any name, for example a mounted secret. @throws VaultError
 * MASTER_KEY_MISSING, MASTER_KEY_WRONG
 */
export function readMasterKey(file: string): KeyObject {
  if (!existsSync(file))
    throw new VaultError(
      'MASTER_KEY_MISSING',
      `${file} is missing; it must hold the vault's master key.`,
    );
  const text = readFileSync(file, 'latin1');
  if (!FORM.test(text))
    throw new VaultError(
      'MASTER_KEY_WRONG',
      `${file} is not a master key: it must hold 64 hexadecimal digits.`,
    );
  return createSecretKey(Buffer.from(text.trim(), 'hex'));
}

/**
 * Keys for keyed hashes, one a purpose, derived (HKDF-SHA-256, RFC 5869) so that they say nothing
 * of the master key.
 */
export type HashKeys = Readonly<Record<HashPurpose, Uint8Array>>;

export function hashKeys(master: KeyObject): HashKeys {
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(
      hkdfSync('sha256', master, new Uint8Array(0), `sanad keyed hash ${purpose}`, 32),
    );
  return ofEachPurpose(derive);
}

export const ofEachPurpose = <T>(
  make: (purpose: HashPurpose) => T,
): Readonly<Record<HashPurpose, T>> =>
  Object.fromEntries(HASH_PURPOSES.map((purpose) => [purpose, make(purpose)])) as Record<
    HashPurpose,
    T
  >;
