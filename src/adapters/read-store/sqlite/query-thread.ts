import { Worker } from 'node:worker_threads';
import { ReadStoreError } from '../port.js';
import type { QueryAnswer, QueryRequest } from './query-protocol.js';

interface Waiting {
  resolve(rows: Record<string, unknown>[]): void;
  reject(error: Error): void;
}

/**
 * The asking side of the query thread: many queries may be on their way at once, answered in order.
 */
export class QueryThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended: Error | undefined;

  constructor(file: string) {
    this.#worker = new Worker(new URL('./query.worker.js', import.meta.url), {
      workerData: { file },
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: QueryAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) =>
      this.#end(
        new ReadStoreError(
          'READ_STORE_FAILED',
          `The query thread stopped: ${error instanceof Error ? error.message : String(error)}`,
        ),
      ),
    );
    this.#worker.on('exit', () =>
      this.#end(new ReadStoreError('READ_STORE_CLOSED', 'The query thread is closed.')),
    );
  }

  query(sql: string, parameters: readonly unknown[]): Promise<Record<string, unknown>[]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next;
    this.#next += 1;
    // A process stays alive for an answer that somebody waits for, and for nothing else.
    if (this.#waiting.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, sql, parameters } satisfies QueryRequest);
    });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
    });
    this.#worker.ref();
    this.#worker.postMessage('close');
    await exited;
  }

  #answered(answer: QueryAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('rows' in answer) waiting?.resolve(answer.rows);
    else waiting?.reject(new ReadStoreError(answer.code, answer.detail));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
