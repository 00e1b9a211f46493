import { errors, jwtVerify, type JWTHeaderParameters, type JWTPayload } from 'jose';
import type { Clock } from '../clock/port.js';
import { ROLES, type Actor, type Role } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import type { TokenTrust } from './port.js';
import { isRegion } from '../../kernel/region.js';
import { isCallersSubject } from '../../kernel/subject.js';

const MAX_TOKEN = 8_192;
const MAX_REGIONS = 100;
/** Clocks of two machines differ a little. */
const TOLERANCE_SECONDS = 5;
/** The engine's own hand: no token makes a caller it, neither by role nor by name. */
const OWN: Role = 'automation';

/**
 * The caller of a bearer token (RFC 7519): signature by one of the issuer's keys under an allowed
 * algorithm, issuer, audience, expiry; `sub` is the account, `role` one role, `regions` (optional)
 * the ISO 3166-2 codes that it is limited to.
 * @throws DomainError of kind 'unauthenticated': TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID; of
 *   kind 'unavailable': ISSUER_UNAVAILABLE when the issuer's keys cannot be fetched. None carries
 *   the token or what it claims.
 */
export async function verifyToken(
  trust: TokenTrust,
  jwt: string | undefined,
  clock?: Clock,
): Promise<Actor> {
  if (jwt === undefined || jwt === '')
    throw new DomainError(
      'TOKEN_MISSING',
      'Send "Authorization: Bearer <token>".',
      'unauthenticated',
    );
  if (jwt.length > MAX_TOKEN) throw invalid(`the token is longer than ${MAX_TOKEN} characters`);
  let payload: JWTPayload;
  let protectedHeader: JWTHeaderParameters;
  try {
    ({ payload, protectedHeader } = await jwtVerify(jwt, trust.keys, {
      algorithms: [...trust.algorithms],
      issuer: trust.issuer,
      audience: trust.audience,
      clockTolerance: TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'exp', 'role'],
      ...(clock ? { currentDate: new Date(clock.now()) } : {}),
    }));
  } catch (error) {
    throw refusal(error);
  }
  requireAccessToken(protectedHeader, payload);
  return actorOf(payload);
}

/**
 * Claims that tell a client who signed in (OpenID Connect Core 2 and 3.3.2.11), not who may do
 * what.
 */
const OF_ID_TOKENS = ['at_hash', 'c_hash', 's_hash'];

/**
 * An access token only (RFC 9068): the same issuer signs what a client may keep for itself, such as
 * ID tokens, and what is for one request, such as logout tokens. Keycloak says it in a claim "typ".
 */
function requireAccessToken({ typ }: JWTHeaderParameters, payload: JWTPayload): void {
  // Signed is whatever the issuer wrote: a number, too.
  const type =
    typ === undefined
      ? undefined
      : String(typ)
          .toLowerCase()
          .replace(/^application\//, '');
  if (type !== undefined && type !== 'jwt' && type !== 'at+jwt')
    throw invalid('its type ("typ") is not that of an access token');
  // What an issuer tells a client of a session that ended (Back-Channel Logout 2.4, RFC 8417).
  if (payload['events'] !== undefined) throw invalid('it tells of an event; send an access token');
  // Amazon Cognito says it so.
  const use = payload['token_use'];
  if (use !== undefined && use !== 'access')
    throw invalid('its claim "token_use" is not that of an access token');
  const claimed = payload['typ'];
  if (claimed !== undefined && claimed !== 'Bearer')
    throw invalid('its claim "typ" is not that of an access token');
  const nonce = payload['nonce'] !== undefined && type !== 'at+jwt' && claimed !== 'Bearer';
  if (nonce || OF_ID_TOKENS.some((claim) => payload[claim] !== undefined))
    throw invalid('it is an ID token; send an access token');
}

/**
 * The token of an Authorization header; undefined where there is none or it is of another scheme.
 */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];

function actorOf({
  sub,
  role,
  regions,
}: JWTPayload & { readonly role?: unknown; readonly regions?: unknown }): Actor {
  if (typeof sub !== 'string' || !isCallersSubject(sub))
    throw invalid('its claim "sub" is not the name of an account');
  if (!isRole(role) || role === OWN)
    throw invalid('its claim "role" is not a role of Sanad that a caller can have');
  if (regions === undefined) return { id: sub, role };
  if (
    !Array.isArray(regions) ||
    regions.length === 0 ||
    regions.length > MAX_REGIONS ||
    !regions.every((region) => typeof region === 'string' && isRegion(region))
  ) {
    throw invalid('its claim "regions" is not a list of ISO 3166-2 codes');
  }
  return { id: sub, role, regions };
}

const isRole = (role: unknown): role is Role => ROLES.some((known) => known === role);

const invalid = (reason: string): DomainError =>
  new DomainError('TOKEN_INVALID', `The token is not accepted: ${reason}.`, 'unauthenticated');

function refusal(error: unknown): DomainError {
  if (error instanceof errors.JWTExpired)
    return new DomainError(
      'TOKEN_EXPIRED',
      'The token has expired; get a new one.',
      'unauthenticated',
    );
  if (error instanceof errors.JWTClaimValidationFailed)
    return invalid(
      `its claim "${error.claim}" is ${error.reason === 'missing' ? 'missing' : 'not as required'}`,
    );
  if (error instanceof errors.JOSEAlgNotAllowed) return invalid('its algorithm is not allowed');
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return invalid('its signature is wrong');
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return invalid('no key of the issuer fits it');
  if (
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSENotSupported
  )
    return invalid('it is not a signed JWT');
  // RFC 7518 3.3 and 3.5: an RSA key has 2,048 bits or more, which is looked at before it is used.
  if (error instanceof TypeError && error.message.includes('modulusLength'))
    return invalid('its key is shorter than 2,048 bits');
  // What is left are failures to fetch the issuer's keys: time-outs, refused connections, answers
  // that are no JWKS.
  return new DomainError(
    'ISSUER_UNAVAILABLE',
    'The keys of the token issuer cannot be fetched now; try again.',
    'unavailable',
  );
}
