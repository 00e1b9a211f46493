import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { EventHeaders, EventMessage } from './topics.js';

/**
 * By which key it was made, and what it came to. No attribute of the event: whoever reads none of
 * it loses nothing.
 */
export const MAC_HEADER = 'sanad_mac';
const HASH = 'sha256';

/** A key that whoever publishes has, and whoever believes what is published. */
export interface MessageKey {
  readonly id: string;
  readonly secret: Uint8Array;
}
/** The first signs; any of them is believed, so that keys change without a pause. */
export interface MessageKeys {
  readonly all: readonly [MessageKey, ...MessageKey[]];
}

export const messageKey = (secret: Uint8Array): MessageKey => ({
  id: createHash(HASH).update('sanad message key').update(secret).digest('hex').slice(0, 8),
  secret,
});

/** Every field with its length before it, so that nothing can be moved from one to another. */
function macOf({ secret }: MessageKey, key: string, value: string, headers: EventHeaders): Buffer {
  const mac = createHmac(HASH, secret);
  const names = Object.keys(headers).filter((name) => name !== MAC_HEADER);
  for (const field of [key, value, ...names.sort().flatMap((name) => [name, headers[name]!])])
    mac.update(`${Buffer.byteLength(field)}:`).update(field);
  return mac.digest();
}

/** The same message with its code. */
export function signed(keys: MessageKeys, { key, value, headers }: EventMessage): EventMessage {
  const [first] = keys.all;
  const code = macOf(first, key, value, headers).toString('base64url');
  return { key, value, headers: { ...headers, [MAC_HEADER]: `${first.id}.${code}` } };
}

/**
 * @throws Error where nobody who has a key wrote this message, as it is, under this key of Kafka's
 */
export function refuseForged(
  keys: MessageKeys,
  key: string,
  value: string,
  headers: EventHeaders,
): void {
  const given = headers[MAC_HEADER];
  if (given === undefined) throw new Error(`the header ${MAC_HEADER} is missing`);
  const [id, code = ''] = given.split('.');
  const by = keys.all.find((each) => each.id === id);
  if (!by) throw new Error(`${MAC_HEADER} names no key that is known here`);
  const expected = macOf(by, key, value, headers);
  const said = Buffer.from(code, 'base64url');
  if (said.length !== expected.length || !timingSafeEqual(said, expected))
    throw new Error(`${MAC_HEADER} does not fit: it was changed, or made by somebody else`);
}
