// Writes the API's description as a server serves it: `node scripts/write-openapi.mjs
// openapi.json`. Needs a build.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [target] = process.argv.slice(2);
if (!target) throw new Error('say which file to write');
const { startServer } = await import('../dist/src/composition/server.js');
const { loadConfig } = await import('../dist/src/composition/config.js');
const data = mkdtempSync(join(tmpdir(), 'sanad-openapi-'));
const server = await startServer(
  loadConfig({ SANAD_DATA: data, SANAD_PORT: '0', SANAD_LOG_LEVEL: 'fatal' }),
);
try {
  const response = await fetch(`${server.url}/openapi.json`);
  writeFileSync(target, await response.text());
} finally {
  await server.close();
  rmSync(data, { recursive: true, force: true });
}
