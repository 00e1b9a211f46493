import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import { loadConfig } from '../../src/composition/config.js';
import { startServer } from '../../src/composition/server.js';
import type { RunningServer } from '../../src/http/listen.js';
import { eventually } from '../support/eventually.js';
import { Caller } from './http-world.js';

/** A question to each read model. */
const ASKED = [
  ['finance-officer', '/programmes'],
  ['finance-officer', '/cycles'],
  ['finance-officer', '/corrections'],
  ['finance-officer', '/proposals'],
  ['auditor', '/audit/events'],
] as const;

let dir: string;
let server: RunningServer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sanad-ready-'));
  server = await startServer(
    loadConfig({ SANAD_DATA: dir, SANAD_PORT: '0', SANAD_LOG_LEVEL: 'fatal' }),
  );
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

it('a server on a new folder is ready when each of its read models answers, and not before', async () => {
  const issuer = await localIssuer(join(dir, 'keys'));
  const callers = await Promise.all(
    ASKED.map(async ([role, path]) => ({
      path,
      caller: new Caller(server.url, await issuer.issue({ subject: `reads-${role}`, role })),
    })),
  );
  await eventually('it is ready', async () => {
    const reply = await fetch(`${server.url}/health/ready`);
    const { code } = (await reply.json()) as { readonly code?: string };
    expect([reply.status, code]).toEqual(reply.ok ? [200, undefined] : [503, 'NOT_READY']);
    return reply.ok;
  });
  const answers = await Promise.all(
    callers.map(async ({ path, caller }) => [path, (await caller.get(path)).status] as const),
  );
  expect(answers).toEqual(ASKED.map(([, path]) => [path, 200]));
});
