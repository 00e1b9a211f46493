import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runDemo } from '../../src/cli/demo/demo.js';
import { renderSummary } from '../../src/cli/demo/summary.js';
import { describeFailure, EXIT, makeOutput } from '../../src/cli/output.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { startCluster } from './cluster.js';

/**
 * The main job at the distributed size: real Kafka and PostgreSQL (or those at KAFKA_BROKERS and
 * DATABASE_URL), the store of EVENTSTORE_URL or else the test server of its protocol, and a process
 * for each role. The summary is that of `npm run demo`.
 */
const { values } = parseArgs({
  options: {
    households: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
  },
});
const data = resolve(values.data ?? mkdtempSync(join(tmpdir(), 'sanad-demo-')));
mkdirSync(join(data, 'bank', 'IN'), { recursive: true });
const options = {
  data,
  households: Number(values.households),
  seed: Number(values.seed),
  json: values.json,
  quiet: values.quiet,
  rail: 'files' as const,
};
const started = performance.now();
const out = makeOutput(options, () => performance.now() - started);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stop.abort(new Error('stopped')));

out.note("0. Starting the log's server, Kafka, PostgreSQL and a process for each role");
const cluster = await startCluster('the demo', {
  dir: data,
  ...(process.env['EVENTSTORE_URL'] ? { eventStoreUrl: process.env['EVENTSTORE_URL'] } : {}),
});
if ('reason' in cluster) {
  process.stderr.write(`${cluster.reason}\n`);
  process.exit(EXIT.failed);
}
try {
  const env = { SANAD_BANK_FOLDER: join(data, 'bank') };
  await cluster.start('relay');
  // Two projectors share the feed, and go on while the read models are rebuilt beside them.
  await Promise.all([
    cluster.start('projector'),
    cluster.start('projector'),
    cluster.start('automation', env),
    cluster.start('api'),
  ]);
  Object.assign(process.env, cluster.env, { SANAD_SIZE: 'distributed' });
  const summary = await runDemo({ out, signal: stop.signal }, options);
  out.result(summary, () => renderSummary(summary, asdProgramme.currency));
  process.exitCode =
    summary.audit.violations === 0 && summary.rebuild.identical ? EXIT.ok : EXIT.findings;
} catch (error) {
  const { code, reason } = describeFailure(error);
  process.stderr.write(`demo: ${code}: ${reason}\n`);
  process.exitCode = EXIT.failed;
} finally {
  await cluster.end();
}
