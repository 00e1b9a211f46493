import { parentPort, workerData } from 'node:worker_threads';
import type { ReadCall, ReadCalls, ReadReply, ReadRequest } from './log-protocol.js';
import { LogReader } from './log-reader.js';
import type { LogPlace } from './read-client.js';
import { asStoreError, openLogForReading, openStillLog } from './sqlite-log.js';

/**
 * The thread that reads the log for a thread that must not wait for the disk. `undefined` closes
 * it.
 */
const port = parentPort!;
const { dir, isStill = false } = workerData as LogPlace;
const reader = new LogReader((isStill ? await openStillLog(dir) : openLogForReading(dir)).db);

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
