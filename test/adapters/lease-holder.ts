/**
 * Takes the lease of the automations in the schema given, saves position 5, says so, and holds it
 * for ever; the test kills it.
 */
import { postgresLease } from '../../src/adapters/lease/postgres.js';

const [url, schema] = process.argv.slice(2);
const hold = await postgresLease(url!, 'automation', { schema: schema! }).hold(
  new AbortController().signal,
);
await hold?.save(5);
process.stdout.write('held\n');
setInterval(() => undefined, 1_000);
