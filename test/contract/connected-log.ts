import { Worker } from 'node:worker_threads';
import { ContractError } from '../../events/registry.js';
import type { EmbeddedLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import type { EventStore, Page } from '../../src/adapters/event-store/port.js';
import { StoreError } from '../../src/kernel/errors.js';
import type { Ask, Told } from './connected-log.worker.js';

type Asked = Exclude<keyof EventStore, 'follow' | 'lastEvent' | 'atomicGroups' | 'positionGaps'>;
type Given<M extends Asked> = Awaited<ReturnType<EventStore[M]>>;

/**
 * An EventStore whose every call runs in another thread that is connected to `log`; closing it ends
 * that thread.
 */
export function logFromAnotherThread(dir: string, log: EmbeddedLog): EventStore {
  const port = log.port();
  const worker = new Worker(new URL('./connected-log.worker.js', import.meta.url), {
    workerData: { dir, port },
    transferList: [port],
  });
  const waiting = new Map<number, (told: Told) => void>();
  let nextId = 1;
  worker.on('message', (told: Told) => waiting.get(told.id)?.(told));
  const exited = new Promise<void>((resolve) => worker.on('exit', () => resolve()));

  const send = (ask: Ask): void => worker.postMessage(ask);
  // What came through a port is what the method of that name gave in the other thread.
  const outcome = <T>(told: Told): T => {
    if (told.kind === 'store-error') throw new StoreError(told.code, told.detail);
    if (told.kind === 'contract-error') throw new ContractError(...told.of);
    return told.value as T;
  };
  const ask =
    <M extends Asked>(method: M) =>
    (...args: Parameters<EventStore[M]>): Promise<Given<M>> =>
      new Promise((resolve, reject) => {
        const id = nextId;
        nextId += 1;
        waiting.set(id, (told) => {
          waiting.delete(id);
          try {
            resolve(outcome<Given<M>>(told));
          } catch (error) {
            reject(error);
          }
        });
        send({ id, method, args });
      });

  async function* follow(
    after: number,
    signal: AbortSignal,
    pageSize?: number,
  ): AsyncIterable<Page> {
    const id = nextId;
    nextId += 1;
    const told: Told[] = [];
    let wake = (): void => undefined;
    waiting.set(id, (each) => {
      told.push(each);
      wake();
    });
    signal.addEventListener('abort', () => send({ id, method: 'abort' }));
    send({ id, method: 'follow', args: [after, pageSize] });
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

  return {
    append: ask('append'),
    appendAll: ask('appendAll'),
    readStream: ask('readStream'),
    readStreams: ask('readStreams'),
    readCategory: ask('readCategory'),
    readAll: ask('readAll'),
    lastPosition: ask('lastPosition'),
    receipt: ask('receipt'),
    follow,
    async close() {
      await ask('close')();
      await exited;
    },
  };
}
