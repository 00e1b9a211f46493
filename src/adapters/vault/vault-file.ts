import { hash, type KeyObject } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { decrypt, encrypt, makeKey, unwrapKey, WRAPPED } from './envelope.js';
import { loadMasterKey } from './master-key.js';
import { VaultError, type Sealed } from './port.js';

const APPLICATION = 0x53_4e_44_56; // "SNDV"
const FORMAT = 1;
const PROOF = 'the master key of this vault';
const LOOKUP = 500;
const KEPT_KEYS = 20_000;

/*
 * Wrapped keys lie in a table that only ever grows at its end, and an erased one is overwritten in place by as many
 * zeroes. SQLite therefore never moves one to another page, which would leave a copy behind in the space that is free.
 */
const SCHEMA = `
  CREATE TABLE person (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, erased INTEGER NOT NULL, wrapped BLOB NOT NULL);
  CREATE TABLE record (name TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, body BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE proof (sealed BLOB NOT NULL);
`;

interface PersonRow { readonly id: string; readonly no: number; readonly erased: number; readonly wrapped: Buffer }
interface RecordRow extends PersonRow { readonly name: string; readonly body: Buffer }
interface Holder { readonly no: number; readonly key: KeyObject }

/** The vault's file, opened by one thread. Everything here is synchronous; what is written counts after `commit`. */
export class VaultFile {
  readonly #db: Database.Database;
  readonly #keys = new Map<string, Holder>();
  readonly master: KeyObject;
  readonly #persons;
  readonly #records;
  readonly #addPerson;
  readonly #addRecord;
  readonly #erase;

