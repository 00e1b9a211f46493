import { afterAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPostgresVault } from '../../src/adapters/vault/postgres/vault.js';
import type { Deps } from '../../src/write-side/context.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';
import { enrolled, released } from './month.js';
import { newWorld, type World } from './world.js';

const PERIOD = '2025-12';
const HOUSEHOLDS = 60;
const postgres = await startPostgres('a month with the vault');
const worlds: World[] = [];
afterAll(async () => {
  for (const world of worlds) await world.end();
  if (postgres.running) await postgres.stop();
});
const world = async (): Promise<World> => {
  worlds.push(await newWorld());
  return worlds.at(-1)!;
};

/** What a month comes to, and what was sent to the bank. */
async function month({ dir }: World, deps: Deps) {
  const imported = await enrolled(deps, HOUSEHOLDS);
  const { count, totalMinor } = await released(deps, PERIOD);
  const files = (await readdir(join(dir, 'files'))).filter((name) => name.endsWith('.xml')).sort();
  const sent = (
    await Promise.all(files.map((name) => readFile(join(dir, 'files', name), 'utf8')))
  ).join('');
  return {
    imported,
    count,
    totalMinor,
    files,
    names: [...sent.matchAll(/<Cdtr>\s*<Nm>([^<]+)/g)].map(([, name]) => name).sort(),
  };
}

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

if (postgres.running)
  describe('a month with the vault in PostgreSQL', () => {
    it('comes to the same as with the vault in a file, and pays people by name', async () => {
      const here = await world();
      const embedded = await month(here, here.engine);
      const there = await world();
      const vault = await openPostgresVault(postgres.url, {
        schema: await postgres.newSchema(),
        masterKey: { keysDir: join(there.dir, 'elsewhere') },
      });
      const distributed = await month(there, { ...there.engine, vault });
      await vault.close();
      expect(distributed).toEqual(embedded);
      expect(distributed.count).toBeGreaterThan(0);
      expect(distributed.names).toHaveLength(distributed.count);
    });
  });
