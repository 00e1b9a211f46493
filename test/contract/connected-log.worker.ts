import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { ContractError } from '../../events/registry.js';
import { connectSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { StoreError } from '../../src/kernel/errors.js';

/**
 * Another thread of the same process that joined the log: it does what it is asked and says what
 * came of it.
 */
export type Ask =
  | {
      readonly id: number;
      readonly method: Exclude<keyof EventStore, 'follow'>;
      readonly args: readonly unknown[];
    }
  | {
      readonly id: number;
      readonly method: 'follow';
      readonly args: readonly [after: number, pageSize: number | undefined];
    }
  | { readonly id: number; readonly method: 'abort' };
export type Told =
  | { readonly id: number; readonly kind: 'value' | 'page'; readonly value: unknown }
  | {
      readonly id: number;
      readonly kind: 'store-error';
      readonly code: StoreError['code'];
      readonly detail: string;
    }
  | {
      readonly id: number;
      readonly kind: 'contract-error';
      readonly of: readonly [ContractError['code'], string, number, string, string];
    };

const { dir, port } = workerData as { readonly dir: string; readonly port: MessagePort };
const store = connectSqliteLog(dir, port);
const following = new Map<number, AbortController>();
const tell = (told: Told): void => parentPort!.postMessage(told);

async function answer(ask: Exclude<Ask, { method: 'abort' }>): Promise<unknown> {
  if (ask.method !== 'follow')
    return (store[ask.method] as (...args: readonly unknown[]) => Promise<unknown>).apply(store, [
      ...ask.args,
    ]);
  const abort = new AbortController();
  following.set(ask.id, abort);
  for await (const page of store.follow(ask.args[0], abort.signal, ask.args[1]))
    tell({ id: ask.id, kind: 'page', value: page });
  return undefined;
}

parentPort!.on('message', (ask: Ask) => {
  if (ask.method === 'abort') return following.get(ask.id)?.abort();
  answer(ask).then(
    (value) => {
      tell({ id: ask.id, kind: 'value', value });
      if (ask.method === 'close') parentPort!.close();
    },
    (error: unknown) => {
      if (error instanceof StoreError)
        tell({ id: ask.id, kind: 'store-error', code: error.code, detail: error.detail });
      else if (error instanceof ContractError)
        tell({
          id: ask.id,
          kind: 'contract-error',
          of: [error.code, error.type, error.version, error.field, error.message],
        });
      else throw error;
    },
  );
});
