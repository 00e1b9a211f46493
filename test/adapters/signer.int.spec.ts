import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  base64url,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type JWK,
  type JWTPayload,
} from 'jose';
import { fixedClock } from '../../src/adapters/clock/system.js';
import {
  LOCAL_AUDIENCE,
  LOCAL_ISSUER,
  localIssuer,
} from '../../src/adapters/signer/local-issuer.js';
import { oidcTrust } from '../../src/adapters/signer/oidc.js';
import { bearerOf, verifyToken } from '../../src/adapters/signer/verify.js';
import type { TokenTrust } from '../../src/adapters/signer/port.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let dir: string;
beforeEach(() => {
  dir = temporaryFolder('signer');
});

const refused = (code: string, kind = 'unauthenticated') => ({ name: 'DomainError', code, kind });

const LOGOUT = { 'http://schemas.openid.net/event/backchannel-logout': {} };

describe('the local issuer', () => {
  it('makes tokens that are the caller, with and without regions', async () => {
    const issuer = await localIssuer(dir);
    expect(
      await verifyToken(
        issuer.trust,
        await issuer.issue({ subject: 'officer-1', role: 'case-officer' }),
      ),
    ).toEqual({ id: 'officer-1', role: 'case-officer' });
    expect(
      await verifyToken(
        issuer.trust,
        await issuer.issue({
          subject: 'officer-2',
          role: 'supervisor',
          regions: ['MA-01', 'MA-12'],
        }),
      ),
    ).toEqual({ id: 'officer-2', role: 'supervisor', regions: ['MA-01', 'MA-12'] });
  });

  it('keeps its key, readable by its owner only, and publishes the public half alone', async () => {
    const issuer = await localIssuer(dir);
    const token = await issuer.issue({ subject: 'a', role: 'auditor' });
    expect(statSync(join(dir, 'token-signing.pem')).mode & 0o777).toBe(0o600);
    expect(issuer.jwks.keys.map((key) => [key.kty, key.crv, key.d])).toEqual([
      ['OKP', 'Ed25519', undefined],
    ]);
    expect(await verifyToken((await localIssuer(dir)).trust, token)).toMatchObject({ id: 'a' });
  });

  it("is not another machine's issuer", async () => {
    const token = await (await localIssuer(dir)).issue({ subject: 'a', role: 'auditor' });
    const other = await localIssuer(join(dir, 'other'));
    await expect(verifyToken(other.trust, token)).rejects.toMatchObject(refused('TOKEN_INVALID'));
  });

  it('refuses a token after its time, by the clock it is given', async () => {
    const clock = fixedClock('2026-01-01T00:00:00.000Z');
    const issuer = await localIssuer(dir, clock);
    const token = await issuer.issue({ subject: 'a', role: 'auditor', ttlSeconds: 60 });
    await expect(verifyToken(issuer.trust, token, clock)).resolves.toMatchObject({ id: 'a' });
    clock.set('2026-01-01T00:01:06.000Z');
    await expect(verifyToken(issuer.trust, token, clock)).rejects.toMatchObject(
      refused('TOKEN_EXPIRED'),
    );
    await expect(issuer.issue({ subject: 'a', role: 'auditor', ttlSeconds: 0 })).rejects.toThrow(
      'lives 1 to',
    );
  });

  it('says which file is no key', async () => {
    writeFileSync(join(dir, 'token-signing.pem'), 'nothing');
    await expect(localIssuer(dir)).rejects.toThrow('token-signing.pem');
    expect(readFileSync(join(dir, 'token-signing.pem'), 'utf8')).toBe('nothing');
  });
});

