import type { ChildProcess } from 'node:child_process';
import { parseArgs } from 'node:util';
import { bytesAnEvent, heapOfRoles } from '../test/roles/heap.js';
import { startKafka } from '../test/support/kafka.js';
import { killed } from '../test/support/killed.js';
import { startPostgres } from '../test/support/postgres.js';

/** Whether the heap of each role stays flat, over many more events than a test takes. */
const { values } = parseArgs({ options: { events: { type: 'string', default: '1000000' } } });
const events = Number(values.events);
const kafka = await startKafka('the heap of each role');
const postgres = await startPostgres('the heap of each role');
const children = new Set<ChildProcess>();
try {
  if (!kafka.running) throw new Error(kafka.reason);
  if (!postgres.running) throw new Error(postgres.reason);
  const servers = { databaseUrl: postgres.url, broker: kafka.brokers[0]! };
  for (const [role, samples] of Object.entries(await heapOfRoles(events, servers, children))) {
    const bytes = Number(bytesAnEvent(samples, events).toFixed(1));
    const megabytes = samples.map((each) => Number((each / 1e6).toFixed(1)));
    process.stdout.write(`${JSON.stringify({ role, events, bytesAnEvent: bytes, megabytes })}\n`);
  }
} finally {
  await killed(children);
  for (const server of [kafka, postgres]) if (server.running) await server.stop();
}
