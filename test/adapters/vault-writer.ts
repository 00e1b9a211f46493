/**
 * Seals for ever in the folder given, or in the schema given of a database, and prints what was
 * acknowledged, a line a request; the test kills it.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openSqliteVault } from '../../src/adapters/vault/sqlite/vault.js';
import { openPostgresVault } from '../../src/adapters/vault/postgres/vault.js';

const [dir, url, schema] = process.argv.slice(2);
const vault =
  url === undefined
    ? await openSqliteVault(dir!)
    : await openPostgresVault(url, { schema: schema!, masterKey: { keysDir: join(dir!, 'keys') } });
for (;;) {
  const records = Array.from({ length: 20 }, () => {
    const personId = randomUUID();
    const record = `person/${personId}/profile`;
    return { personId, record, fields: { name: `the holder of ${record}` } };
  });
  process.stdout.write(`${JSON.stringify(await vault.seal(records))}\n`);
}