  /** @throws VaultError MASTER_KEY_*, VAULT_NEWER_VERSION, VAULT_CORRUPT, VAULT_FAILED */
  constructor(file: string, keysDir: string) {
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    this.#db = new Database(file, { timeout: 1_000 });
    try {
      this.master = this.#prepare(file, keysDir);
      this.#persons = this.#db.prepare<[string], PersonRow>(
        'SELECT p.id, p.no, p.erased, p.wrapped FROM json_each(?) j CROSS JOIN person p ON p.id = j.value');
      this.#records = this.#db.prepare<[string], RecordRow>(
        'SELECT r.name, r.body, p.id, p.no, p.erased, p.wrapped FROM json_each(?) j CROSS JOIN record r ON r.name = j.value CROSS JOIN person p ON p.no = r.person');
      this.#addPerson = this.#db.prepare<[string, Buffer]>('INSERT INTO person (id, erased, wrapped) VALUES (?, 0, ?)');
      this.#addRecord = this.#db.prepare<[string, number, Buffer]>('INSERT INTO record (name, person, body) VALUES (?, ?, ?)');
      this.#erase = this.#db.prepare<[number, string]>('UPDATE person SET erased = 1, wrapped = zeroblob(?) WHERE id = ? AND erased = 0');
    } catch (error) {
      this.#db.close();
      throw failure(error);
    }
  }

  #prepare(file: string, keysDir: string): KeyObject {
    const db = this.#db;
    // The lock is held for good: two processes on one vault would each trust keys that the other has erased.
    db.pragma('locking_mode = EXCLUSIVE');
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > FORMAT) throw new VaultError('VAULT_NEWER_VERSION', `${file} has format ${version}; this version of Sanad knows up to ${FORMAT}.`);
    const fresh = version === 0 && db.prepare('SELECT count(*) AS n FROM sqlite_schema').pluck().get() === 0;
    if (!fresh && db.pragma('application_id', { simple: true }) !== APPLICATION) throw new VaultError('VAULT_CORRUPT', `${file} is not a vault.`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    db.pragma('cache_size = -65536');
    db.pragma('wal_autocheckpoint = 4000');
    const master = loadMasterKey(keysDir, fresh);
    if (fresh) {
      db.transaction(() => {
        db.exec(SCHEMA);
        db.prepare('INSERT INTO proof VALUES (?)').run(encrypt(master, 'proof', Buffer.from(PROOF)));
        db.pragma(`application_id = ${APPLICATION}`);
        db.pragma(`user_version = ${FORMAT}`);
      })();
    }
    const proof = db.prepare<[], Buffer>('SELECT sealed FROM proof').pluck().get();
    if (!proof) throw new VaultError('VAULT_CORRUPT', `${file} has lost the proof of its master key.`);
    try {
      decrypt(master, 'proof', proof);
    } catch {
      throw new VaultError('MASTER_KEY_WRONG', `The master key in ${keysDir} is not the one that ${file} was sealed under.`);
    }
    return master;
  }

  begin(): void { this.#db.exec('BEGIN IMMEDIATE'); }

  /** Durable when it returns. */
  commit(): void { this.#db.exec('COMMIT'); }

  rollback(): void {
    // Keys made since `begin` are not in the file.
    this.#keys.clear();
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
  }

  /**
   * SHA-256 (hex) of each record's ciphertext. Looks before it writes, so that a refused request has written nothing.
   * @throws VaultError RECORD_DIFFERS, PERSON_ERASED, VAULT_CORRUPT
   */
  seal(persons: readonly string[], names: readonly string[], plains: readonly string[]): string[] {
    const before = new Map<string, RecordRow>();
    for (const row of this.#lookup(this.#records, names)) before.set(row.name, row);
    const holders = this.#holders(persons);
    const fresh = new Map<string, { readonly person: string; readonly plain: string }>();
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i]!;
      const person = persons[i]!;
      const plain = plains[i]!;
      if (holders.get(person) === 'erased') throw new VaultError('PERSON_ERASED', `The person of ${name} was erased; nothing can be sealed for them.`);
      const row = before.get(name);
      const same = row ? row.id === person && this.#plain(row) === plain : undefined;
      const twin = fresh.get(name);
      if (same === false || (twin && (twin.person !== person || twin.plain !== plain))) {
        throw new VaultError('RECORD_DIFFERS', `${name} is sealed already with other content; a change goes under a new name.`);
      }
      if (!row && !twin) fresh.set(name, { person, plain });
    }
    const hashes = new Map<string, string>();
    for (const [name, { person, plain }] of fresh) {
      const known = holders.get(person);
      const holder = known === undefined || known === 'erased' ? this.#admit(person) : known;
      holders.set(person, holder);
      const body = encrypt(holder.key, name, plain);
      this.#addRecord.run(name, holder.no, body);
      hashes.set(name, hash('sha256', body, 'hex'));
    }
    return names.map((name) => hashes.get(name) ?? hash('sha256', before.get(name)!.body, 'hex'));
  }

  /** The records as one JSON array, in the order asked; null where one is absent or its person was erased. */
  open(sealed: readonly Sealed[]): string {
    const rows = new Map<string, RecordRow>();
    for (const row of this.#lookup(this.#records, sealed.map((s) => s.record))) rows.set(row.name, row);
    const parts = sealed.map(({ record, sha256 }) => {
      const row = rows.get(record);
      if (!row) return 'null';
      if (hash('sha256', row.body, 'hex') !== sha256) throw new VaultError('VAULT_CORRUPT', `${record} is not what the log says was sealed: its hash differs.`);
      return row.erased === 1 ? 'null' : this.#plain(row);
    });
    return `[${parts.join(',')}]`;
  }

  erase(persons: readonly string[]): void {
    for (const person of persons) {
      this.#erase.run(WRAPPED, person);
      this.#keys.delete(person);
    }
  }

  /** Moves all committed pages to the main file and empties the log beside it, where an erased key would still lie. */
  truncateLog(): void { this.#db.pragma('wal_checkpoint(TRUNCATE)'); }

  close(): void { this.#db.close(); }

  /** Keys of those persons that are known; a person who is absent is unknown. */
  #holders(persons: readonly string[]): Map<string, Holder | 'erased'> {
    const holders = new Map<string, Holder | 'erased'>();
    const unknown: string[] = [];
    for (const person of new Set(persons)) {
      const kept = this.#keys.get(person);
      if (kept) holders.set(person, kept);
      else unknown.push(person);
    }
    for (const row of this.#lookup(this.#persons, unknown)) holders.set(row.id, row.erased === 1 ? 'erased' : this.#holder(row));
    return holders;
  }

  #admit(person: string): Holder {
    const { key, wrapped } = makeKey(this.master, person);
    return this.#keep(person, { no: Number(this.#addPerson.run(person, wrapped).lastInsertRowid), key });
  }

  #holder(row: PersonRow): Holder {
    const kept = this.#keys.get(row.id);
    if (kept) return kept;
    try {
      return this.#keep(row.id, { no: row.no, key: unwrapKey(this.master, row.id, row.wrapped) });
    } catch {
      throw new VaultError('VAULT_CORRUPT', `The key of person ${row.id} was changed in the vault's file.`);
    }
  }

  #keep(person: string, holder: Holder): Holder {
    // A Map keeps the order of insertion: its first key is the one longest here.
    if (this.#keys.size >= KEPT_KEYS) this.#keys.delete(this.#keys.keys().next().value!);
    this.#keys.set(person, holder);
    return holder;
  }

  #plain(row: RecordRow): string {
    const { key } = this.#holder(row);
    try {
      return decrypt(key, row.name, row.body).toString('utf8');
    } catch {
      throw new VaultError('VAULT_CORRUPT', `${row.name} does not decrypt: it was changed in the vault's file.`);
    }
  }

  /** Rows of any number of keys, several hundred a statement. */
  *#lookup<Row>(statement: Database.Statement<[string], Row>, keys: readonly string[]): Generator<Row> {
    for (let at = 0; at < keys.length; at += LOOKUP) {
      yield* statement.all(JSON.stringify(keys.slice(at, at + LOOKUP)));
    }
  }
}

/** Any failure as a VaultError that says what to do. It never carries a value of a record. */
export function failure(error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  if (!(error instanceof Error)) return new VaultError('VAULT_FAILED', 'The vault failed for a reason that it did not give.');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') return new VaultError('DISK_FULL', 'There is no space left for the vault; make room and send the request again.', { cause: error });
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return new VaultError('VAULT_CORRUPT', `The vault's file is damaged (${code}); restore it from your copy.`, { cause: error });
  if (code.startsWith('SQLITE_BUSY')) return new VaultError('VAULT_FAILED', 'Another process has the vault open.', { cause: error });
  return new VaultError('VAULT_FAILED', `The vault failed${code ? ` (${code})` : ''}: ${error.message}`, { cause: error });
}
