/** Claims a job of the schema given, prints its id, and works on it for ever; the test kills it. */
import { openPostgresJobQueue } from '../../src/adapters/job-queue/postgres/job-queue.js';

const [url, schema, leaseMs] = process.argv.slice(2);
const queue = await openPostgresJobQueue(url!, {
  schema: schema!,
  leaseMs: Number(leaseMs),
  renewEveryMs: 20,
});
const job = await queue.claim('to be killed', new AbortController().signal);
process.stdout.write(`${job?.jobId}\n`);
setInterval(() => job?.tell({ what: 'still at it', done: 0 }), 100);
