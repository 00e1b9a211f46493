import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { hashKeys, type HashKeys } from '../master-key.js';
import type { Answer, Control, Request, Started, WorkerStart } from './messages.js';
import { failure } from './failure.js';
import { VaultFile } from './vault-file.js';
import type { VaultError } from '../port.js';

const WRITES: ReadonlySet<Request['kind']> = new Set(['seal', 'erase', 'forget']);

/**
 * The thread that owns the vault's file. What has queued up while it was busy goes into one commit,
 * with one sync.
 */
class VaultWorker {
  readonly #queue: { readonly port: MessagePort; readonly request: Request }[] = [];
  readonly #ports = new Set<MessagePort>();
  readonly #hashKeys: HashKeys;
  #scheduled = false;
  #broken: VaultError | undefined;

  constructor(private readonly file: VaultFile) {
    this.#hashKeys = hashKeys(file.master);
  }

  connect(port: MessagePort): void {
    this.#ports.add(port);
    port.on('message', (request: Request) => {
      this.#queue.push({ port, request });
      this.#schedule();
    });
    port.on('close', () => this.#ports.delete(port));
  }

  close(): void {
    while (this.#queue.length > 0) this.#drain();
    for (const port of this.#ports) port.close();
    this.file.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#drain();
    });
  }

  /** Writes first, then reads: a record that was asked for after it was sealed is there. */
  #drain(): void {
    const taken = this.#queue.splice(0);
    const writes = taken.filter(({ request }) => WRITES.has(request.kind));
    if (writes.length > 0) this.#write(writes);
    for (const { port, request } of taken) {
      if (request.kind === 'hello')
        port.postMessage({ id: request.id, hashKeys: this.#hashKeys } satisfies Answer);
      if (request.kind === 'open' || request.kind === 'persons')
        port.postMessage(this.#read(request));
    }
  }

  #write(writes: readonly { readonly port: MessagePort; readonly request: Request }[]): void {
    const answers: Answer[] = [];
    try {
      if (this.#broken) throw this.#broken;
      this.file.begin();
      for (const { request } of writes) answers.push(this.#apply(request));
      this.file.commit();
      if (writes.some(({ request }) => request.kind !== 'seal')) this.file.truncateLog();
    } catch (error) {
      const failed = failure(error);
      this.#abandon(failed);
      for (const { port, request } of writes) port.postMessage(refusal(request.id, failed));
      return;
    }
    writes.forEach(({ port }, i) => port.postMessage(answers[i]));
  }

  /**
   * A refusal of one request leaves the others in the commit; a failure of the file ends it for
   * all.
   */
  #apply(request: Request): Answer {
    try {
      if (request.kind === 'seal')
        return {
          id: request.id,
          hashes: this.file.seal(request.persons, request.names, request.plains),
        };
      if (request.kind === 'erase') this.file.erase(request.persons);
      if (request.kind === 'forget') this.file.forget(request.persons);
      return { id: request.id, done: true };
    } catch (error) {
      const failed = failure(error);
      if (failed.cause !== undefined) throw failed;
      return refusal(request.id, failed);
    }
  }

  #read(request: Request & { readonly kind: 'open' | 'persons' }): Answer {
    try {
      if (request.kind === 'persons')
        return { id: request.id, persons: this.file.persons(request.after, request.limit) };
      return { id: request.id, json: this.file.open(request.sealed) };
    } catch (error) {
      return refusal(request.id, failure(error));
    }
  }

  /**
   * After a failed sync nobody knows what the disk holds: no write is taken until the vault is
   * opened anew.
   */
  #abandon(failed: VaultError): void {
    if (failed.code !== 'DISK_FULL') this.#broken ??= failed;
    try {
      this.file.rollback();
    } catch (error) {
      this.#broken ??= failure(error);
    }
  }
}

const refusal = (id: number, { code, detail }: VaultError): Answer => ({ id, code, detail });

function start(owner: MessagePort): void {
  const { file, keysDir } = workerData as WorkerStart;
  let worker: VaultWorker;
  try {
    worker = new VaultWorker(new VaultFile(file, keysDir));
  } catch (error) {
    const { code, detail } = failure(error);
    owner.postMessage({ ready: false, code, detail } satisfies Started);
    return;
  }
  owner.on('message', (control: Control) => {
    switch (control.kind) {
      case 'connect':
        worker.connect(control.port);
        return;
      case 'close':
        worker.close();
        owner.close();
    }
  });
  owner.postMessage({ ready: true } satisfies Started);
}

if (parentPort) start(parentPort);
