import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { openSqliteVault } from '../../src/adapters/vault/sqlite/vault.js';
import type { Vault } from '../../src/adapters/vault/port.js';
import { openPostgresVault } from '../../src/adapters/vault/postgres/vault.js';
import type { TestPostgres } from '../support/postgres.js';

/** What somebody with an editor may do to a closed vault. */
export type Tampering = 'a ciphertext' | 'a wrapped key' | 'a name' | 'the format';

/**
 * A vault of its own: its keys in `<dir>/keys` unless told otherwise. Vaults that were opened are
 * closed by `cleanUp`.
 */
export interface VaultPlace {
  readonly dir: string;
  open(keysDir?: string): Promise<Vault>;
  /** Everything stored, as bytes. */
  bytes(): Promise<Buffer>;
  /** Ciphertexts, as stored. */
  bodies(): Promise<Buffer[]>;
  /** 'a name': gives record b the ciphertext of record a. */
  tamper(what: Tampering): Promise<void>;
  /** Arguments of vault-writer.ts, to write here from another process. */
  readonly writer: readonly string[];
}

/** An engine to run the same scenarios on. */
export interface VaultEngine {
  readonly name: string;
  place(): Promise<VaultPlace>;
  cleanUp(): Promise<void>;
}

const FILE: Readonly<Record<Tampering, string>> = {
  'a ciphertext': 'UPDATE record SET body = zeroblob(length(body))',
  'a wrapped key': 'UPDATE person SET wrapped = zeroblob(60)',
  'a name': "UPDATE entry SET no = (SELECT no FROM entry WHERE name = 'a') WHERE name = 'b'",
  'the format': 'PRAGMA user_version = 99',
};
const TABLES: Readonly<Record<Tampering, string>> = {
  'a ciphertext': "update sanad_vault_record set body = decode(repeat('00', length(body)), 'hex')",
  'a wrapped key': "update sanad_vault_person set wrapped = decode(repeat('00', 60), 'hex')",
  'a name':
    "update sanad_vault_record set body = (select body from sanad_vault_record where name = 'a') where name = 'b'",
  'the format': 'update sanad_vault set format = 99',
};

/** The folders and the opened vaults of all places, for the end. */
class Opened {
  readonly #dirs: string[] = [];
  readonly #vaults: Vault[] = [];

  newDir(): string {
    this.#dirs.push(mkdtempSync(join(tmpdir(), 'sanad-vault-')));
    return this.#dirs.at(-1)!;
  }

  async kept(opening: Promise<Vault>): Promise<Vault> {
    this.#vaults.push(await opening);
    return this.#vaults.at(-1)!;
  }

  async cleanUp(): Promise<void> {
    for (const vault of this.#vaults.splice(0)) await vault.close();
    for (const dir of this.#dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  }
}

function sqlitePlace(opened: Opened, dir: string): VaultPlace {
  const onFile = <T>(work: (db: Database.Database) => T): T => {
    const db = new Database(join(dir, 'vault.db'));
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return {
    dir,
    writer: [dir],
    open: (keysDir) => opened.kept(openSqliteVault(dir, keysDir === undefined ? {} : { keysDir })),
    bytes: async () =>
      Buffer.concat(
        readdirSync(dir)
          .filter((file) => file.startsWith('vault.db'))
          .map((file) => readFileSync(join(dir, file))),
      ),
    bodies: async () =>
      onFile((db) => db.prepare<[], Buffer>('SELECT body FROM record').pluck().all()),
    tamper: async (what) =>
      onFile((db) => {
        db.exec(FILE[what]);
      }),
  };
}

function postgresPlace(opened: Opened, dir: string, url: string, schema: string): VaultPlace {
  const ask = async <R extends object>(sql: string): Promise<R[]> => {
    const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
    await client.connect();
    try {
      return (await client.query<R>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    dir,
    writer: [dir, url, schema],
    open: (keysDir) =>
      opened.kept(
        openPostgresVault(url, { schema, masterKey: { keysDir: keysDir ?? join(dir, 'keys') } }),
      ),
    bytes: async () =>
      Buffer.concat(
        (
          await ask<Record<string, unknown>>(
            'select p.*, r.*, v.proof from sanad_vault v, sanad_vault_person p left join sanad_vault_record r on r.person = p.id',
          )
        )
          .flatMap(Object.values)
          .map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value)))),
      ),
    bodies: async () =>
      (await ask<{ body: Buffer }>('select body from sanad_vault_record')).map(({ body }) => body),
    tamper: async (what) => {
      await ask(TABLES[what]);
    },
  };
}

export function vaultEngines(postgres: TestPostgres): VaultEngine[] {
  const opened = new Opened();
  const cleanUp = () => opened.cleanUp();
  const sqlite: VaultEngine = {
    name: 'SQLite',
    cleanUp,
    place: async () => sqlitePlace(opened, opened.newDir()),
  };
  if (!postgres.running) return [sqlite];
  return [
    sqlite,
    {
      name: 'PostgreSQL',
      cleanUp,
      place: async () =>
        postgresPlace(opened, opened.newDir(), postgres.url, await postgres.newSchema()),
    },
  ];
}
