import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads';
import { WriteQueue } from './write-queue.js';
import type { FromWriter, ToWriter } from './log-protocol.js';
import { verifyTail } from './verify.js';
import { LogWriter } from './log-writer.js';
import { asStoreError, openLogForWriting } from './sqlite-log.js';

/**
 * The thread that writes the log. It serves the thread that started it and every port that is
 * handed to it.
 */
/**
 * How long to look for more before sleeping: someone who awaits each answer sends the next event
 * within this, and waking a sleeping thread costs as much as half a commit.
 */
const LINGER_MS = 0.1;

export interface WriterData {
  readonly dir: string;
  readonly mustExist: string | undefined;
}

const main = parentPort!;
const { dir, mustExist } = workerData as WriterData;

function start(): void {
  const { db, logId } = openLogForWriting(dir, mustExist);
  verifyTail(db);
  const queue = new WriteQueue(new LogWriter(db));
  const ports: MessagePort[] = [];

  const receive = (port: MessagePort, message: ToWriter): void => {
    switch (message.kind) {
      case 'append':
        return queue.push(port, message.batches);
      case 'watch':
        return queue.watch(port, message.after);
      case 'connect':
        return join(message.port);
      case 'close':
        return queue.close();
    }
  };

  /** Takes what arrived while the last commit was under way, so that it shares the next one. */
  const gather = (): boolean => {
    let any = false;
    for (const port of ports) {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        receive(port, next.message as ToWriter);
        any = true;
      }
    }
    return any;
  };

  const linger = (): boolean => {
    const until = performance.now() + LINGER_MS;
    do if (gather()) return true;
    while (performance.now() < until);
    return false;
  };

  const join = (port: MessagePort): void => {
    ports.push(port);
    port.on('message', (message: ToWriter) => {
      receive(port, message);
      gather();
      do while (queue.step()) gather();
      while (!queue.closed && linger());
      if (!queue.closed) return;
      for (const each of ports) each.close();
    });
    port.on('close', () => {
      const at = ports.indexOf(port);
      if (at >= 0) ports.splice(at, 1);
      queue.forget(port);
    });
  };

  join(main);
  main.postMessage({ kind: 'open', logId, last: queue.last } satisfies FromWriter);
}

try {
  start();
} catch (error) {
  const { code, detail } = asStoreError(error);
  main.postMessage({ kind: 'refused', failure: { code, detail } } satisfies FromWriter);
}
