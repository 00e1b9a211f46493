import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Run } from './contender.js';

/**
 * Runs one contender in this process, on a folder of its own: `run-one <contender> <writers>
 * <events>`. Prints its result as JSON.
 */
const [name = '', writers = '1', events = '1000'] = process.argv.slice(2);
const { run } = (await import(`./${name}.js`)) as { readonly run: Run };
const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-bench-'));
try {
  process.stdout.write(
    `${JSON.stringify({ contender: name, writers: Number(writers), ...(await run(dir, { writers: Number(writers), events: Number(events) })) })}\n`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
