import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { openSqliteVault, type SqliteVault } from '../../src/adapters/vault/sqlite/vault.js';
import type { PersonalRecord } from '../../src/adapters/vault/port.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const vaults: SqliteVault[] = [];
const newDir = (): string => temporaryFolder('vault');
async function open(dir: string): Promise<SqliteVault> {
  const vault = await openSqliteVault(dir);
  vaults.push(vault);
  return vault;
}
afterEach(async () => {
  for (const vault of vaults.splice(0)) await vault.close();
});

const profile = (personId: string): PersonalRecord => ({
  personId,
  record: `person/${personId}/profile`,
  fields: { name: 'Zineb Aït Lahcen', nationalId: 'QX778899' },
});
const bytesOf = (dir: string): Buffer =>
  Buffer.concat(
    readdirSync(dir)
      .filter((f) => f.startsWith('vault.db'))
      .map((f) => readFileSync(join(dir, f))),
  );
/** Changes the closed file as somebody with an editor would. */
function tamper(dir: string, sql: string): void {
  const db = new Database(join(dir, 'vault.db'));
  db.exec(sql);
  db.close();
}

/** What the vault in a file does beside what every vault does (vault.spec.ts). */
describe("the vault's file", () => {
  it('is for its owner only, and alone in its folder when the keys are elsewhere', async () => {
    const dir = newDir();
    const vault = await openSqliteVault(dir, { keysDir: join(newDir(), 'keys') });
    expect(statSync(join(dir, 'vault.db')).mode & 0o077).toBe(0);
    await vault.close();
    expect(readdirSync(dir)).toEqual(['vault.db']);
  });

  it('holds no byte of an erased key, after thousands of insertions in any order', async () => {
    const dir = newDir();
    const people = Array.from({ length: 3_000 }, () => profile(randomUUID()));
    const vault = await open(dir);
    for (let at = 0; at < people.length; at += 250) await vault.seal(people.slice(at, at + 250));
    await vault.close();
    const db = new Database(join(dir, 'vault.db'), { readonly: true });
    const wrapped = new Map(
      db
        .prepare<[], { id: string; wrapped: Buffer }>('SELECT id, wrapped FROM person')
        .all()
        .map((r) => [r.id, r.wrapped]),
    );
    db.close();
    const again = await open(dir);
    const erased = people.filter((_, i) => i % 7 === 0).map((p) => p.personId);
    await again.erase(erased);
    const bytes = bytesOf(dir);
    expect(statSync(join(dir, 'vault.db-wal')).size).toBe(0);
    expect(erased.filter((id) => bytes.includes(wrapped.get(id)!.subarray(0, 16)))).toEqual([]);
    expect(bytes.includes(wrapped.get(people[1]!.personId)!)).toBe(true);
  });

  it('is refused when it is of another program, or no database', async () => {
    const other = newDir();
    const none = newDir();
    await (await open(other)).close();
    tamper(other, 'PRAGMA application_id = 7');
    await expect(open(other)).rejects.toMatchObject({ name: 'VaultError', code: 'VAULT_CORRUPT' });
    writeFileSync(join(none, 'vault.db'), 'x'.repeat(8_192));
    await expect(open(none)).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
  });

  it('is opened once at a time', async () => {
    const dir = newDir();
    await open(dir);
    await expect(open(dir)).rejects.toMatchObject({ code: 'VAULT_FAILED' });
  });

  it('serves another thread over a port', async () => {
    const vault = await open(newDir());
    const worker = new Worker(new URL('./vault-client.worker.js', import.meta.url));
    const port = vault.port();
    const personId = randomUUID();
    worker.postMessage({ port, record: profile(personId) }, [port]);
    const [answer] = (await once(worker, 'message')) as [
      { sealed: { record: string; sha256: string }; opened: object; hashed: string },
    ];
    await worker.terminate();
    expect(answer.opened).toEqual(profile(personId).fields);
    expect(answer.hashed).toBe(vault.keyedHash('identity', 'x'));
    expect(await vault.open([answer.sealed])).toEqual([profile(personId).fields]);
  });
});
