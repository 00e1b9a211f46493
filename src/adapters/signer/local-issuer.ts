import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  SignJWT,
  type JSONWebKeySet,
} from 'jose';
import type { Clock } from '../clock/port.js';
import { systemClock } from '../clock/system.js';
import { makeKeyFile } from '../data-folder/port.js';
import type { TokenIssuer, TokenTrust } from './port.js';

export const LOCAL_ISSUER = 'urn:sanad:local';
export const LOCAL_AUDIENCE = 'sanad';
const ALGORITHM = 'EdDSA';
const DEFAULT_TTL_SECONDS = 8 * 3_600;
const MAX_TTL_SECONDS = 31 * 86_400;

export interface LocalIssuer extends TokenIssuer {
  readonly trust: TokenTrust;
  /** The public half, as an issuer would publish it. */
  readonly jwks: JSONWebKeySet;
}

/**
 * An issuer on this machine, for the embedded default: its Ed25519 key is
 * `<keysDir>/token-signing.pem` (0600), made on first use. Who can read that file is anybody they
 * like, so a deployment in production trusts an OIDC issuer instead.
 * @throws Error naming the file when it is not an Ed25519 key
 */
export async function localIssuer(
  keysDir: string,
  clock: Clock = systemClock,
): Promise<LocalIssuer> {
  const file = join(keysDir, 'token-signing.pem');
  if (!existsSync(file)) makeKeyFile(file, freshKey());
  const key = read(file);
  const jwk = await exportJWK(createPublicKey(key));
  const kid = await calculateJwkThumbprint(jwk);
  const jwks: JSONWebKeySet = { keys: [{ ...jwk, kid, alg: ALGORITHM, use: 'sig' }] };
  return {
    jwks,
    trust: {
      issuer: LOCAL_ISSUER,
      audience: LOCAL_AUDIENCE,
      algorithms: [ALGORITHM],
      keys: createLocalJWKSet(jwks),
    },
    async issue({ subject, role, regions, ttlSeconds = DEFAULT_TTL_SECONDS }) {
      if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) {
        throw new Error(`A token lives 1 to ${MAX_TTL_SECONDS} seconds.`);
      }
      const now = Math.floor(Date.parse(clock.now()) / 1_000);
      return new SignJWT({ role, ...(regions ? { regions } : {}) })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
        .setIssuer(LOCAL_ISSUER)
        .setAudience(LOCAL_AUDIENCE)
        .setSubject(subject)
        .setIssuedAt(now)
        .setExpirationTime(now + ttlSeconds)
        .setJti(randomUUID())
        .sign(key);
    },
  };
}

function read(file: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (error) {
    throw new Error(`${file} cannot be read as a private key.`, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`${file} holds a key of another kind than Ed25519.`);
  return key;
}

const freshKey = (): string =>
  String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
