import { parentPort, workerData } from 'node:worker_threads';
import type { ReadCall, ReadCalls, ReadReply, ReadRequest } from './log-protocol.js';
import { LogReader } from './log-reader.js';
import { asStoreError, openLogForReading } from './sqlite-log.js';

/**
 * The thread that reads the log for a thread that must not wait for the disk. `undefined` closes
 * it.
 */
const port = parentPort!;
const reader = new LogReader(openLogForReading((workerData as { readonly dir: string }).dir).db);

port.on('message', (requests: readonly ReadRequest[] | undefined) => {
  if (requests === undefined) {
    reader.close();
    port.close();
    return;
  }
  port.postMessage(requests.map(answer));
});

function answer({ id, call, args }: ReadRequest): ReadReply {
  try {
    return { id, value: run(call, args) };
  } catch (error) {
    const { code, detail } = asStoreError(error);
    return { id, failure: { code, detail } };
  }
}

const run = <C extends ReadCall>(call: C, args: unknown): unknown =>
  (reader[call] as (args: Parameters<ReadCalls[C]>[0]) => unknown).call(
    reader,
    args as Parameters<ReadCalls[C]>[0],
  );