describe('a token that is not accepted', () => {
  const claims = { sub: 'officer-1', role: 'case-officer' };
  async function signed(
    payload: JWTPayload,
    audience = LOCAL_AUDIENCE,
    issuer = LOCAL_ISSUER,
    typ?: string,
  ): Promise<{ trust: TokenTrust; token: string }> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const token = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', ...(typ === undefined ? {} : { typ }) })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime('5m')
      .sign(privateKey);
    return {
      trust: {
        issuer: LOCAL_ISSUER,
        audience: LOCAL_AUDIENCE,
        algorithms: ['ES256'],
        keys: async () => publicKey,
      },
      token,
    };
  }

  it.each([
    ['for another audience', claims, 'another', LOCAL_ISSUER],
    ['of another issuer', claims, LOCAL_AUDIENCE, 'https://elsewhere.example'],
    ['without an account', { role: 'auditor' }, LOCAL_AUDIENCE, LOCAL_ISSUER],
    ['for an account that is no name', { ...claims, sub: 'a\nb' }, LOCAL_AUDIENCE, LOCAL_ISSUER],
    [
      "for the engine's own account",
      { ...claims, sub: 'automation' },
      LOCAL_AUDIENCE,
      LOCAL_ISSUER,
    ],
    [
      "for the engine's own account, spelled otherwise",
      { ...claims, sub: 'Automation' },
      LOCAL_AUDIENCE,
      LOCAL_ISSUER,
    ],
    [
      'for the name of a machine that takes in files',
      { ...claims, sub: 'bank-folder' },
      LOCAL_AUDIENCE,
      LOCAL_ISSUER,
    ],
    [
      "for an account with another script's letter",
      { ...claims, sub: 'а.b' },
      LOCAL_AUDIENCE,
      LOCAL_ISSUER,
    ],
    ['without a role', { sub: 'officer-1' }, LOCAL_AUDIENCE, LOCAL_ISSUER],
    ['with an unknown role', { ...claims, role: 'root' }, LOCAL_AUDIENCE, LOCAL_ISSUER],
    [
      'with a role that every object has',
      { ...claims, role: 'constructor' },
      LOCAL_AUDIENCE,
      LOCAL_ISSUER,
    ],
    ["with the engine's own role", { ...claims, role: 'automation' }, LOCAL_AUDIENCE, LOCAL_ISSUER],
    [
      'with regions that are no list',
      { ...claims, regions: 'MA-01' },
      LOCAL_AUDIENCE,
      LOCAL_ISSUER,
    ],
    ['with an empty list of regions', { ...claims, regions: [] }, LOCAL_AUDIENCE, LOCAL_ISSUER],
    [
      'with a region that is no code',
      { ...claims, regions: ['Souss'] },
      LOCAL_AUDIENCE,
      LOCAL_ISSUER,
    ],
  ])('%s', async (_, payload, audience, issuer) => {
    const { trust, token } = await signed(payload, audience, issuer);
    await expect(verifyToken(trust, token)).rejects.toMatchObject(refused('TOKEN_INVALID'));
  });

  it.each<[string, JWTPayload, string | undefined]>([
    ['a logout token', claims, 'logout+jwt'],
    ['a logout token that says so by its events', { ...claims, events: LOGOUT }, 'JWT'],
    ['a logout token without a type', { ...claims, events: LOGOUT }, undefined],
    ["Cognito's ID token", { ...claims, token_use: 'id' }, 'JWT'],
    ['a token for another use', { ...claims, token_use: 'refresh' }, undefined],
    ['a proof of possession', claims, 'dpop+jwt'],
    ["Keycloak's ID token", { ...claims, typ: 'ID' }, 'JWT'],
    ['a refresh token', { ...claims, typ: 'Refresh' }, 'JWT'],
    ['an ID token with the hash of an access token', { ...claims, at_hash: 'x' }, undefined],
    ['an ID token of a sign-in', { ...claims, nonce: 'n' }, 'JWT'],
  ])('that is %s of the same issuer for the same audience', async (_, payload, typ) => {
    const { trust, token } = await signed(payload, LOCAL_AUDIENCE, LOCAL_ISSUER, typ);
    await expect(verifyToken(trust, token)).rejects.toMatchObject(refused('TOKEN_INVALID'));
  });

  it.each<[string, JWTPayload, string | undefined]>([
    ['RFC 9068', { ...claims, nonce: 'n' }, 'application/at+JWT'],
    ['Keycloak', { ...claims, nonce: 'n', typ: 'Bearer' }, 'JWT'],
    ['Cognito', { ...claims, token_use: 'access' }, undefined],
    ['an issuer that names no type', claims, undefined],
  ])('but an access token as %s makes it is', async (_, payload, typ) => {
    const { trust, token } = await signed(payload, LOCAL_AUDIENCE, LOCAL_ISSUER, typ);
    expect(await verifyToken(trust, token)).toMatchObject({ id: 'officer-1' });
  });

  it('without an expiry', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(LOCAL_ISSUER)
      .setAudience(LOCAL_AUDIENCE)
      .sign(privateKey);
    await expect(
      verifyToken(
        {
          issuer: LOCAL_ISSUER,
          audience: LOCAL_AUDIENCE,
          algorithms: ['ES256'],
          keys: async () => publicKey,
        },
        token,
      ),
    ).rejects.toMatchObject(refused('TOKEN_INVALID'));
  });

  it('without a signature (alg none)', async () => {
    const { trust, token } = await signed(claims);
    const [, payload] = token.split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      await expect(
        verifyToken(trust, `${base64url.encode(JSON.stringify({ alg }))}.${payload}.`),
      ).rejects.toMatchObject(refused('TOKEN_INVALID'));
    }
  });

  it('signed with the public key as a shared secret (HS256 confusion)', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(LOCAL_ISSUER)
      .setAudience(LOCAL_AUDIENCE)
      .setExpirationTime('5m')
      .sign(secret);
    await expect(
      verifyToken(
        {
          issuer: LOCAL_ISSUER,
          audience: LOCAL_AUDIENCE,
          algorithms: ['RS256'],
          keys: async () => publicKey,
        },
        token,
      ),
    ).rejects.toMatchObject(refused('TOKEN_INVALID'));
  });

  it('changed under way, or nothing of the kind', async () => {
    const { trust, token } = await signed(claims);
    const [header, , signature] = token.split('.');
    const forged = base64url.encode(
      JSON.stringify({
        ...claims,
        role: 'administrator',
        iss: LOCAL_ISSUER,
        aud: LOCAL_AUDIENCE,
        exp: 4_000_000_000,
      }),
    );
    for (const text of [
      `${header}.${forged}.${signature}`,
      'abc',
      'a.b.c',
      `${token}x`,
      'x'.repeat(9_000),
    ]) {
      await expect(verifyToken(trust, text)).rejects.toMatchObject(refused('TOKEN_INVALID'));
    }
    for (const nothing of [undefined, ''])
      await expect(verifyToken(trust, nothing)).rejects.toMatchObject(refused('TOKEN_MISSING'));
  });

  it('is read from a bearer header only', () => {
    expect(bearerOf('Bearer a.b.c')).toBe('a.b.c');
    expect(bearerOf('bearer a.b.c')).toBe('a.b.c');
    for (const header of [undefined, '', 'Basic abc', 'Bearer', 'Bearer a b'])
      expect(bearerOf(header)).toBeUndefined();
  });
});

