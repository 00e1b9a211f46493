import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { canonicalJson } from '../../../kernel/canonical.js';
import { ofEachPurpose, type HashKeys } from '../master-key.js';
import type { Answer, Ask, Control, Request, Started, WorkerStart } from './messages.js';
import {
  VaultError,
  type HashPurpose,
  type PersonalRecord,
  type Sealed,
  type Vault,
} from '../port.js';

export interface SqliteVaultOptions {
  /** Where master.key is kept; default `<dir>/keys`. Never the vault's own file. */
  readonly keysDir?: string;
}

/**
 * The thread holds little: a small heap makes it collect often, instead of growing with every
 * record it has ever seen.
 */
const MEMORY = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 160 };

/** The vault of this process. Other threads reach it through a port of theirs. */
export interface SqliteVault extends Vault {
  /** A port to transfer to another thread, for `connectSqliteVault` there. */
  port(): MessagePort;
}

/**
 * Opens (or makes) `<dir>/vault.db` in a thread of its own: the calling thread never touches the
 * disk. Closing ends the thread.
 * @throws VaultError MASTER_KEY_MISSING, MASTER_KEY_WRONG, VAULT_NEWER_VERSION, VAULT_CORRUPT,
 *   VAULT_FAILED
 */
export async function openSqliteVault(
  dir: string,
  options: SqliteVaultOptions = {},
): Promise<SqliteVault> {
  const start: WorkerStart = {
    file: join(dir, 'vault.db'),
    keysDir: options.keysDir ?? join(dir, 'keys'),
  };
  const worker = new Worker(new URL('./vault.worker.js', import.meta.url), {
    workerData: start,
    name: 'vault',
    resourceLimits: MEMORY,
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const started = await new Promise<Started>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () =>
      reject(new VaultError('VAULT_FAILED', "The vault's thread ended before it was ready.")),
    );
  });
  if (!started.ready) {
    await exited;
    throw new VaultError(started.code, started.detail);
  }
  worker.removeAllListeners('error');
  // An error that nobody foresaw ends the thread; its ports close and every call under way is
  // rejected.
  worker.on('error', () => undefined);
  worker.unref();
  const port = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ kind: 'connect', port: port2 } satisfies Control, [port2]);
    return port1;
  };
  const client = await connectSqliteVault(port());
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    worker.ref();
    await client.close();
    worker.postMessage({ kind: 'close' } satisfies Control);
    await exited;
  };
  return {
    seal: (records) => client.seal(records),
    open: (sealed) => client.open(sealed),
    erase: (personIds) => client.erase(personIds),
    forget: (personIds) => client.forget(personIds),
    persons: (after, limit) => client.persons(after, limit),
    keyedHash: (purpose, value) => client.keyedHash(purpose, value),
    close: () => (closing ??= close()),
    port,
  };
}

/** The vault of another thread, over a port from its `port()`. Closing closes the port only. */
export async function connectSqliteVault(port: MessagePort): Promise<Vault> {
  const line = new Line(port);
  const answer = await line.ask({ kind: 'hello' });
  if (!('hashKeys' in answer))
    throw new VaultError('VAULT_FAILED', 'The vault did not hand out its keys for hashes.');
  return new ConnectedVault(line, answer.hashKeys);
}

/**
 * Questions and answers over a port. The port keeps the thread alive only while an answer is due.
 */
class Line {
  readonly #waiting = new Map<
    number,
    { resolve(answer: Answer): void; reject(error: VaultError): void }
  >();
  #last = 0;
  #closed = false;

  constructor(private readonly port: MessagePort) {
    port.on('message', (answer: Answer) => this.#take(answer));
    port.on('close', () => {
      this.#closed = true;
      for (const { reject } of this.#waiting.values()) reject(gone());
      this.#waiting.clear();
    });
    port.unref();
  }

  ask(ask: Ask): Promise<Answer> {
    if (this.#closed) return Promise.reject(gone());
    return new Promise((resolve, reject) => {
      this.#last += 1;
      const id = this.#last;
      if (this.#waiting.size === 0) this.port.ref();
      this.#waiting.set(id, { resolve, reject });
      this.port.postMessage({ ...ask, id } satisfies Request);
    });
  }

  /**
   * Closes when everything asked so far is answered: the worker answers a greeting after all that
   * came before it.
   */
  async close(): Promise<void> {
    await this.ask({ kind: 'hello' }).catch(() => undefined);
    this.#closed = true;
    this.port.close();
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.port.unref();
    if ('code' in answer) waiting?.reject(new VaultError(answer.code, answer.detail));
    else waiting?.resolve(answer);
  }
}

const gone = (): VaultError => new VaultError('VAULT_FAILED', 'The vault was closed.');

class ConnectedVault implements Vault {
  readonly #keys: Readonly<Record<HashPurpose, KeyObject>>;

  constructor(
    private readonly line: Line,
    keys: HashKeys,
  ) {
    this.#keys = ofEachPurpose((purpose) => createSecretKey(keys[purpose]));
  }

  async seal(records: readonly PersonalRecord[]): Promise<readonly Sealed[]> {
    if (records.length === 0) return [];
    const names = records.map((r) => r.record);
    const answer = await this.line.ask({
      kind: 'seal',
      names,
      persons: records.map((r) => r.personId),
      plains: records.map((r) => canonicalJson(r.fields)),
    });
    if (!('hashes' in answer))
      throw new VaultError('VAULT_FAILED', 'The vault gave another answer than it was asked for.');
    return names.map((record, i) => ({ record, sha256: answer.hashes[i]! }));
  }

  async open(
    sealed: readonly Sealed[],
  ): Promise<readonly (Readonly<Record<string, string>> | undefined)[]> {
    if (sealed.length === 0) return [];
    const answer = await this.line.ask({ kind: 'open', sealed });
    if (!('json' in answer))
      throw new VaultError('VAULT_FAILED', 'The vault gave another answer than it was asked for.');
    const opened = JSON.parse(answer.json) as (Record<string, string> | null)[];
    return opened.map((fields) => fields ?? undefined);
  }

  async erase(personIds: readonly string[]): Promise<void> {
    if (personIds.length > 0) await this.line.ask({ kind: 'erase', persons: personIds });
  }

  async forget(personIds: readonly string[]): Promise<void> {
    if (personIds.length > 0) await this.line.ask({ kind: 'forget', persons: personIds });
  }

  async persons(after: string | undefined, limit: number): Promise<readonly string[]> {
    const answer = await this.line.ask({ kind: 'persons', after, limit });
    if (!('persons' in answer))
      throw new VaultError('VAULT_FAILED', 'The vault gave another answer than it was asked for.');
    return answer.persons;
  }

  keyedHash(purpose: HashPurpose, value: string): string {
    return createHmac('sha256', this.#keys[purpose]).update(value, 'utf8').digest('hex');
  }

  close(): Promise<void> {
    return this.line.close();
  }
}
