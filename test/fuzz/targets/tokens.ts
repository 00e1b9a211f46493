import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createLocalJWKSet, exportJWK } from 'jose';
import { fixedClock } from '../../../src/adapters/clock/system.js';
import { bearerOf, verifyToken } from '../../../src/adapters/signer/verify.js';
import { ROLES, type Actor } from '../../../src/kernel/decider.js';
import { DomainError } from '../../../src/kernel/errors.js';
import { holds, refusedWell, type FuzzTarget } from '../target.js';

/** Of nobody: RFC 8410's own example. */
const KEY = createPrivateKey(
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n',
);
const PUBLIC = createPublicKey(KEY);
const NOW = '2026-01-05T08:00:00.000Z';
const SECONDS = Date.parse(NOW) / 1_000;
const trust = {
  issuer: 'urn:issuer',
  audience: 'sanad',
  algorithms: ['EdDSA', 'RS256', 'ES256', 'PS256'],
  keys: createLocalJWKSet({ keys: [{ ...(await exportJWK(PUBLIC)), kid: 'k1', alg: 'EdDSA' }] }),
};
const clock = fixedClock(NOW);

const HEAD = { alg: 'EdDSA', kid: 'k1', typ: 'JWT' };
const CLAIMS = {
  ...{ iss: 'urn:issuer', aud: 'sanad', sub: 'officer-1', role: 'case-officer' },
  ...{ iat: SECONDS - 60, exp: SECONDS + 60, regions: ['MA-06'] },
};

interface ToSign {
  readonly header?: unknown;
  readonly payload?: unknown;
}

const part = (value: unknown): string =>
  Buffer.from(JSON.stringify(value) ?? '').toString('base64url');

function signed({ header, payload }: ToSign): string {
  const head = `${part(header)}.${part(payload)}`;
  return `${head}.${sign(null, Buffer.from(head), KEY).toString('base64url')}`;
}

/** What is to be signed, as JSON; or the token itself. */
function tokenIn(text: string): string | undefined {
  if (!text.startsWith('{')) return bearerOf(text) ?? text;
  try {
    return signed(JSON.parse(text) as ToSign);
  } catch {
    return text;
  }
}

/** Held against the token anew: who signed it, for whom, until when. */
function requireTrue(actor: Actor, token: string): void {
  const [head = '', body = '', signature = ''] = token.split('.');
  const isSigned = verify(
    null,
    Buffer.from(`${head}.${body}`),
    PUBLIC,
    Buffer.from(signature, 'base64url'),
  );
  holds(isSigned, 'a token that nobody signed is taken');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  holds(header['alg'] === 'EdDSA', 'the algorithm is another');
  holds(claims['iss'] === 'urn:issuer', 'the issuer is another');
  holds([claims['aud']].flat().includes('sanad'), 'it is for somebody else');
  holds(Number(claims['exp']) > SECONDS - 6, 'it has expired');
  holds(claims['nbf'] === undefined || Number(claims['nbf']) < SECONDS + 6, 'it is not valid yet');
  holds(claims['sub'] === actor.id && claims['role'] === actor.role, 'it is of somebody else');
  holds(ROLES.includes(actor.role) && actor.role !== 'automation', 'nobody has that role');
  holds(
    JSON.stringify(claims['regions']) === JSON.stringify(actor.regions),
    'it is for other regions',
  );
}

export const tokens: FuzzTarget = {
  seeds: [
    JSON.stringify({ header: HEAD, payload: CLAIMS }),
    JSON.stringify({
      header: { ...HEAD, typ: 'at+jwt', crit: ['exp'], b64: true },
      payload: { ...CLAIMS, nbf: 0, jti: 'x' },
    }),
    signed({ header: HEAD, payload: CLAIMS }),
    `Bearer ${signed({ header: HEAD, payload: CLAIMS })}`,
  ],
  words: [
    ...[
      'none',
      'HS256',
      'RS256',
      'ES256',
      'PS256',
      'Ed25519',
      'EdDSA',
      '"kid":"k2"',
      '"crit":["b64"]',
      '"b64":false',
    ],
    ...[
      '"aud":["a","sanad"]',
      '"exp":1e400',
      '"sub":"automation"',
      '"role":"automation"',
      '"jwk":{}',
      '"zip":"DEF"',
    ],
    ...[...ROLES, '"enc":"A128GCM"', '"alg":"dir"', 'eyJhbGciOiJub25lIn0.', '=', '..'],
  ],
  async check(input) {
    const token = tokenIn(input.toString('utf8'));
    try {
      requireTrue(await verifyToken(trust, token, clock), token ?? '');
      return 'taken';
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      holds(error.code.startsWith('TOKEN_'), `${error.code}, though the keys are at hand`);
      holds(error.kind === 'unauthenticated', `${error.code} is of kind ${error.kind}`);
      return refusedWell(error);
    }
  },
};
