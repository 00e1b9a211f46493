import { systemClock } from '../adapters/clock/system.js';
import { localIssuer } from '../adapters/signer/local-issuer.js';
import { oidcTrust } from '../adapters/signer/oidc.js';
import { bearerOf, verifyToken } from '../adapters/signer/verify.js';
import type { Actor, Via } from '../kernel/decider.js';
import type { Config } from './config.js';
import type { VerifyAuthorization } from '../http/tokens.js';

/**
 * Who is believed: the OIDC issuer of the settings, else the local one whose key is in the folder.
 * The actor says through which channel they came, and which of the two vouches for them.
 * @throws Error of a wrong OIDC option
 */
export async function verifierOf(
  { oidc }: Pick<Config, 'oidc'>,
  keysDir: string,
  channel: Via['channel'] = 'http',
): Promise<VerifyAuthorization> {
  const trust = oidc
    ? oidcTrust({ issuer: oidc.issuer, audience: oidc.audience, jwksUrl: oidc.jwks })
    : (await localIssuer(keysDir)).trust;
  const via: Via = { channel, authentication: oidc ? 'oidc' : 'local' };
  return async (authorization): Promise<Actor> => ({
    ...(await verifyToken(trust, bearerOf(authorization), systemClock)),
    via,
  });
}
