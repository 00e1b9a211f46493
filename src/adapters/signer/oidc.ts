import { createRemoteJWKSet } from 'jose';
import type { TokenTrust } from './port.js';

/**
 * Asymmetric signatures only (RFC 8725 3.1): with a shared-secret algorithm on the list, a public
 * key could sign.
 */
const ALLOWED = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const;
const DEFAULT = ['EdDSA', 'ES256', 'PS256', 'RS256'];

export interface OidcOptions {
  /** Exactly the `iss` of its tokens. */
  readonly issuer: string;
  /** What its tokens must name in `aud`. */
  readonly audience: string;
  /**
   * Where its keys are published (`jwks_uri` of its discovery document); https, or http on this
   * machine.
   */
  readonly jwksUrl: string;
  /** JWS algorithms; default EdDSA, ES256, PS256, RS256. */
  readonly algorithms?: readonly string[];
  /** Time-out of fetching the keys, default 5,000. */
  readonly timeoutMs?: number;
}

/**
 * Trust in an OpenID Connect issuer. Its keys are fetched when first needed, kept, and fetched
 * again (at most twice a minute) when a token names one that is unknown, so that the issuer can
 * rotate them.
 * @throws Error naming the option that is wrong
 */
export function oidcTrust(options: OidcOptions): TokenTrust {
  const algorithms = checkAlgorithms(options.algorithms ?? DEFAULT);
  for (const name of ['issuer', 'audience'] as const)
    if (options[name] === '') throw new Error(`${name} must not be empty.`);
  const url = URL.canParse(options.jwksUrl) ? new URL(options.jwksUrl) : undefined;
  const local =
    url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (!url || (url.protocol !== 'https:' && !local))
    throw new Error(
      'jwksUrl must be an https address: who can change the keys under way can make any token.',
    );
  return {
    issuer: options.issuer,
    audience: options.audience,
    algorithms,
    keys: createRemoteJWKSet(url, {
      timeoutDuration: options.timeoutMs ?? 5_000,
      cooldownDuration: 30_000,
      cacheMaxAge: 600_000,
    }),
  };
}

/** @throws Error for an empty list, `none`, or a shared-secret algorithm */
export function checkAlgorithms(algorithms: readonly string[]): readonly string[] {
  if (algorithms.length === 0) throw new Error('algorithms must name at least one algorithm.');
  for (const algorithm of algorithms) {
    if (!ALLOWED.some((allowed) => allowed === algorithm))
      throw new Error(
        `The algorithm ${JSON.stringify(algorithm)} is not one of ${ALLOWED.join(', ')}.`,
      );
  }
  return algorithms;
}
