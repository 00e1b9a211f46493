import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import { openEngine } from '../../src/cli/compose.js';
import { loadConfig } from '../../src/composition/config.js';
import type { Role } from '../../src/kernel/decider.js';
import { startServer } from '../../src/composition/server.js';
import { countFromArgs } from './bare-log.js';
import { enrolHouseholds, openProgramme } from './enrolments.js';
import { bodyFor } from './http-work.js';

/**
 * How long single commands take while the same server prepares a cycle of so many payments in the
 * background, its read models catching up besides: `busy [payments]`. Twenty applications a second
 * come in; the limit of their 99th percentile is 100 ms. Beside it, the same load on the same
 * server afterwards, when nothing else is to do.
 */
const count = countFromArgs(1_000_000);
const EVERY_MS = 50;
const CYCLE = 'asd-2026-01';

const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-busy-'));
const engine = await openEngine(dir);
await openProgramme(engine);
await enrolHouseholds(engine, count);
await engine.close();
const server = await startServer(
  loadConfig({
    SANAD_DATA: dir,
    SANAD_PORT: '0',
    SANAD_LOG_LEVEL: 'warn',
    SANAD_THROTTLE_LIMIT: '1000000000',
  }),
);
const issuer = await localIssuer(join(dir, 'keys'));

async function call<T>(
  role: Role,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<T> {
  const token = await issuer.issue({ subject: `bench-${role}`, role });
  const response = await fetch(server.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(method === 'POST'
        ? { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
        : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as T;
}

interface Latencies {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Sends commands until the work is done. */
async function during(bodies: readonly string[], work: () => Promise<void>): Promise<Latencies> {
  const token = await issuer.issue({ subject: 'bench-load', role: 'intake', ttlSeconds: 86_400 });
  const load = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./paced-load.js', import.meta.url)),
      JSON.stringify({
        port: Number(new URL(server.url).port),
        path: '/applications',
        token,
        everyMs: EVERY_MS,
        bodies,
      }),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let text = '';
  load.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => {
    load.once('exit', resolve);
  });
  await work();
  load.stdin.end();
  if ((await ended) !== 0) throw new Error('the load failed');
  return JSON.parse(text) as Latencies;
}

const bodies: string[] = [];
for (let i = 0; i < 64; i += 1) {
  const { personId } = await call<{ personId: string }>('intake', 'POST', '/persons', {
    nationalId: `BUSY${1_000 + i}`,
    name: `Payee ${i}`,
    region: 'MA-06',
    account: { kind: 'cash', number: `BUSY${1_000 + i}` },
  });
  bodies.push(bodyFor(personId));
}
await call('finance-officer', 'POST', '/cycles', { programmeId: 'asd', period: '2026-01' });
interface Job {
  readonly state: string;
  readonly result?: { readonly count?: number };
}
const started = performance.now();
const busy = await during(bodies, async () => {
  const { jobId } = await call<{ jobId: string }>(
    'finance-officer',
    'POST',
    `/cycles/${CYCLE}/prepare`,
    {},
  );
  const job = (): Promise<Job> => call('finance-officer', 'GET', `/jobs/${jobId}`);
  let now = await job();
  for (; now.state === 'running'; now = await job()) await wait(250);
  if (now.state !== 'done' || now.result?.count !== count)
    throw new Error(`the preparation ended as ${JSON.stringify(now)}`);
});
const seconds = (performance.now() - started) / 1_000;
const quiet = await during(bodies, () => wait(5_000));
await server.close();
rmSync(dir, { recursive: true, force: true });
process.stdout.write(
  `${JSON.stringify({ contender: 'sanad', payments: count, seconds: Math.round(seconds), busy, quiet, limitMs: 100, reached: busy.p99Ms < 100 })}\n`,
);
