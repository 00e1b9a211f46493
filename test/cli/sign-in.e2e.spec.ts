import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let dir: string;
let issuer: Server;
let url: string;
let sign: (claims: object) => Promise<string>;

beforeAll(async () => {
  dir = temporaryFolder('sign-in');
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] };
  issuer = createServer((_, response) => {
    response.setHeader('connection', 'close');
    response.end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  sign = (claims) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(url)
      .setAudience('sanad')
      .setExpirationTime('5m')
      .sign(privateKey);
});
afterAll(() => new Promise((resolve) => issuer.close(resolve)));

/** The `sanad` that people start, in production mode; gives its refusal's code, or undefined. */
const sanad = (args: readonly string[], env: Record<string, string> = {}) =>
  new Promise<string | undefined>((resolve) => {
    const production = { SANAD_MODE: 'production', SANAD_OIDC_ISSUER: url };
    execFile(
      process.execPath,
      ['bin/sanad.mjs', ...args, '--data', join(dir, 'data'), '--json'],
      { env: { ...process.env, ...production, ...env } },
      (error, _, err) => resolve(error ? String(JSON.parse(err).error.code) : undefined),
    );
  });

test('production mode takes nobody at their word, and the command line signs in', async () => {
  const token = join(dir, 'token');
  const define = ['programmes', 'define'];
  expect(await sanad([...define, '--as', 'm.alaoui'])).toBe('SIGN_IN_REQUIRED');
  expect(await sanad(define)).toBe('SIGN_IN_REQUIRED');
  expect(await sanad(['demo', '--households', '1'])).toBe('SIGN_IN_REQUIRED');

  writeFileSync(token, await sign({ sub: 'm.alaoui', role: 'intake' }));
  expect(await sanad([...define, '--token-file', token])).toBe('ROLE_NOT_ALLOWED');
  writeFileSync(
    token,
    await sign({ sub: 'm.alaoui', role: 'programme-manager', regions: ['MA-06'] }),
  );
  expect(await sanad([...define, '--token-file', token])).toBe('REGION_NOT_ALLOWED');
  writeFileSync(token, 'e30.e30.e30');
  expect(await sanad([...define, '--token-file', token])).toBe('TOKEN_INVALID');
  // Neither is a token of the folder's own issuer believed, nor made.
  const local = await localIssuer(join(dir, 'data', 'keys'));
  const manager = { subject: 'm.alaoui', role: 'programme-manager' } as const;
  writeFileSync(token, await local.issue({ ...manager, ttlSeconds: 300 }));
  expect(await sanad([...define, '--token-file', token])).toBe('TOKEN_INVALID');
  const make = ['token', '--subject', manager.subject, '--role', manager.role];
  expect(await sanad(make)).toBe('SIGN_IN_REQUIRED');

  writeFileSync(token, `${await sign({ sub: 'm.alaoui', role: 'programme-manager' })}\n`);
  expect(await sanad(define, { SANAD_TOKEN_FILE: token })).toBeUndefined();
  const log = await openSqliteLog(join(dir, 'data'));
  const { events } = await log.readAll(-1, 1_000);
  await log.close();
  const metas = events.map(({ meta }) => meta);
  expect(metas.length).toBeGreaterThan(0);
  for (const meta of metas)
    expect(meta).toMatchObject({
      actor: 'm.alaoui',
      role: 'programme-manager',
      channel: 'cli',
      authentication: 'oidc',
    });
});

test('what acts without a fact, and what shows persons, is signed in for', async () => {
  const token = join(dir, 'token');
  const policies = join(dir, 'policies.json');
  writeFileSync(policies, '{}');
  const asd = ['--programme', 'asd'];
  const acts = [
    ['payees', 'ask-block', ...asd],
    ['payees', 'unknown', '--forget'],
    ['automation', 'retry'],
    ['callbacks', 'retry'],
    ['callbacks', 'forget'],
    ['dead-letters', 'replay'],
  ];
  const shows = [
    ['payees', 'unverified', ...asd],
    ['programmes', 'would-fail', policies, ...asd],
    ['messages', 'entries'],
  ];
  for (const args of [...acts, ...shows, ['proposals', 'list']]) {
    expect([args, await sanad(args)]).toEqual([args, 'SIGN_IN_REQUIRED']);
    expect([args, await sanad([...args, '--as', 'a.b'])]).toEqual([args, 'SIGN_IN_REQUIRED']);
  }
  const withToken = { SANAD_TOKEN_FILE: token };
  writeFileSync(token, await sign({ sub: 's.tazi', role: 'intake' }));
  for (const args of [...acts, ...shows, ['proposals', 'list']])
    expect([args, await sanad(args, withToken)]).toEqual([args, 'ROLE_NOT_ALLOWED']);
  writeFileSync(token, await sign({ sub: 's.tazi', role: 'supervisor', regions: ['MA-06'] }));
  expect(await sanad(['payees', 'unverified', ...asd], withToken)).toBe('REGION_NOT_ALLOWED');
  expect(await sanad(['proposals', 'list'], withToken)).toBeUndefined();
  writeFileSync(token, await sign({ sub: 'a.root', role: 'administrator' }));
  expect(await sanad(['callbacks', 'retry'], withToken)).toBeUndefined();
});

test('what was used in production mode is not opened in development mode', async () => {
  const development = { SANAD_MODE: 'development' };
  const define = ['programmes', 'define', '--as', 'm.alaoui'];
  expect(await sanad(define, development)).toBe('DATA_FOLDER_PRODUCTION');
  expect(await sanad(define, { SANAD_MODE: '' })).toBe('DATA_FOLDER_PRODUCTION');
  expect(await sanad(['serve', '--port', '0'], development)).toBe('DATA_FOLDER_PRODUCTION');
  for (const forget of [
    ['callbacks', 'forget', '--as', 'a.b'],
    ['jobs', 'list'],
  ])
    expect(await sanad(forget, development)).toBe('DATA_FOLDER_PRODUCTION');
  expect(await sanad(['proposals', 'list'], development)).toBe('DATA_FOLDER_PRODUCTION');
  expect(await sanad(['demo', '--households', '1'], development)).toBe('DATA_FOLDER_PRODUCTION');
  expect(
    await sanad(['token', '--subject', 'm.alaoui', '--role', 'programme-manager'], development),
  ).toBe('DATA_FOLDER_PRODUCTION');
});

test('nor where the file that says so is gone: the log says it, too', async () => {
  rmSync(join(dir, 'data', 'production'));
  const development = { SANAD_MODE: 'development' };
  expect(await sanad(['programmes', 'define', '--as', 'm.alaoui'], development)).toBe(
    'DATA_FOLDER_PRODUCTION',
  );
  expect(await sanad(['serve', '--port', '0'], development)).toBe('DATA_FOLDER_PRODUCTION');
});
