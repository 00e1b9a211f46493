import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { hash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PersonalRecord } from '../../src/adapters/vault/port.js';
import { startPostgres } from '../support/postgres.js';
import { vaultEngines } from './vaults.js';

const postgres = await startPostgres('the vault');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

const profile = (personId: string, name = 'Zineb Aït Lahcen'): PersonalRecord => ({
  personId,
  record: `person/${personId}/profile`,
  fields: { name, nationalId: 'QX778899' },
});

/**
 * What every vault keeps to. What only the file does is in vault-file.int.spec.ts, what only the
 * tables do in vault-postgres.int.spec.ts.
 */
describe.each(vaultEngines(postgres))('the vault in $name', ({ place: newPlace, cleanUp }) => {
  afterEach(cleanUp);

  describe('sealing and opening', () => {
    it('opens what was sealed, in the order asked, also after a restart', async () => {
      const place = await newPlace();
      const people = Array.from({ length: 1_200 }, (_, i) => profile(randomUUID(), `اسم ${i}`));
      const first = await place.open();
      const sealed = await first.seal(people);
      await first.close();
      const again = await place.open();
      const backwards = [...sealed].reverse();
      expect(await again.open(backwards)).toEqual([...people].reverse().map((p) => p.fields));
    });

    it('answers undefined for a record that nobody sealed, and nothing for nothing', async () => {
      const vault = await (await newPlace()).open();
      expect(await vault.open([{ record: 'person/x/profile', sha256: '0'.repeat(64) }])).toEqual([
        undefined,
      ]);
      expect(await vault.open([])).toEqual([]);
      expect(await vault.seal([])).toEqual([]);
    });

    it('binds the same hash when the same content is sealed again, whatever the order of its fields', async () => {
      const vault = await (await newPlace()).open();
      const id = randomUUID();
      const [one] = await vault.seal([{ personId: id, record: 'r', fields: { a: '1', b: '2' } }]);
      const both = await vault.seal([
        { personId: id, record: 'r', fields: { b: '2', a: '1' } },
        { personId: id, record: 'r', fields: { a: '1', b: '2' } },
      ]);
      expect(both).toEqual([one, one]);
    });

    it('hashes the stored ciphertext', async () => {
      const place = await newPlace();
      const vault = await place.open();
      const [sealed] = await vault.seal([profile(randomUUID())]);
      await vault.close();
      expect((await place.bodies()).map((body) => hash('sha256', body, 'hex'))).toEqual([
        sealed!.sha256,
      ]);
    });

    it('refuses other content, or another person, under a name that is taken, and writes nothing of that request', async () => {
      const vault = await (await newPlace()).open();
      const person = randomUUID();
      const [kept] = await vault.seal([profile(person)]);
      const other = profile(randomUUID());
      const differing = vault.seal([other, { ...profile(person), fields: { name: 'Another' } }]);
      const beside = vault.seal([profile(person)]);
      await expect(differing).rejects.toMatchObject({ name: 'VaultError', code: 'RECORD_DIFFERS' });
      expect(await beside).toEqual([kept]);
      await expect(
        vault.seal([{ ...profile(randomUUID()), record: profile(person).record }]),
      ).rejects.toMatchObject({ code: 'RECORD_DIFFERS' });
      await expect(
        vault.seal([
          { personId: person, record: 'n', fields: { a: '1' } },
          { personId: person, record: 'n', fields: { a: '2' } },
        ]),
      ).rejects.toMatchObject({ code: 'RECORD_DIFFERS' });
      // The record that came with the refused one was not kept: its own hash is made now, and
      // opens.
      const [later] = await vault.seal([{ ...other, fields: { name: 'Not the same as before' } }]);
      expect(await vault.open([later!])).toEqual([{ name: 'Not the same as before' }]);
    });

    it('lists who has a key, and forgets people so that the same can be sealed anew', async () => {
      const place = await newPlace();
      const vault = await place.open();
      const people = Array.from({ length: 7 }, () => profile(randomUUID()));
      const sealed = await vault.seal(people);
      await vault.erase([people[0]!.personId]);
      await vault.forget([people[1]!.personId, randomUUID()]);
      const listed: string[] = [];
      let page = await vault.persons(undefined, 2);
      while (page.length > 0) {
        listed.push(...page);
        page = await vault.persons(page.at(-1), 2);
      }
      expect(listed.toSorted()).toEqual(
        people
          .slice(2)
          .map(({ personId }) => personId)
          .toSorted(),
      );
      expect((await vault.open(sealed)).map((fields) => fields !== undefined)).toEqual(
        people.map((_, i) => i > 1),
      );
      const [again] = await vault.seal([people[1]!]);
      expect(again!.sha256).not.toBe(sealed[1]!.sha256);
      expect(await vault.open([again!])).toEqual([people[1]!.fields]);
    });

    it('takes many requests at once', async () => {
      const vault = await (await newPlace()).open();
      const people = Array.from({ length: 300 }, () => profile(randomUUID()));
      const sealed = await Promise.all(people.map(async (p) => (await vault.seal([p]))[0]!));
      expect(await vault.open(sealed)).toEqual(people.map((p) => p.fields));
    });
  });

  describe('secrecy', () => {
    it('stores neither plain fields nor the master key', async () => {
      const place = await newPlace();
      const vault = await place.open();
      await vault.seal([profile(randomUUID(), 'Unmistakable Name')]);
      const bytes = await place.bytes();
      await vault.close();
      const master = readFileSync(join(place.dir, 'keys', 'master.key'), 'utf8').trim();
      for (const haystack of [bytes, await place.bytes()]) {
        expect(haystack.length).toBeGreaterThan(100);
        for (const needle of ['Unmistakable', 'QX778899', 'nationalId', master])
          expect(haystack.includes(needle)).toBe(false);
        expect(haystack.includes(Buffer.from(master, 'hex'))).toBe(false);
      }
      expect(statSync(join(place.dir, 'keys', 'master.key')).mode & 0o777).toBe(0o600);
    });

    it('keeps the master key where it is told to', async () => {
      const place = await newPlace();
      const keysDir = join(place.dir, 'else', 'where');
      await (await place.open(keysDir)).close();
      expect(readdirSync(place.dir)).not.toContain('keys');
      expect(readdirSync(keysDir)).toEqual(['master.key']);
    });

    it('hashes under its own key, apart for each purpose and the same for ever', async () => {
      const place = await newPlace();
      const other = await newPlace();
      const vault = await place.open();
      const hashed = vault.keyedHash('identity', 'QX778899');
      expect(hashed).toMatch(/^[0-9a-f]{64}$/);
      expect(vault.keyedHash('account', 'QX778899')).not.toBe(hashed);
      const ofRequest = vault.keyedHash('request', 'QX778899');
      expect([hashed, vault.keyedHash('account', 'QX778899')]).not.toContain(ofRequest);
      expect((await other.open()).keyedHash('identity', 'QX778899')).not.toBe(hashed);
      await vault.close();
      const again = await place.open();
      expect(again.keyedHash('identity', 'QX778899')).toBe(hashed);
      expect(again.keyedHash('request', 'QX778899')).toBe(ofRequest);
    });
  });

  it('makes every record of an erased person undefined for good and leaves the ciphertext, whose hash still holds', async () => {
    const place = await newPlace();
    const vault = await place.open();
    const gone = profile(randomUUID());
    const stays = profile(randomUUID());
    const sealed = await vault.seal([gone, stays]);
    await vault.erase([gone.personId]);
    await vault.erase([gone.personId, randomUUID()]);
    expect(await vault.open(sealed)).toEqual([undefined, stays.fields]);
    await expect(vault.seal([gone])).rejects.toMatchObject({ code: 'PERSON_ERASED' });
    await vault.close();
    const again = await place.open();
    expect(await again.open(sealed)).toEqual([undefined, stays.fields]);
    await expect(again.open([{ ...sealed[0]!, sha256: 'f'.repeat(64) }])).rejects.toMatchObject({
      code: 'VAULT_CORRUPT',
    });
  });

  describe('after somebody changed it', () => {
    it.each(['a ciphertext', 'a wrapped key'] as const)('refuses %s', async (what) => {
      const place = await newPlace();
      const vault = await place.open();
      const sealed = await vault.seal([profile(randomUUID())]);
      await vault.close();
      await place.tamper(what);
      await expect((await place.open()).open(sealed)).rejects.toMatchObject({
        code: 'VAULT_CORRUPT',
      });
    });

    it('refuses a ciphertext moved under another name of the same person', async () => {
      const place = await newPlace();
      const vault = await place.open();
      const personId = randomUUID();
      const [one, two] = await vault.seal([
        { personId, record: 'a', fields: { x: '1' } },
        { personId, record: 'b', fields: { x: '2' } },
      ]);
      await vault.close();
      await place.tamper('a name');
      const again = await place.open();
      await expect(again.open([two!])).rejects.toMatchObject({ code: 'VAULT_CORRUPT' });
      await expect(again.open([{ record: 'b', sha256: one!.sha256 }])).rejects.toMatchObject({
        code: 'VAULT_CORRUPT',
      });
    });

    it('refuses a newer format', async () => {
      const place = await newPlace();
      await (await place.open()).close();
      await place.tamper('the format');
      await expect(place.open()).rejects.toMatchObject({
        name: 'VaultError',
        code: 'VAULT_NEWER_VERSION',
      });
    });
  });

  describe('the master key', () => {
    it('is missed when it is gone and is not replaced', async () => {
      const place = await newPlace();
      const key = join(place.dir, 'keys', 'master.key');
      const away = join(place.dir, 'keys', 'away');
      await (await place.open()).close();
      renameSync(key, away);
      await expect(place.open()).rejects.toMatchObject({ code: 'MASTER_KEY_MISSING' });
      expect(readdirSync(join(place.dir, 'keys'))).toEqual(['away']);
      renameSync(away, key);
      await place.open();
    });

    it.each([
      ['another key', `${'ab'.repeat(32)}\n`],
      ['something else', 'not a key'],
    ])('is refused when it is %s', async (_, text) => {
      const place = await newPlace();
      await (await place.open()).close();
      writeFileSync(join(place.dir, 'keys', 'master.key'), text);
      await expect(place.open()).rejects.toMatchObject({ code: 'MASTER_KEY_WRONG' });
    });
  });

  it('finishes what was asked before it is closed, and rejects what comes after', async () => {
    const vault = await (await newPlace()).open();
    const last = vault.seal([profile(randomUUID())]);
    await vault.close();
    await expect(last).resolves.toHaveLength(1);
    await expect(vault.seal([profile(randomUUID())])).rejects.toMatchObject({
      code: 'VAULT_FAILED',
    });
  });

  it('has everything it acknowledged after kill -9', async () => {
    const place = await newPlace();
    const child = spawn(
      process.execPath,
      [new URL('./vault-writer.js', import.meta.url).pathname, ...place.writer],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const acknowledged: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      acknowledged.push(line);
      if (acknowledged.length === 25) child.kill('SIGKILL');
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(25);
    const vault = await place.open();
    const sealed = acknowledged.flatMap(
      (line) => JSON.parse(line) as { record: string; sha256: string }[],
    );
    const opened = await vault.open(sealed);
    expect(opened).toEqual(sealed.map(({ record }) => ({ name: `the holder of ${record}` })));
  });
});
