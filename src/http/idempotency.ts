import type { Vault } from '../adapters/vault/port.js';
import { sha256Hex } from '../kernel/canonical.js';
import type { Actor } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { isUuid, uuidOf } from '../kernel/ids.js';
import { personalIn } from '../kernel/personal-text.js';

const KEY = /^[\x21-\x7e]{1,128}$/;

/** @throws DomainError IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_INVALID */
export function parseIdempotencyKey(header: string | string[] | undefined): string {
  if (header === undefined || header === '')
    throw new DomainError(
      'IDEMPOTENCY_KEY_REQUIRED',
      'A command takes an Idempotency-Key header of your making (a UUID, say), so that you can send it again safely.',
      'invalid',
      'Idempotency-Key',
    );
  if (typeof header !== 'string' || !KEY.test(header))
    throw new DomainError(
      'IDEMPOTENCY_KEY_INVALID',
      'Idempotency-Key must be 1 to 128 visible ASCII characters.',
      'invalid',
      'Idempotency-Key',
    );
  return header;
}

/**
 * Hashes under a key of the vault: the same in every process, and tried out by nobody without it.
 */
export type Hashing = Pick<Vault, 'keyedHash'>;

/** What is asked. */
export interface AskedFor {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A request, told from every other; and as an earlier version told it. */
export interface Fingerprints {
  readonly fingerprint: string;
  readonly formerFingerprint: string;
}

/** What a command's answer is kept under, and where earlier versions kept it. */
export interface KeptUnder {
  /** The idempotency key, scoped to the client's subject. */
  readonly key: string;
  readonly formerKeys?: readonly string[];
  readonly fingerprint: string;
  /** As an earlier version began it, or answered it. */
  readonly former?: { readonly commandId: string; readonly fingerprint: string };
}

/**
 * What is asked, in one spelling: the order of the fields and the white space of the body do not
 * count. It is kept for ever, and a body may be one telephone number, so that it is hashed under
 * the vault's key: what an erased person gave cannot be guessed from it. Up to 0.2.0 it had no key.
 */
export function fingerprintsOf(hashing: Hashing, { method, path, body }: AskedFor): Fingerprints {
  const formerFingerprint = sha256Hex(`${method} ${path}\n${spelled(body)}`);
  return { fingerprint: hashing.keyedHash('request', formerFingerprint), formerFingerprint };
}

/**
 * The names of a request: what its answer is kept under, and the id of its command. The same key
 * with another body is another command, so that nothing of the one is ever taken for the other.
 */
export function namesOf(
  hashing: Hashing,
  { id }: Pick<Actor, 'id'>,
  key: string,
  asked: AskedFor,
): KeptUnder & { readonly commandId: string } {
  const { fingerprint, formerFingerprint } = fingerprintsOf(hashing, asked);
  const kept = keptKey(hashing, id, key);
  return {
    ...kept,
    fingerprint,
    commandId: uuidOf('command', kept.key, fingerprint),
    former: {
      commandId: uuidOf('command', id, key, formerFingerprint),
      fingerprint: formerFingerprint,
    },
  };
}

/**
 * The key as it is kept. What is no UUID may have somebody's name or number in it and is kept as
 * its keyed hash: receipts are kept for ever, where no erasure reaches them. Up to 0.2.0 only those
 * were hashed in which a number was seen, and later all of them, without a key.
 */
function keptKey(hashing: Hashing, id: string, key: string): Pick<KeptUnder, 'key' | 'formerKeys'> {
  if (isUuid(key)) return { key: `${id} ${key}` };
  const hashed = `${id} sha256:${sha256Hex(key)}`;
  return {
    key: `${id} hmac:${hashing.keyedHash('request', `key ${key}`)}`,
    formerKeys: personalIn(key) === undefined ? [hashed, `${id} ${key}`] : [hashed],
  };
}

/**
 * JSON with sorted keys. Unlike the canonical form of events it takes any JSON: a request may be
 * wrong in any way.
 */
function spelled(value: unknown): string {
  if (value === undefined) return '';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spelled).join(',')}]`;
  const record = value as Record<string, unknown>;
  return `{${Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${spelled(record[key])}`)
    .join(',')}}`;
}

/** The same key came with another request. */
export const keyReused = (): DomainError =>
  new DomainError(
    'IDEMPOTENCY_KEY_REUSED',
    'This Idempotency-Key was used for another request; take a new one.',
    'conflict',
    'Idempotency-Key',
  );
