import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type {
  Counts,
  FaultPlan,
  FromServer,
  Order,
  ToServer,
  Trim,
} from './eventstoredb/faults.js';

/**
 * A gRPC server of EventStoreDB's protocol in a process of its own. See
 * eventstoredb/server-child.ts.
 */
export interface TestEventStoreDb {
  readonly url: string;
  /** Makes calls fail from now on; see FaultPlan. */
  fault(plan: FaultPlan): Promise<void>;
  /** Forgets every fault that is left. */
  heal(): Promise<void>;
  /** From now on a repeated append is answered with a wrong expected version. */
  forgetIds(): Promise<void>;
  /** As an administrator of the server may do to a stream, until it stops; see Trim. */
  trim(stream: string, how: Trim): Promise<void>;
  dropSubscriptions(how: 'error' | 'end' | 'reset'): Promise<void>;
  counts(): Promise<Counts>;
  /** Kill -9, and a new process on the same port and file. */
  killAndRestart(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Sends an order and waits until the server says that it is done. */
function carriedOut(child: ChildProcess, order: ToServer): Promise<Counts> {
  return new Promise((resolve, reject) => {
    const hear = (message: FromServer): void => {
      if (message.kind !== 'done' || message.id !== order.id) return;
      child.off('message', hear);
      resolve(message.counts);
    };
    child.on('message', hear);
    child.send(order, (error) => {
      if (error) reject(error);
    });
  });
}

/** @param file keeps the log over restarts; without it, it is in memory */
export async function startEventStoreDb(file?: string): Promise<TestEventStoreDb> {
  let child: ChildProcess;
  let port = 0;
  let orders = 0;
  const start = async (): Promise<void> => {
    child = fork(
      join(import.meta.dirname, 'eventstoredb/server-child.js'),
      [String(port), ...(file === undefined ? [] : [file])],
      { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    const [message] = (await once(child, 'message')) as [FromServer];
    if (message.kind !== 'listening') throw new Error('the server did not listen');
    port = message.port;
  };
  const order = (given: Order): Promise<Counts> => {
    orders += 1;
    return carriedOut(child, { ...given, id: orders });
  };
  const kill = async (): Promise<void> => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  await start();
  return {
    url: `esdb://admin:not-a-secret@127.0.0.1:${port}?tls=false`,
    async fault(plan) {
      await order({ kind: 'fault', plan });
    },
    async heal() {
      await order({ kind: 'heal' });
    },
    async forgetIds() {
      await order({ kind: 'forget-ids' });
    },
    async trim(stream, how) {
      await order({ kind: 'trim', stream, how });
    },
    async dropSubscriptions(how) {
      await order({ kind: 'drop-subscriptions', how });
    },
    counts: () => order({ kind: 'counts' }),
    kill,
    restart: start,
    stop: kill,
    async killAndRestart() {
      await kill();
      await start();
    },
  };
}
