import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { hash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { openEmbeddedVault, type EmbeddedVault } from '../../src/adapters/vault/embedded.js';
import type { PersonalRecord } from '../../src/adapters/vault/port.js';

const dirs: string[] = [];
const vaults: EmbeddedVault[] = [];
function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sanad-vault-'));
  dirs.push(dir);
  return dir;
}
async function open(dir: string, keysDir?: string): Promise<EmbeddedVault> {
  const vault = await openEmbeddedVault(dir, keysDir === undefined ? {} : { keysDir });
  vaults.push(vault);
  return vault;
}
afterEach(async () => {
  for (const vault of vaults.splice(0)) await vault.close();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const profile = (personId: string, name = 'Zineb Aït Lahcen'): PersonalRecord => ({ personId, record: `person/${personId}/profile`, fields: { name, nationalId: 'QX778899' } });
const bytesOf = (dir: string): Buffer => Buffer.concat(readdirSync(dir).filter((f) => f.startsWith('vault.db')).map((f) => readFileSync(join(dir, f))));
/** Changes the closed file as somebody with an editor would. */
function tamper(dir: string, sql: string): void {
  const db = new Database(join(dir, 'vault.db'));
  db.exec(sql);
  db.close();
}

describe('sealing and opening', () => {
  it('opens what was sealed, in the order asked, also after a restart', async () => {
    const dir = newDir();
    const people = Array.from({ length: 1_200 }, (_, i) => profile(randomUUID(), `اسم ${i}`));
    const first = await open(dir);
    const sealed = await first.seal(people);
    await first.close();
    const again = await open(dir);
    const backwards = [...sealed].reverse();
    expect(await again.open(backwards)).toEqual([...people].reverse().map((p) => p.fields));
  });

  it('answers undefined for a record that nobody sealed, and nothing for nothing', async () => {
    const vault = await open(newDir());
    expect(await vault.open([{ record: 'person/x/profile', sha256: '0'.repeat(64) }])).toEqual([undefined]);
    expect(await vault.open([])).toEqual([]);
    expect(await vault.seal([])).toEqual([]);
  });

  it('binds the same hash when the same content is sealed again, whatever the order of its fields', async () => {
    const vault = await open(newDir());
    const id = randomUUID();
    const [one] = await vault.seal([{ personId: id, record: 'r', fields: { a: '1', b: '2' } }]);
    const both = await vault.seal([{ personId: id, record: 'r', fields: { b: '2', a: '1' } }, { personId: id, record: 'r', fields: { a: '1', b: '2' } }]);
    expect(both).toEqual([one, one]);
  });

  it('hashes the stored ciphertext', async () => {
    const dir = newDir();
    const vault = await open(dir);
    const [sealed] = await vault.seal([profile(randomUUID())]);
    await vault.close();
    const db = new Database(join(dir, 'vault.db'));
    const body = db.prepare<[], Buffer>('SELECT body FROM record').pluck().get()!;
    db.close();
    expect(sealed!.sha256).toBe(hash('sha256', body, 'hex'));
  });

  it('refuses other content, or another person, under a name that is taken, and writes nothing of that request', async () => {
    const vault = await open(newDir());
    const person = randomUUID();
    const [kept] = await vault.seal([profile(person)]);
    const other = profile(randomUUID());
    const differing = vault.seal([other, { ...profile(person), fields: { name: 'Another' } }]);
    const beside = vault.seal([profile(person)]);
    await expect(differing).rejects.toMatchObject({ name: 'VaultError', code: 'RECORD_DIFFERS' });
    expect(await beside).toEqual([kept]);
    await expect(vault.seal([{ ...profile(randomUUID()), record: profile(person).record }])).rejects.toMatchObject({ code: 'RECORD_DIFFERS' });
    await expect(vault.seal([{ personId: person, record: 'n', fields: { a: '1' } }, { personId: person, record: 'n', fields: { a: '2' } }])).rejects.toMatchObject({ code: 'RECORD_DIFFERS' });
    // The record that came with the refused one was not kept: its own hash is made now, and opens.
    const [later] = await vault.seal([{ ...other, fields: { name: 'Not the same as before' } }]);
    expect(await vault.open([later!])).toEqual([{ name: 'Not the same as before' }]);
  });

  it('takes many requests at once', async () => {
    const vault = await open(newDir());
    const people = Array.from({ length: 300 }, () => profile(randomUUID()));
    const sealed = await Promise.all(people.map(async (p) => (await vault.seal([p]))[0]!));
    expect(await vault.open(sealed)).toEqual(people.map((p) => p.fields));
  });
});

describe('secrecy', () => {
  it('keeps neither plain fields nor the master key in its files', async () => {
    const dir = newDir();
    const vault = await open(dir);
    await vault.seal([profile(randomUUID(), 'Unmistakable Name')]);
    const bytes = bytesOf(dir);
    await vault.close();
    const master = readFileSync(join(dir, 'keys', 'master.key'), 'utf8').trim();
    for (const haystack of [bytes, bytesOf(dir)]) {
      for (const needle of ['Unmistakable', 'QX778899', 'nationalId', master]) expect(haystack.includes(needle)).toBe(false);
      expect(haystack.includes(Buffer.from(master, 'hex'))).toBe(false);
    }
    expect(statSync(join(dir, 'keys', 'master.key')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'vault.db')).mode & 0o077).toBe(0);
  });

  it('keeps the master key where it is told to', async () => {
    const [dir, keysDir] = [newDir(), join(newDir(), 'elsewhere')];
    await (await open(dir, keysDir)).close();
    expect(readdirSync(dir)).toEqual(['vault.db']);
    expect(readdirSync(keysDir)).toEqual(['master.key']);
  });

  it('hashes under its own key, apart for each purpose and the same for ever', async () => {
    const [dir, other] = [newDir(), newDir()];
    const vault = await open(dir);
    const hashed = vault.keyedHash('identity', 'QX778899');
    expect(hashed).toMatch(/^[0-9a-f]{64}$/);
    expect(vault.keyedHash('account', 'QX778899')).not.toBe(hashed);
    expect((await open(other)).keyedHash('identity', 'QX778899')).not.toBe(hashed);
    await vault.close();
    expect((await open(dir)).keyedHash('identity', 'QX778899')).toBe(hashed);
  });
});

describe('erasing', () => {
  it('makes every record of a person undefined for good and leaves the ciphertext, whose hash still holds', async () => {
    const dir = newDir();
    const vault = await open(dir);
    const [gone, stays] = [profile(randomUUID()), profile(randomUUID())];
    const sealed = await vault.seal([gone, stays]);
    await vault.erase([gone.personId]);
    await vault.erase([gone.personId, randomUUID()]);
    expect(await vault.open(sealed)).toEqual([undefined, stays.fields]);
    await expect(vault.seal([gone])).rejects.toMatchObject({ code: 'PERSON_ERASED' });
    await vault.close();
    const again = await open(dir);
    expect(await again.open(sealed)).toEqual([undefined, stays.fields]);
    await expect(again.open([{ ...sealed[0]!, sha256: 'f'.repeat(64) }])).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
  });

  it('leaves no byte of an erased key on the disk, after thousands of insertions in any order', async () => {
    const dir = newDir();
    const people = Array.from({ length: 3_000 }, () => profile(randomUUID()));
    const vault = await open(dir);
    for (let at = 0; at < people.length; at += 250) await vault.seal(people.slice(at, at + 250));
    await vault.close();
    const db = new Database(join(dir, 'vault.db'), { readonly: true });
    const wrapped = new Map(db.prepare<[], { id: string; wrapped: Buffer }>('SELECT id, wrapped FROM person').all().map((r) => [r.id, r.wrapped]));
    db.close();
    const again = await open(dir);
    const erased = people.filter((_, i) => i % 7 === 0).map((p) => p.personId);
    await again.erase(erased);
    const bytes = bytesOf(dir);
    expect(statSync(join(dir, 'vault.db-wal')).size).toBe(0);
    expect(erased.filter((id) => bytes.includes(wrapped.get(id)!.subarray(0, 16)))).toEqual([]);
    expect(bytes.includes(wrapped.get(people[1]!.personId)!)).toBe(true);
  });
});

describe('a file that somebody changed', () => {
  it.each([
    ['a ciphertext', "UPDATE record SET body = zeroblob(length(body))"],
    ['a wrapped key', 'UPDATE person SET wrapped = zeroblob(60)'],
  ])('refuses %s', async (_, sql) => {
    const dir = newDir();
    const vault = await open(dir);
    const sealed = await vault.seal([profile(randomUUID())]);
    await vault.close();
    tamper(dir, sql);
    await expect((await open(dir)).open(sealed)).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
  });

  it('refuses a ciphertext moved under another name of the same person', async () => {
    const dir = newDir();
    const vault = await open(dir);
    const personId = randomUUID();
    const [one, two] = await vault.seal([{ personId, record: 'a', fields: { x: '1' } }, { personId, record: 'b', fields: { x: '2' } }]);
    await vault.close();
    tamper(dir, "UPDATE entry SET no = (SELECT no FROM entry WHERE name = 'a') WHERE name = 'b'");
    const again = await open(dir);
    await expect(again.open([two!])).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
    await expect(again.open([{ record: 'b', sha256: one!.sha256 }])).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
  });

  it.each([
    ['a newer format', 'PRAGMA user_version = 99', 'VAULT_NEWER_VERSION'],
    ['a file of another program', 'PRAGMA application_id = 7', 'VAULT_CORRUPT'],
  ])('refuses %s', async (_, sql, code) => {
    const dir = newDir();
    await (await open(dir)).close();
    tamper(dir, sql);
    await expect(open(dir)).rejects.toMatchObject({ name: 'VaultError', code });
  });

  it('refuses bytes that are no database', async () => {
    const dir = newDir();
    writeFileSync(join(dir, 'vault.db'), 'x'.repeat(8_192));
    await expect(open(dir)).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
  });
});

describe('the master key', () => {
  it('is missed when it is gone and is not replaced', async () => {
    const dir = newDir();
    await (await open(dir)).close();
    renameSync(join(dir, 'keys', 'master.key'), join(dir, 'keys', 'away'));
    await expect(open(dir)).rejects.toMatchObject({ code: 'MASTER_KEY_MISSING' });
    expect(readdirSync(join(dir, 'keys'))).toEqual(['away']);
    renameSync(join(dir, 'keys', 'away'), join(dir, 'keys', 'master.key'));
    await open(dir);
  });

  it.each([['another key', `${'ab'.repeat(32)}\n`], ['something else', 'not a key']])('is refused when it is %s', async (_, text) => {
    const dir = newDir();
    await (await open(dir)).close();
    writeFileSync(join(dir, 'keys', 'master.key'), text);
    await expect(open(dir)).rejects.toMatchObject({ code: 'MASTER_KEY_WRONG' });
  });
});

describe('threads and processes', () => {
  it('serves another thread over a port', async () => {
    const vault = await open(newDir());
    const worker = new Worker(new URL('./vault-client.worker.js', import.meta.url));
    const port = vault.port();
    const personId = randomUUID();
    worker.postMessage({ port, record: profile(personId) }, [port]);
    const [answer] = await once(worker, 'message') as [{ sealed: { record: string; sha256: string }; opened: object; hashed: string }];
    await worker.terminate();
    expect(answer.opened).toEqual(profile(personId).fields);
    expect(answer.hashed).toBe(vault.keyedHash('identity', 'x'));
    expect(await vault.open([answer.sealed])).toEqual([profile(personId).fields]);
  });

  it('refuses a second opening and rejects calls after closing', async () => {
    const dir = newDir();
    const vault = await open(dir);
    await expect(open(dir)).rejects.toMatchObject({ code: 'VAULT_FAILED' });
    const last = vault.seal([profile(randomUUID())]);
    await vault.close();
    await expect(last).resolves.toHaveLength(1);
    await expect(vault.seal([profile(randomUUID())])).rejects.toMatchObject({ code: 'VAULT_FAILED' });
  });

  it('has everything it acknowledged after kill -9', async () => {
    const dir = newDir();
    const child = spawn(process.execPath, [new URL('./vault-writer.js', import.meta.url).pathname, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acknowledged: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      acknowledged.push(line);
      if (acknowledged.length === 25) child.kill('SIGKILL');
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(25);
    const vault = await open(dir);
    const sealed = acknowledged.flatMap((line) => JSON.parse(line) as { record: string; sha256: string }[]);
    const opened = await vault.open(sealed);
    expect(opened).toEqual(sealed.map(({ record }) => ({ name: `the holder of ${record}` })));
  });
});
