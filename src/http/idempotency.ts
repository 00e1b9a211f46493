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

/** What a command's answer is kept under, and was by an earlier version, where that is another. */
export interface KeptUnder {
  /** The idempotency key, scoped to the client's subject. */
  readonly key: string;
  readonly formerKey?: string;
}

/**
 * The key as it is kept. What is no UUID may have somebody's name or number in it and is kept as its
 * hash: receipts are kept for ever, where no erasure reaches them. Up to 0.2.0 only those were hashed
 * in which a number was seen.
 */
export function keptUnder({ id }: Pick<Actor, 'id'>, key: string): KeptUnder {
  if (isUuid(key)) return { key: `${id} ${key}` };
  const hashed = `${id} sha256:${sha256Hex(key)}`;
  return personalIn(key) === undefined
    ? { key: hashed, formerKey: `${id} ${key}` }
    : { key: hashed };
}

/**
 * SHA-256 of what is asked, in one spelling: the order of the fields and the white space of the
 * body do not count.
 */
export const fingerprintOf = (method: string, path: string, body: unknown): string =>
  sha256Hex(`${method} ${path}\n${spelled(body)}`);

/**
 * The id of a request's command: of its caller, their key and what they ask. The same key with
 * another body is another command, so that nothing of the one is ever taken for the other.
 */
export const commandIdOf = (actor: Pick<Actor, 'id'>, key: string, fingerprint: string): string =>
  uuidOf('command', actor.id, key, fingerprint);

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
