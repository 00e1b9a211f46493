import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { PersonalRecord, Vault } from '../../src/adapters/vault/port.js';
import { openPostgresVault, type MasterKeyAt } from '../../src/adapters/vault/postgres/vault.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const postgres = await startPostgres('the vault of many processes');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

const profiles = (count: number): PersonalRecord[] =>
  Array.from({ length: count }, () => {
    const personId = randomUUID();
    return {
      personId,
      record: `person/${personId}/profile`,
      fields: { name: `the holder of ${personId}` },
    };
  });

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

/** What the vault in PostgreSQL does beside what every vault does (vault.spec.ts). */
if (postgres.running)
  describe('the vault of many processes', () => {
    const { url } = postgres;
    const vaults: Vault[] = [];
    let dir: string;
    let schema: string;
    const open = async (
      masterKey: MasterKeyAt = { keysDir: join(dir, 'keys') },
    ): Promise<Vault> => {
      const vault = await openPostgresVault(url, { schema, masterKey, max: 2 });
      vaults.push(vault);
      return vault;
    };
    beforeEach(async () => {
      dir = temporaryFolder('vault');
      schema = await postgres.newSchema();
    });
    afterEach(async () => {
      for (const vault of vaults.splice(0)) await vault.close();
    });

    it('is made once, with one key, by many who open it at once', async () => {
      const opened = await Promise.all(Array.from({ length: 6 }, () => open()));
      expect(new Set(opened.map((vault) => vault.keyedHash('identity', 'x'))).size).toBe(1);
      expect(readdirSync(join(dir, 'keys'))).toEqual(['master.key']);
    });

    it('gives no second key to a process that looks for it elsewhere', async () => {
      const both = await Promise.allSettled([
        open({ keysDir: join(dir, 'a') }),
        open({ keysDir: join(dir, 'b') }),
      ]);
      expect(
        both
          .map((one) =>
            one.status === 'rejected' ? (one.reason as { code: string }).code : 'opened',
          )
          .sort(),
      ).toEqual(['MASTER_KEY_MISSING', 'opened']);
      expect(['a', 'b'].filter((name) => existsSync(join(dir, name, 'master.key')))).toHaveLength(
        1,
      );
    });

    it('takes the key from a file of any name, and never makes that', async () => {
      const keyFile = join(dir, 'sanad_master_key');
      await expect(open({ keyFile })).rejects.toMatchObject({ code: 'MASTER_KEY_MISSING' });
      expect(existsSync(keyFile)).toBe(false);
      writeFileSync(keyFile, 'ab'.repeat(32));
      const [record] = profiles(1);
      const sealed = await (await open({ keyFile })).seal([record!]);
      expect(await (await open({ keyFile })).open(sealed)).toEqual([record!.fields]);
    });

    it('binds one ciphertext when several seal the same records at once, in any order', async () => {
      const one = await open();
      const two = await open();
      const three = await open();
      for (let round = 0; round < 10; round += 1) {
        const records = profiles(40);
        const [a, b, c] = await Promise.all([
          one.seal(records),
          two.seal([...records].reverse()),
          three.seal(records.slice(10, 30)),
        ]);
        expect([...b].reverse()).toEqual(a);
        expect(c).toEqual(a.slice(10, 30));
        expect(await three.open(a)).toEqual(records.map(({ fields }) => fields));
      }
    });

    it('lets one of two win a name that both seal with other content', async () => {
      const one = await open();
      const two = await open();
      for (let round = 0; round < 10; round += 1) {
        const [first] = profiles(1);
        const second = { ...first!, fields: { name: 'another' } };
        const both = await Promise.allSettled([one.seal([first!]), two.seal([second])]);
        const won = both.findIndex(({ status }) => status === 'fulfilled');
        expect(both[1 - won]).toMatchObject({
          status: 'rejected',
          reason: { code: 'RECORD_DIFFERS' },
        });
        expect(
          await one.open(
            (both[won] as PromiseFulfilledResult<{ record: string; sha256: string }[]>).value,
          ),
        ).toEqual([[first!, second][won]!.fields]);
      }
    });

    it('opens nothing any more, in any process, once one has erased', async () => {
      const one = await open();
      const two = await open();
      const records = profiles(3);
      const sealed = await one.seal(records);
      expect(await two.open(sealed)).toEqual(records.map(({ fields }) => fields));
      await one.erase([records[1]!.personId]);
      expect(await two.open(sealed)).toEqual([records[0]!.fields, undefined, records[2]!.fields]);
      await expect(two.seal([{ ...records[1]!, record: 'more' }])).rejects.toMatchObject({
        code: 'PERSON_ERASED',
      });
      const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
      await client.connect();
      const { rows } = await client.query<{ wrapped: Buffer }>(
        'select wrapped from sanad_vault_person where erased',
      );
      await client.end();
      expect(rows.map(({ wrapped }) => wrapped.equals(Buffer.alloc(wrapped.length)))).toEqual([
        true,
      ]);
    });

    it('erases and seals at once without leaving a record that an erased key sealed', async () => {
      const one = await open();
      const two = await open();
      for (let round = 0; round < 20; round += 1) {
        const people = profiles(20);
        await one.seal(people);
        const more = people.map(({ personId }) => ({
          personId,
          record: `person/${personId}/account`,
          fields: { iban: 'x' },
        }));
        const [sealing] = await Promise.allSettled([
          one.seal(more),
          two.erase(people.map(({ personId }) => personId)),
        ]);
        if (sealing.status === 'rejected')
          expect(sealing.reason).toMatchObject({ code: 'PERSON_ERASED' });
        else expect(await two.open(sealing.value)).toEqual(more.map(() => undefined));
      }
    });

    it('says that the server is away, and not where it is or what was sealed', async () => {
      const gone = openPostgresVault('postgresql://sanad:hidden@127.0.0.1:1/none', {
        masterKey: { keysDir: join(dir, 'keys') },
      });
      await expect(gone).rejects.toMatchObject({
        code: 'VAULT_AWAY',
        detail: expect.not.stringContaining('hidden'),
      });
    });

    it('keeps one ciphertext of each record while its connections are cut again and again, in the middle of anything', async () => {
      const vault = await open();
      const other = await open();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      let cuts = 0;
      let sealing = true;
      const cutting = (async () => {
        while (sealing)
          cuts +=
            (
              await client.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sanad-vault' and pid <> pg_backend_pid()",
              )
            ).rowCount ?? 0;
      })();
      const records = profiles(150);
      let refused = 0;
      const insisting = async (record: PersonalRecord, to: Vault) => {
        for (;;) {
          try {
            return (await to.seal([record]))[0]!;
          } catch (error) {
            expect(error).toMatchObject({ code: 'VAULT_AWAY' });
            refused += 1;
          }
          if (refused > 2_000) sealing = false;
        }
      };
      const sealed = await Promise.all(records.map((record) => insisting(record, vault)));
      const again = await Promise.all(records.map((record) => insisting(record, other)));
      sealing = false;
      await cutting;
      await client.end();
      expect(cuts).toBeGreaterThan(0);
      expect(again).toEqual(sealed);
      // The pool may still hold several connections that were cut; each refuses once.
      const opening = async (): Promise<Awaited<ReturnType<Vault['open']>>> => {
        for (let tries = 1; ; tries += 1) {
          try {
            return await vault.open(sealed);
          } catch (error) {
            expect(error).toMatchObject({ code: 'VAULT_AWAY' });
            expect(tries).toBeLessThan(100);
          }
        }
      };
      expect(await opening()).toEqual(records.map(({ fields }) => fields));
    });
  });
