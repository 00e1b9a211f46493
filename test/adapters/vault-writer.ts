/** Seals for ever in the folder given and prints what was acknowledged, a line a request; the test kills it. */
import { randomUUID } from 'node:crypto';
import { openEmbeddedVault } from '../../src/adapters/vault/embedded.js';

const vault = await openEmbeddedVault(process.argv[2]!);
for (;;) {
  const records = Array.from({ length: 20 }, () => {
    const personId = randomUUID();
    const record = `person/${personId}/profile`;
    return { personId, record, fields: { name: `the holder of ${record}` } };
  });
  process.stdout.write(`${JSON.stringify(await vault.seal(records))}\n`);
}
