/** Where an event says its personal fields are; the hash binds the ciphertext into the log. */
export interface Sealed {
  readonly record: string;
  readonly sha256: string;
}

/** Stands where a hash will, while it is asked whether a command would be accepted. */
export const NOT_SEALED: Sealed = { record: 'not-sealed', sha256: '0'.repeat(64) };

export interface PersonalRecord {
  readonly personId: string;
  /** Deterministic name, for example `person/<id>/profile` or `person/<id>/account/<accountId>`. */
  readonly record: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What is hashed under a key of its own, so that nobody without it tries values out. */
export const HASH_PURPOSES = ['identity', 'account', 'request'] as const;
export type HashPurpose = (typeof HASH_PURPOSES)[number];

/**
 * Keeps personal fields encrypted, each person under a key of their own, wrapped by a master key
 * that is kept elsewhere. Erasing a person destroys the key: the ciphertext, and so the proof,
 * stays.
 */
export interface Vault {
  /**
   * Encrypts and stores durably before it resolves. A record that exists keeps its ciphertext when
   * its content is the same (so a repeated command binds the same hash) and is refused with
   * RECORD_DIFFERS when it is not.
   */
  seal(records: readonly PersonalRecord[]): Promise<readonly Sealed[]>;
  /**
   * Decrypts in the order asked; undefined where the record is absent or the person was erased.
   * Checks the hash.
   */
  open(
    sealed: readonly Sealed[],
  ): Promise<readonly (Readonly<Record<string, string>> | undefined)[]>;
  /** Destroys the keys of these persons, durably. Idempotent. */
  erase(personIds: readonly string[]): Promise<void>;
  /**
   * Destroys the keys of persons whom no event names, and their records, so that the same can be
   * sealed again when the command that was cut short is repeated. Idempotent.
   */
  forget(personIds: readonly string[]): Promise<void>;
  /**
   * Persons with a key, a page at a time, in an order that stays.
   * @param after the last of the page before; undefined for the first page
   */
  persons(after: string | undefined, limit: number): Promise<readonly string[]>;
  /**
   * Keyed hash (HMAC-SHA-256, hex) of a normalised identity or account number, or of a request,
   * under a key that never leaves the vault's key ring; `purpose` separates the domains.
   * Synchronous: it is pure once the key ring is open, and the same wherever the vault is.
   */
  keyedHash(purpose: HashPurpose, value: string): string;
  close(): Promise<void>;
}

export const VAULT = Symbol('Vault');

export class VaultError extends Error {
  constructor(
    readonly code:
      | 'VAULT_CORRUPT'
      | 'VAULT_NEWER_VERSION'
      | 'MASTER_KEY_MISSING'
      | 'MASTER_KEY_WRONG'
      | 'RECORD_DIFFERS'
      | 'PERSON_ERASED'
      | 'DISK_FULL'
      | 'VAULT_AWAY'
      | 'VAULT_FAILED',
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'VaultError';
  }
}

/** Whether what was asked for is in the vault, and is not what was put into it. */
export const isDamaged = (error: unknown): error is VaultError =>
  error instanceof VaultError && error.code === 'VAULT_CORRUPT';
