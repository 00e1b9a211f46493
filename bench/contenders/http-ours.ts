import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import { loadConfig } from '../../src/composition/config.js';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import type { Role } from '../../src/kernel/decider.js';
import { startServer } from '../../src/composition/server.js';
import { bodyFor, CLIENTS, measure } from './http-work.js';

/**
 * Ours: an application submitted over HTTP, with token, idempotency key, facts checked against the
 * policy, and durable before it is answered. The whole server as it ships: read models and
 * automations run beside; only the request log is off, as the floor has none.
 */
const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-http-bench-'));
const server = await startServer(
  loadConfig({
    SANAD_DATA: dir,
    SANAD_PORT: '0',
    SANAD_LOG_LEVEL: 'warn',
    SANAD_THROTTLE_LIMIT: '1000000000',
  }),
);
const issuer = await localIssuer(join(dir, 'keys'));

async function post(
  role: Role,
  path: string,
  body: unknown,
  key: string,
): Promise<{ personId: string; position: number }> {
  const token = await issuer.issue({ subject: `bench-${role}`, role });
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as { personId: string; position: number };
}

await post('programme-manager', '/programmes', asdProgramme, 'define');
for (const policy of asdPolicies)
  await post('programme-manager', '/programmes/asd/policies', policy, `policy-${policy.version}`);
await post('programme-manager', '/programmes/asd/opening', {}, 'open');
const bodies: string[] = [];
for (let i = 0; i < CLIENTS; i += 1) {
  const { personId } = await post(
    'intake',
    '/persons',
    {
      nationalId: `BENCH${1_000 + i}`,
      name: `Payee ${i}`,
      region: 'MA-06',
      account: { kind: 'cash', number: `BENCH${1_000 + i}` },
    },
    `person-${i}`,
  );
  bodies.push(bodyFor(personId));
}
const measured = await measure(
  Number(new URL(server.url).port),
  bodies,
  await issuer.issue({ subject: 'bench-load', role: 'intake' }),
);
await server.close();
rmSync(dir, { recursive: true, force: true });
process.stdout.write(
  `${JSON.stringify({ contender: 'sanad', clients: CLIENTS, ...measured, perSecond: Math.round(measured.requests / measured.seconds), durable: 'SQLite, WAL, synchronous=FULL' })}\n`,
);
