import { Worker } from 'node:worker_threads';
import { ContractError } from '../../events/registry.js';
import type { SqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import type { EventStore, Page } from '../../src/adapters/event-store/port.js';
import { StoreError } from '../../src/kernel/errors.js';
import type { Ask, Told } from './connected-log.worker.js';

type Asked = Exclude<keyof EventStore, 'follow' | 'lastEvent' | 'atomicGroups' | 'positionGaps'>;
type Given<M extends Asked> = Awaited<ReturnType<EventStore[M]>>;

/** What came through a port is what the method of that name gave in the other thread. */
function outcome<T>(told: Told): T {
  if (told.kind === 'store-error') throw new StoreError(told.code, told.detail);
  if (told.kind === 'contract-error') throw new ContractError(...told.of);
  return told.value as T;
}

/** Calls in the other thread, each told apart by its id. */
class Calls {
  readonly #waiting = new Map<number, (told: Told) => void>();
  #nextId = 1;

  constructor(private readonly worker: Worker) {
    worker.on('message', (told: Told) => this.#waiting.get(told.id)?.(told));
  }

  /** The method of that name in the other thread. */
  ask<M extends Asked>(method: M): (...args: Parameters<EventStore[M]>) => Promise<Given<M>> {
    return (...args) =>
      new Promise((resolve, reject) => {
        const id = this.#awaiting((told) => {
          this.#waiting.delete(id);
          try {
            resolve(outcome<Given<M>>(told));
          } catch (error) {
            reject(error);
          }
        });
        this.#send({ id, method, args });
      });
  }

  async *follow(after: number, signal: AbortSignal, pageSize?: number): AsyncIterable<Page> {
    const told: Told[] = [];
    let wake = (): void => undefined;
    const id = this.#awaiting((each) => {
      told.push(each);
      wake();
    });
    signal.addEventListener('abort', () => this.#send({ id, method: 'abort' }));
    this.#send({ id, method: 'follow', args: [after, pageSize] });
    for (;;) {
      const next = told.shift();
      if (!next)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      else if (next.kind !== 'page') return void outcome(next);
      else if (!signal.aborted) yield next.value as Page;
    }
  }

  /** @returns the id of a call of which everything told is given to `hear` */
  #awaiting(hear: (told: Told) => void): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#waiting.set(id, hear);
    return id;
  }

  #send(ask: Ask): void {
    this.worker.postMessage(ask);
  }
}

/**
 * An EventStore whose every call runs in another thread that is connected to `log`; closing it ends
 * that thread.
 */
export function logFromAnotherThread(dir: string, log: SqliteLog): EventStore {
  const port = log.port();
  const worker = new Worker(new URL('./connected-log.worker.js', import.meta.url), {
    workerData: { dir, port },
    transferList: [port],
  });
  const calls = new Calls(worker);
  const exited = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  return {
    append: calls.ask('append'),
    appendAll: calls.ask('appendAll'),
    readStream: calls.ask('readStream'),
    readStreams: calls.ask('readStreams'),
    readCategory: calls.ask('readCategory'),
    readAll: calls.ask('readAll'),
    lastPosition: calls.ask('lastPosition'),
    receipt: calls.ask('receipt'),
    follow: (after, signal, pageSize) => calls.follow(after, signal, pageSize),
    async close() {
      await calls.ask('close')();
      await exited;
    },
  };
}
