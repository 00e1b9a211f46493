import { hash, type KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { privateDatabase } from '../../data-folder/port.js';
import {
  decrypt,
  encrypt,
  makeKey,
  proofOf,
  requireProven,
  unwrapKey,
  WRAPPED,
} from '../envelope.js';
import { loadMasterKey } from '../master-key.js';
import { VaultError, type Sealed } from '../port.js';
import { failure } from './failure.js';
import { KeyCache, type Holder } from './key-cache.js';

const APPLICATION = 0x53_4e_44_56; // "SNDV"
const FORMAT = 1;
const LOOKUP = 500;

/*
 * Wrapped keys lie in a table that only ever grows at its end, and an erased one is overwritten in
 * place by as many zeroes. SQLite therefore never moves one to another page, which would leave a
 * copy behind in the space that is free.
 *
 * Names and persons share one index, in which a person stands beside their records, and point to
 * rows that are appended: a new person with all their records costs one page of random writing,
 * however large the vault.
 */
const SCHEMA = `
  CREATE TABLE person (no INTEGER PRIMARY KEY, id TEXT NOT NULL, erased INTEGER NOT NULL, wrapped BLOB NOT NULL);
  CREATE TABLE record (no INTEGER PRIMARY KEY, person INTEGER NOT NULL, body BLOB NOT NULL);
  CREATE TABLE entry (name TEXT NOT NULL, kind INTEGER NOT NULL, no INTEGER NOT NULL, PRIMARY KEY (name, kind)) WITHOUT ROWID;
  CREATE TABLE proof (sealed BLOB NOT NULL);
`;
const PERSON = 0;
const RECORD = 1;
const personName = (id: string): string => `person/${id}`;

/** Index in the list that was looked up, number of the person, ciphertext. */
type RecordRow = readonly [index: number, person: number, body: Buffer];
type EntryRow = readonly [index: number, no: number];
type PersonRow = readonly [no: number, id: string, erased: number, wrapped: Buffer];

/**
 * The vault's file, opened by one thread. Everything here is synchronous; what is written counts
 * after `commit`.
 */
export class VaultFile {
  readonly #db: Database.Database;
  readonly #keys = new KeyCache();
  readonly master: KeyObject;
  readonly #recordsNamed;
  readonly #personsNamed;
  readonly #persons;
  readonly #addPerson;
  readonly #addRecord;
  readonly #addEntry;
  readonly #erase;
  readonly #dropRecords;
  readonly #dropEntries;
  readonly #living;

  /** @throws VaultError MASTER_KEY_*, VAULT_NEWER_VERSION, VAULT_CORRUPT, VAULT_FAILED */
  constructor(file: string, keysDir: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#db = new Database(privateDatabase(file), { timeout: 1_000 });
    try {
      this.master = this.#prepare(file, keysDir);
      this.#recordsNamed = this.#db
        .prepare<[string], RecordRow>(
          `SELECT j.key, r.person, r.body FROM json_each(?) j CROSS JOIN entry e ON e.name = j.value AND e.kind = ${RECORD} CROSS JOIN record r ON r.no = e.no`,
        )
        .raw();
      this.#personsNamed = this.#db
        .prepare<[string], EntryRow>(
          `SELECT j.key, e.no FROM json_each(?) j CROSS JOIN entry e ON e.name = j.value AND e.kind = ${PERSON}`,
        )
        .raw();
      this.#persons = this.#db
        .prepare<[string], PersonRow>(
          'SELECT p.no, p.id, p.erased, p.wrapped FROM json_each(?) j CROSS JOIN person p ON p.no = j.value',
        )
        .raw();
      this.#addPerson = this.#db.prepare<[string, Buffer]>(
        'INSERT INTO person (id, erased, wrapped) VALUES (?, 0, ?)',
      );
      this.#addRecord = this.#db.prepare<[number, Buffer]>(
        'INSERT INTO record (person, body) VALUES (?, ?)',
      );
      this.#addEntry = this.#db.prepare<[string, number, number | bigint]>(
        'INSERT INTO entry (name, kind, no) VALUES (?, ?, ?)',
      );
      this.#erase = this.#db.prepare<[number, string]>(
        `UPDATE person SET erased = 1, wrapped = zeroblob(?) WHERE no = (SELECT no FROM entry WHERE name = ? AND kind = ${PERSON}) AND erased = 0`,
      );
      this.#dropRecords = this.#db.prepare<[string]>(
        `DELETE FROM record WHERE person = (SELECT no FROM entry WHERE name = ? AND kind = ${PERSON})`,
      );
      // '0' follows '/'.
      this.#dropEntries = this.#db.prepare<[string, string, string]>(
        'DELETE FROM entry WHERE name = ? OR (name >= ? AND name < ?)',
      );
      this.#living = this.#db
        .prepare<[string, number], string>(
          `SELECT id FROM person WHERE erased = 0 AND no > coalesce((SELECT no FROM entry WHERE name = ? AND kind = ${PERSON}), 0) ORDER BY no LIMIT ?`,
        )
        .pluck();
    } catch (error) {
      this.#db.close();
      throw failure(error);
    }
  }

  #prepare(file: string, keysDir: string): KeyObject {
    const db = this.#db;
    // The lock is held for good: two processes on one vault would each trust keys that the other
    // has erased.
    db.pragma('locking_mode = EXCLUSIVE');
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > FORMAT)
      throw new VaultError(
        'VAULT_NEWER_VERSION',
        `${file} has format ${version}; this version of Sanad knows up to ${FORMAT}.`,
      );
    const fresh =
      version === 0 && db.prepare('SELECT count(*) AS n FROM sqlite_schema').pluck().get() === 0;
    if (!fresh && db.pragma('application_id', { simple: true }) !== APPLICATION)
      throw new VaultError('VAULT_CORRUPT', `${file} is not a vault.`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    db.pragma('cache_size = -8192');
    db.pragma('wal_autocheckpoint = 16000');
    const master = loadMasterKey(keysDir, fresh);
    if (fresh) {
      db.transaction(() => {
        db.exec(SCHEMA);
        db.prepare('INSERT INTO proof VALUES (?)').run(proofOf(master));
        db.pragma(`application_id = ${APPLICATION}`);
        db.pragma(`user_version = ${FORMAT}`);
      })();
    }
    const proof = db.prepare<[], Buffer>('SELECT sealed FROM proof').pluck().get();
    if (!proof)
      throw new VaultError('VAULT_CORRUPT', `${file} has lost the proof of its master key.`);
    try {
      requireProven(master, proof);
    } catch {
      throw new VaultError(
        'MASTER_KEY_WRONG',
        `The master key in ${keysDir} is not the one that ${file} was sealed under.`,
      );
    }
    return master;
  }

  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
  }

  /** Durable when it returns. */
  commit(): void {
    this.#db.exec('COMMIT');
  }

  rollback(): void {
    // Keys made since `begin` are not in the file.
    this.#keys.clear();
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
  }

  /**
   * SHA-256 (hex) of each record's ciphertext. Looks before it writes, so that a refused request
   * has written nothing.
   * @throws VaultError RECORD_DIFFERS, PERSON_ERASED, VAULT_CORRUPT
   */
  seal(persons: readonly string[], names: readonly string[], plains: readonly string[]): string[] {
    const before = this.#find(names);
    const holders = this.#holdersOf(persons);
    const fresh = new Map<string, number>();
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i]!;
      const person = persons[i]!;
      const plain = plains[i]!;
      const holder = holders.get(person);
      if (holder === 'erased')
        throw new VaultError(
          'PERSON_ERASED',
          `The person of ${name} was erased; nothing can be sealed for them.`,
        );
      const row = before[i];
      const twin = row ? undefined : fresh.get(name);
      const differs = row
        ? row[1] !== holder?.no || this.#plain(holder, name, row[2]) !== plain
        : twin !== undefined && (persons[twin] !== person || plains[twin] !== plain);
      if (differs)
        throw new VaultError(
          'RECORD_DIFFERS',
          `${name} is sealed already with other content; a change goes under a new name.`,
        );
      if (!row && twin === undefined) fresh.set(name, i);
    }
    const hashes = new Map<string, string>();
    for (const [name, i] of fresh) {
      const person = persons[i]!;
      let holder = holders.get(person);
      if (holder === undefined || holder === 'erased') {
        holder = this.#admit(person);
        holders.set(person, holder);
      }
      const body = encrypt(holder.key, name, plains[i]!);
      this.#addEntry.run(name, RECORD, this.#addRecord.run(holder.no, body).lastInsertRowid);
      hashes.set(name, hash('sha256', body, 'hex'));
    }
    return names.map((name, i) => hashes.get(name) ?? hash('sha256', before[i]![2], 'hex'));
  }

  /**
   * The records as one JSON array, in the order asked; null where one is absent or its person was
   * erased.
   */
  open(sealed: readonly Sealed[]): string {
    const rows = this.#find(sealed.map((s) => s.record));
    const holders = this.#holders(rows.map((row) => row?.[1]));
    const parts = sealed.map(({ record, sha256 }, i) => {
      const row = rows[i];
      if (!row) return 'null';
      if (hash('sha256', row[2], 'hex') !== sha256)
        throw new VaultError(
          'VAULT_CORRUPT',
          `${record} is not what the log says was sealed: its hash differs.`,
        );
      const holder = holders.get(row[1]);
      if (!holder)
        throw new VaultError(
          'VAULT_CORRUPT',
          `The person of ${record} is not in the vault's file any more.`,
        );
      return holder === 'erased' ? 'null' : this.#plain(holder, record, row[2]);
    });
    return `[${parts.join(',')}]`;
  }

  erase(persons: readonly string[]): void {
    for (const person of persons) {
      this.#erase.run(WRAPPED, personName(person));
      this.#keys.forget(person);
    }
  }

  /**
   * Their keys are overwritten first, as for `erase`; the number of a person is never used again.
   */
  forget(persons: readonly string[]): void {
    this.erase(persons);
    for (const person of persons) {
      const name = personName(person);
      this.#dropRecords.run(name);
      this.#dropEntries.run(name, `${name}/`, `${name}0`);
    }
  }

  persons(after: string | undefined, limit: number): readonly string[] {
    return this.#living.all(after === undefined ? '' : personName(after), limit);
  }

  /**
   * Moves all committed pages to the main file and empties the log beside it, where an erased key
   * would still lie.
   */
  truncateLog(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#db.close();
  }

  /** The rows of these names, each at its place. */
  #find(names: readonly string[]): (RecordRow | undefined)[] {
    const found = Array.from<RecordRow | undefined>({ length: names.length });
    for (const [offset, row] of lookup(this.#recordsNamed, names)) found[offset + row[0]] = row;
    return found;
  }

  /** Keys by person id; a person who was never here has none. */
  #holdersOf(persons: readonly string[]): Map<string, Holder | 'erased'> {
    const holders = new Map<string, Holder | 'erased'>();
    const unknown: string[] = [];
    for (const person of new Set(persons)) {
      const kept = this.#keys.byId(person);
      if (kept) holders.set(person, kept);
      else unknown.push(person);
    }
    const numbers = new Map<number, string>();
    for (const [offset, [index, no]] of lookup(this.#personsNamed, unknown.map(personName)))
      numbers.set(no, unknown[offset + index]!);
    for (const [no, holder] of this.#holders([...numbers.keys()]))
      holders.set(numbers.get(no)!, holder);
    return holders;
  }

  /** Keys by the person's number. */
  #holders(numbers: readonly (number | undefined)[]): Map<number, Holder | 'erased'> {
    const holders = new Map<number, Holder | 'erased'>();
    const unknown: number[] = [];
    for (const no of new Set(numbers)) {
      if (no === undefined) continue;
      const kept = this.#keys.byNumber(no);
      if (kept) holders.set(no, kept);
      else unknown.push(no);
    }
    for (const [, [no, id, erased, wrapped]] of lookup(this.#persons, unknown))
      holders.set(no, erased === 1 ? 'erased' : this.#unwrap(no, id, wrapped));
    return holders;
  }

  #admit(id: string): Holder {
    const { key, wrapped } = makeKey(this.master, id);
    const no = Number(this.#addPerson.run(id, wrapped).lastInsertRowid);
    this.#addEntry.run(personName(id), PERSON, no);
    // Not kept: what was just sealed is rarely opened soon, and keys that live on fill the memory
    // of a long import.
    return { no, id, key };
  }

  #unwrap(no: number, id: string, wrapped: Buffer): Holder {
    try {
      return this.#keys.keep({ no, id, key: unwrapKey(this.master, id, wrapped) });
    } catch {
      throw new VaultError(
        'VAULT_CORRUPT',
        `The key of person ${id} was changed in the vault's file.`,
      );
    }
  }

  #plain(holder: Holder, name: string, body: Buffer): string {
    try {
      return decrypt(holder.key, name, body).toString('utf8');
    } catch {
      throw new VaultError(
        'VAULT_CORRUPT',
        `${name} does not decrypt: it was changed in the vault's file.`,
      );
    }
  }
}

/**
 * Rows of any number of keys, several hundred a statement, each with the index at which its
 * statement's keys begin.
 */
function* lookup<Row>(
  statement: Database.Statement<[string], Row>,
  keys: readonly (string | number)[],
): Generator<readonly [offset: number, row: Row]> {
  for (let at = 0; at < keys.length; at += LOOKUP) {
    for (const row of statement.all(JSON.stringify(keys.slice(at, at + LOOKUP)))) yield [at, row];
  }
}
