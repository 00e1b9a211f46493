import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ReadCall, ReadCalls, ReadReply, ReadRequest } from './log-protocol.js';
import { LogReader } from './log-reader.js';
import { StoreError } from '../../../kernel/errors.js';
import { openLogForReading } from './sqlite-log.js';

/** A folder's log. `isStill`: nobody writes it meanwhile, and it has no write-ahead log. */
export interface LogPlace {
  readonly dir: string;
  readonly isStill?: boolean;
}

/** Asks a reader, in this thread or in its own. Failures are StoreError. */
export interface ReadClient {
  call<C extends ReadCall>(
    call: C,
    args: Parameters<ReadCalls[C]>[0],
  ): Promise<ReturnType<ReadCalls[C]>>;
  close(): Promise<void>;
}

/**
 * Reads on a connection of this thread, which waits for the disk: for threads that do nothing else
 * meanwhile.
 */
export const readHere = (dir: string): ReadClient =>
  readWith(new LogReader(openLogForReading(dir).db));

/** The same, with a reader that is open; it is closed with the client. */
export function readWith(reader: LogReader): ReadClient {
  let closed = false;
  return {
    async call(call, args) {
      if (closed) throw new StoreError('STORE_CLOSED', 'The log was closed.');
      const method = reader[call] as (args: unknown) => ReturnType<ReadCalls[typeof call]>;
      const value = method.call(reader, args);
      // Whoever polls the end of the log must let this thread hear what was committed meanwhile.
      if (typeof value === 'object' && 'end' in value && value.end) await nextTurn();
      return value;
    },
    async close() {
      if (!closed) reader.close();
      closed = true;
    },
  };
}

interface Pending {
  answered(value: unknown): void;
  failed(error: StoreError): void;
}

function settle(pending: Map<number, Pending>, reply: ReadReply): void {
  const request = pending.get(reply.id);
  pending.delete(reply.id);
  if ('failure' in reply) request?.failed(new StoreError(reply.failure.code, reply.failure.detail));
  else request?.answered(reply.value);
}

/**
 * Reads in a thread of its own: all questions of one tick travel in one message, and so do their
 * answers.
 */
export function readInWorker(place: LogPlace): ReadClient {
  const worker = new Worker(new URL('./log-reader.worker.js', import.meta.url), {
    workerData: place,
  });
  const pending = new Map<number, Pending>();
  let queued: ReadRequest[] = [];
  let nextId = 1;
  let down: string | undefined;

  const fail = (detail: string): void => {
    down ??= detail;
    const all = [...pending.values()];
    pending.clear();
    for (const { failed } of all) failed(new StoreError('STORE_CLOSED', detail));
  };
  worker.on('message', (replies: readonly ReadReply[]) => {
    for (const reply of replies) settle(pending, reply);
  });
  worker.on('error', (error) =>
    fail(
      `The thread that reads the log failed: ${error instanceof Error ? error.message : String(error)}`,
    ),
  );
  const exited = new Promise<void>((resolve) =>
    worker.on('exit', () => {
      fail('The thread that reads the log ended.');
      resolve();
    }),
  );

  const send = (): void => {
    if (queued.length > 0) worker.postMessage(queued);
    queued = [];
  };

  return {
    call<C extends ReadCall>(call: C, args: Parameters<ReadCalls[C]>[0]) {
      return new Promise<ReturnType<ReadCalls[C]>>((resolve, failed) => {
        if (down !== undefined) return failed(new StoreError('STORE_CLOSED', down));
        const id = nextId;
        nextId += 1;
        pending.set(id, {
          answered: (value) => resolve(value as ReturnType<ReadCalls[C]>),
          failed,
        });
        queued.push({ id, call, args });
        // A page fetched ahead leaves at once: the caller goes on to parse the page before, and
        // ticks only end after that.
        if (call === 'text') send();
        else if (queued.length === 1) process.nextTick(send);
      });
    },
    async close() {
      down ??= 'The log was closed.';
      // Behind the questions of this tick, so that they are answered first.
      process.nextTick(() => worker.postMessage(undefined));
      await exited;
    },
  };
}
