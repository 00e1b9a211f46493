import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { livePosition } from '../../projections/engine/live-position.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import { PROJECTIONS } from '../../projections/all.js';
import { expectStatus, person, setUp } from '../../test/e2e/http-world.js';
import { startCluster } from '../../test/roles/cluster.js';
import { bodyFor } from './http-work.js';

/**
 * From an acknowledged command to the read model, at the distributed size: so many commands a
 * second over HTTP for so many seconds, each an application of a household; how long after its
 * answer the read models' committed checkpoint has its position. The log is the test server of
 * EventStoreDB's protocol, not a real one. node dist/bench/contenders/latency.js [commands a
 * second, default 200] [seconds, default 20]
 */
const rate = Number(process.argv[2] ?? 200);
const seconds = Number(process.argv[3] ?? 20);
const cluster = await startCluster('the latency of the distributed size');
if ('reason' in cluster) throw new Error(cluster.reason);
try {
  await cluster.start('relay');
  const [api] = await Promise.all([
    cluster.start('api', { SANAD_LOG_LEVEL: 'info', SANAD_THROTTLE_LIMIT: '1000000' }),
    cluster.start('projector'),
  ]);
  await setUp(cluster.across(() => [api]));
  const intake = await cluster.caller(api, 'i.berrada', 'intake');
  const bodies: string[] = [];
  for (let n = 0; n < 64; n += 1)
    bodies.push(
      bodyFor((await expectStatus(201, intake.post('/persons', person(n + 1)))).personId),
    );
  // So many connections, kept: a new one for each command would be measured too.
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const apply = (n: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const body = bodies[n % bodies.length]!;
      const call = request(
        `${api.url}/applications`,
        {
          method: 'POST',
          agent,
          headers: {
            authorization: `Bearer ${intake.token}`,
            'content-type': 'application/json',
            'idempotency-key': `latency-${n}`,
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (chunk: string) => {
              text += chunk;
            })
            .on('end', () =>
              response.statusCode === 201
                ? resolve((JSON.parse(text) as { position: number }).position)
                : reject(new Error(text)),
            );
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  const reads = await openPostgresReadStore(cluster.postgres.url);
  const waiting: { readonly position: number; readonly answeredMs: number }[] = [];
  const took: number[] = [];
  const answers: number[] = [];
  let over = false;
  const looking = (async (): Promise<void> => {
    while (!over || waiting.length > 0) {
      const position = await livePosition(reads, PROJECTIONS);
      const now = performance.now();
      for (let i = waiting.length - 1; i >= 0; i -= 1)
        if (waiting[i]!.position <= position) took.push(now - waiting.splice(i, 1)[0]!.answeredMs);
      await wait(1);
    }
  })();
  const warm = Math.ceil(rate * 2);
  const sent: Promise<void>[] = [];
  const startMs = performance.now();
  for (let n = 0; n < rate * seconds + warm; n += 1) {
    await wait(Math.max(0, startMs + (n * 1_000) / rate - performance.now()));
    sent.push(
      (async () => {
        const sentMs = performance.now();
        const position = await apply(n);
        if (n < warm) return;
        answers.push(performance.now() - sentMs);
        waiting.push({ position, answeredMs: performance.now() });
      })(),
    );
  }
  await Promise.all(sent);
  over = true;
  await looking;
  agent.destroy();
  await reads.close();
  const at = (values: number[], share: number): number =>
    Math.round(
      values.toSorted((a, b) => a - b)[
        Math.min(values.length - 1, Math.floor(values.length * share))
      ]! * 10,
    ) / 10;
  const of = (values: number[]) => ({
    medianMs: at(values, 0.5),
    p99Ms: at(values, 0.99),
    maxMs: at(values, 1),
  });
  process.stdout.write(
    `${JSON.stringify({ contender: 'latency', commandsASecond: rate, seconds, commands: took.length, answered: of(answers), visibleAfterAnswer: of(took) })}\n`,
  );
} finally {
  await cluster.end();
}
process.exit(0);
