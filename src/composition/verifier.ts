import { systemClock } from '../adapters/clock/system.js';
import { localIssuer } from '../adapters/signer/local-issuer.js';
import { oidcTrust } from '../adapters/signer/oidc.js';
import { bearerOf, verifyToken } from '../adapters/signer/verify.js';
import type { Config } from './config.js';
import type { VerifyAuthorization } from '../http/tokens.js';

/**
 * Who is believed: the OIDC issuer of the settings, else the local one whose key is in the folder.
 * @throws Error of a wrong OIDC option
 */
export async function verifierOf(
  { oidc }: Pick<Config, 'oidc'>,
  keysDir: string,
): Promise<VerifyAuthorization> {
  const trust = oidc
    ? oidcTrust({ issuer: oidc.issuer, audience: oidc.audience, jwksUrl: oidc.jwks })
    : (await localIssuer(keysDir)).trust;
  return (authorization) => verifyToken(trust, bearerOf(authorization), systemClock);
}
