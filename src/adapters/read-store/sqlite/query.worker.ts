import { parentPort, workerData } from 'node:worker_threads';
import { ReadStoreError } from '../port.js';
import type { QueryAnswer, QueryRequest } from './query-protocol.js';
import { SqliteConnection } from './connection.js';

/**
 * Runs queries on read.db, so that the thread that asks never waits on the disk. Opens it at the
 * first query.
 */
const { file } = workerData as { readonly file: string };
let connection: SqliteConnection | undefined;

function answer({ id, sql, parameters }: QueryRequest): QueryAnswer {
  try {
    connection ??= new SqliteConnection(file, { readOnly: true });
    return { id, rows: connection.execute(sql, parameters).rows };
  } catch (error) {
    if (error instanceof ReadStoreError) return { id, code: error.code, detail: error.detail };
    return {
      id,
      code: 'READ_STORE_FAILED',
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

parentPort?.on('message', (request: QueryRequest | 'close') => {
  if (request === 'close') {
    connection?.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answer(request));
});
