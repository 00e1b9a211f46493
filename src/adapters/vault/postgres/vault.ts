import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../../../kernel/canonical.js';
import { openPostgres, PostgresError, type Postgres } from '../../postgres/pool.js';
import { proofOf, requireProven } from '../envelope.js';
import { hashKeys, loadMasterKey, ofEachPurpose, readMasterKey } from '../master-key.js';
import {
  VaultError,
  type HashPurpose,
  type PersonalRecord,
  type Sealed,
  type Vault,
} from '../port.js';
import {
  FORMAT,
  forget,
  living,
  openSealed,
  sealAll,
  TABLES,
  wipe,
  type Wanted,
} from './tables.js';
import { Batcher } from '../../../kernel/concurrency/batcher.js';

/**
 * Transactions that seal at once, and records that the requests in one of them may have together.
 */
const SEALING = 4;
const RECORDS = 1_000;

/** Where the master key is: never in the database that holds what it wraps. */
export type MasterKeyAt =
  /**
   * A folder that holds master.key, made there when the vault is new. Every process needs the same
   * one.
   */
  | { readonly keysDir: string }
  /** A file of any name with 64 hexadecimal digits, such as a mounted secret. It is never made. */
  | { readonly keyFile: string };

export interface PostgresVaultOptions {
  readonly masterKey: MasterKeyAt;
  /** Connections at most; default 8. */
  readonly max?: number;
  /** Schema that holds the tables; it must exist. Default: the connection's own. */
  readonly schema?: string;
}

/**
 * The vault in PostgreSQL, for any number of processes at once. No process keeps a person's key
 * between calls, so that what one has erased no other can open.
 * @throws VaultError MASTER_KEY_MISSING, MASTER_KEY_WRONG, VAULT_NEWER_VERSION, VAULT_AWAY,
 *   VAULT_FAILED
 */
export async function openPostgresVault(
  connectionString: string,
  options: PostgresVaultOptions,
): Promise<Vault> {
  const database = openPostgres(connectionString, {
    name: 'sanad-vault',
    ...(options.max === undefined ? {} : { max: options.max }),
    ...(options.schema === undefined ? {} : { schema: options.schema }),
  });
  try {
    await database.create(TABLES);
    return new PostgresVault(database, await masterOf(database, options.masterKey));
  } catch (error) {
    await database.close();
    throw failureOf(error);
  }
}

/**
 * Compares the key with the proof that the first process left. One process at a time: two would
 * each make a key.
 */
function masterOf(database: Postgres, at: MasterKeyAt): Promise<KeyObject> {
  return database.transaction(async (session) => {
    await session.query('lock table sanad_vault in exclusive mode');
    const [vault] = await session.query<{ format: number; proof: Buffer }>(
      'select format, proof from sanad_vault',
    );
    if (vault && vault.format > FORMAT)
      throw new VaultError(
        'VAULT_NEWER_VERSION',
        `The vault has format ${vault.format}; this version of Sanad knows up to ${FORMAT}.`,
      );
    const master = 'keyFile' in at ? readMasterKey(at.keyFile) : loadMasterKey(at.keysDir, !vault);
    if (!vault) {
      await session.query('insert into sanad_vault (format, proof) values ($1, $2)', [
        FORMAT,
        proofOf(master),
      ]);
      return master;
    }
    try {
      requireProven(master, vault.proof);
    } catch {
      throw new VaultError(
        'MASTER_KEY_WRONG',
        `The master key in ${'keyFile' in at ? at.keyFile : at.keysDir} is not the one that this vault was sealed under.`,
      );
    }
    return master;
  });
}

class PostgresVault implements Vault {
  readonly #hashKeys: Readonly<Record<HashPurpose, KeyObject>>;
  readonly #sealing: Batcher<readonly Wanted[], readonly Sealed[]>;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly database: Postgres,
    private readonly master: KeyObject,
  ) {
    const keys = hashKeys(master);
    this.#hashKeys = ofEachPurpose((purpose) => createSecretKey(keys[purpose]));
    this.#sealing = new Batcher((requests) => this.#seal(requests), {
      atOnce: SEALING,
      weight: (wanted) => wanted.length,
      most: RECORDS,
      ofOne: (error) => error instanceof VaultError,
    });
  }

  async seal(records: readonly PersonalRecord[]): Promise<readonly Sealed[]> {
    if (records.length === 0) return [];
    const wanted = records.map(({ personId, record, fields }) => ({
      person: personId,
      name: record,
      plain: canonicalJson(fields),
    }));
    if (this.#closing) throw failureOf(new PostgresError('closed', 'The vault was closed.'));
    return this.#sealing.ask(wanted).catch(rethrow);
  }

  async #seal(requests: readonly (readonly Wanted[])[]): Promise<readonly (readonly Sealed[])[]> {
    const sealed = await this.database.transaction((session) =>
      sealAll(session, this.master, requests.flat()),
    );
    let from = 0;
    return requests.map(({ length }) => {
      const own = sealed.slice(from, from + length);
      from += length;
      return own;
    });
  }

  async open(
    sealed: readonly Sealed[],
  ): Promise<readonly (Readonly<Record<string, string>> | undefined)[]> {
    return sealed.length === 0 ? [] : openSealed(this.database, this.master, sealed).catch(rethrow);
  }

  async erase(personIds: readonly string[]): Promise<void> {
    if (personIds.length > 0)
      await this.database.transaction((session) => wipe(session, personIds)).catch(rethrow);
  }

  async forget(personIds: readonly string[]): Promise<void> {
    if (personIds.length > 0)
      await this.database.transaction((session) => forget(session, personIds)).catch(rethrow);
  }

  persons(after: string | undefined, limit: number): Promise<readonly string[]> {
    return living(this.database, after, limit).catch(rethrow);
  }

  keyedHash(purpose: HashPurpose, value: string): string {
    return createHmac('sha256', this.#hashKeys[purpose]).update(value, 'utf8').digest('hex');
  }

  close(): Promise<void> {
    this.#closing ??= this.#sealing.settled().then(() => this.database.close());
    return this.#closing;
  }
}

function rethrow(error: unknown): never {
  throw failureOf(error);
}

/** Any failure as a VaultError that says what to do. It never carries a value of a record. */
function failureOf(error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  if (!(error instanceof PostgresError))
    return new VaultError(
      'VAULT_FAILED',
      `The vault failed: ${error instanceof Error ? error.message : 'it did not say why'}`,
      { cause: error },
    );
  const options = { cause: error };
  switch (error.kind) {
    case 'away':
    case 'deadlock':
      return new VaultError('VAULT_AWAY', error.message, options);
    case 'full':
      return new VaultError('DISK_FULL', error.message, options);
    case 'corrupt':
      return new VaultError('VAULT_CORRUPT', error.message, options);
    case 'closed':
      return new VaultError('VAULT_FAILED', 'The vault was closed.', options);
    case 'failed':
      return new VaultError('VAULT_FAILED', error.message, options);
  }
}
