import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';

const IV = 12;
const TAG = 16;
const KEY = 32;

/** Length of a wrapped key: iv, encrypted key, tag. */
export const WRAPPED = IV + KEY + TAG;

/** Random bytes drawn in bulk: one system call serves hundreds of records. */
const pool = Buffer.alloc(8_192);
let used = pool.length;
function random(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const taken = Buffer.from(pool.subarray(used, used + bytes));
  pool.fill(0, used, used + bytes);
  used += bytes;
  return taken;
}

/**
 * AES-256-GCM: iv (12 bytes, random) || ciphertext || tag (16). `context` is authenticated with it,
 * so that a ciphertext cannot be moved under another name. Keys are KeyObjects: with raw bytes node
 * takes four times as long.
 */
export function encrypt(key: KeyObject, context: string, plain: string | Uint8Array): Buffer {
  const iv = random(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  cipher.final();
  return Buffer.concat([iv, body, cipher.getAuthTag()]);
}

/** What a vault keeps to tell whether it was sealed under a master key. */
export const proofOf = (master: KeyObject): Buffer =>
  encrypt(master, 'proof', 'the master key of this vault');

/** @throws Error where the vault was sealed under another */
export function requireProven(master: KeyObject, proof: Buffer): void {
  decrypt(master, 'proof', proof);
}

/** @throws Error when key, context or bytes are not those of the encryption */
export function decrypt(key: KeyObject, context: string, sealed: Buffer): Buffer {
  if (sealed.length < IV + TAG) throw new Error('too short for a ciphertext');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV), {
    authTagLength: TAG,
  });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  const plain = decipher.update(sealed.subarray(IV, sealed.length - TAG));
  decipher.final();
  return plain;
}

/** A new person's key, and the same wrapped for storage. */
export function makeKey(
  master: KeyObject,
  personId: string,
): { readonly key: KeyObject; readonly wrapped: Buffer } {
  const bytes = random(KEY);
  const made = { key: createSecretKey(bytes), wrapped: encrypt(master, personId, bytes) };
  bytes.fill(0);
  return made;
}

/** @throws Error when the wrapped bytes or the master key are wrong */
export function unwrapKey(master: KeyObject, personId: string, wrapped: Buffer): KeyObject {
  const bytes = decrypt(master, personId, wrapped);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