describe('an OIDC issuer', () => {
  let server: Server;
  let published: { keys: JWK[] } | undefined;
  let url: string;
  beforeEach(async () => {
    published = { keys: [] };
    server = createServer((_, response) => {
      response
        .writeHead(published ? 200 : 503, { 'content-type': 'application/json' })
        .end(JSON.stringify(published ?? {}));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const issuer = 'https://issuer.example/realms/aid';
  async function publish(kid: string): Promise<() => Promise<string>> {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    published?.keys.push({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' });
    return () =>
      new SignJWT({ sub: 'controller-9', role: 'finance-controller' })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer(issuer)
        .setAudience('aid')
        .setExpirationTime('5m')
        .sign(privateKey);
  }

  it('is believed by the keys it publishes', async () => {
    const sign = await publish('one');
    const trust = oidcTrust({ issuer, audience: 'aid', jwksUrl: url });
    expect(await verifyToken(trust, await sign())).toEqual({
      id: 'controller-9',
      role: 'finance-controller',
    });
  });

  it('is not believed for an RSA key of less than 2,048 bits', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    published?.keys.push({ ...publicKey.export({ format: 'jwk' }), kid: 'short', alg: 'RS256' });
    const part = (value: object) => base64url.encode(JSON.stringify(value));
    const signing = `${part({ alg: 'RS256', kid: 'short' })}.${part({
      sub: 'controller-9',
      role: 'finance-controller',
      iss: issuer,
      aud: 'aid',
      exp: 4_000_000_000,
    })}`;
    const signature = sign('sha256', Buffer.from(signing), privateKey).toString('base64url');
    const trust = oidcTrust({ issuer, audience: 'aid', jwksUrl: url });
    await expect(verifyToken(trust, `${signing}.${signature}`)).rejects.toMatchObject(
      refused('TOKEN_INVALID'),
    );
  });

  it('is not believed for a key that it does not publish', async () => {
    const sign = await publish('one');
    published = { keys: [] };
    await publish('two');
    await expect(
      verifyToken(oidcTrust({ issuer, audience: 'aid', jwksUrl: url }), await sign()),
    ).rejects.toMatchObject(refused('TOKEN_INVALID'));
  });

  it('that cannot be reached makes the answer "unavailable", not "invalid"', async () => {
    const sign = await publish('one');
    published = undefined;
    await expect(
      verifyToken(oidcTrust({ issuer, audience: 'aid', jwksUrl: url }), await sign()),
    ).rejects.toMatchObject(refused('ISSUER_UNAVAILABLE', 'unavailable'));
    const nobody = oidcTrust({ issuer, audience: 'aid', jwksUrl: 'http://127.0.0.1:1/jwks.json' });
    await expect(verifyToken(nobody, await sign())).rejects.toMatchObject(
      refused('ISSUER_UNAVAILABLE', 'unavailable'),
    );
  });

  it.each([
    ['keys over plain http', { jwksUrl: 'http://issuer.example/jwks' }],
    ['an address that is none', { jwksUrl: 'issuer.example' }],
    ['no algorithm', { algorithms: [] }],
    ['alg none', { algorithms: ['none'] }],
    ['a shared-secret algorithm', { algorithms: ['RS256', 'HS256'] }],
    ['no audience', { audience: '' }],
  ])('cannot be set up with %s', (_, options) => {
    expect(() =>
      oidcTrust({ issuer, audience: 'aid', jwksUrl: 'https://issuer.example/jwks', ...options }),
    ).toThrow();
  });
});
