import { setPriority } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { EventRegistry } from '../../events/registry.js';
import { PROJECTIONS } from '../../projections/all.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { openAccessLog } from '../adapters/access-log/file-system.js';
import { checkpointsIn } from '../adapters/data-folder/checkpoint.js';
import { connectSqliteLog } from '../adapters/event-store/sqlite/event-store.js';
import { openSqliteReadStore } from '../adapters/read-store/sqlite/read-store.js';
import { connectSqliteVault } from '../adapters/vault/sqlite/vault.js';
import { takeFrom } from '../use-cases/statements/take-from-folder.js';
import { BackgroundWork } from './background-work.js';
import { engineOver, lookAtEnd } from './engine.js';
import type { BackgroundStart } from './background-start.js';
import { CALLBACK_QUEUE, callbackPost } from '../adapters/payment-rail/govstack/callbacks.js';
import type { OwedCallback } from '../adapters/payment-rail/govstack/port.js';
import { deliverCallbacks } from '../use-cases/govstack/deliver-callbacks.js';
import { openSqliteJobQueue } from '../adapters/job-queue/sqlite/job-queue.js';
import type { QueuedJob } from '../use-cases/jobs/queued-jobs.js';
import { throttlePages } from '../runtime/throttle-pages.js';
import {
  READ_MODELS,
  READ_MODELS_WORK,
  type FromBackground,
  type ToBackground,
} from '../write-side/jobs.js';
import type { AutomationHealth } from '../write-side/set-aside.js';
import { supervise } from '../runtime/supervision/supervise.js';

/**
 * The background thread: process managers and bulk jobs, at their own pace, beside the thread that
 * answers HTTP.
 */
const start = workerData as BackgroundStart;
// On Linux a priority is a thread's, and 0 means this one: where processors are short, answering
// people comes first.
if (process.platform === 'linux') setPriority(0, 5);
const port = parentPort!;
const tell = (message: FromBackground): void => port.postMessage(message);
const stop = new AbortController();

const registry = new EventRegistry();
const store = connectSqliteLog(start.dir, start.log, { registry });
const vault = await connectSqliteVault(start.vault);
const deps = await engineOver(
  { dir: start.dir, filesDir: start.files, store, registry, vault },
  {
    mode: start.mode,
    rail: { ...start.rail, deferred: true },
    ...(start.clockLimits === undefined ? {} : { clockLimits: start.clockLimits }),
  },
);
await lookAtEnd(deps);

port.on('message', (_stop: ToBackground) => stop.abort());

const reads = await openSqliteReadStore(join(start.dir, 'read.db'), {
  thread: 'local',
  onDiscarded: (detail) => tell({ kind: 'note', what: 'read models', detail }),
});
const readModels = new ProjectionRunner({
  store: reads,
  projections: PROJECTIONS,
  log: store,
  feed: { subscribe: (after, signal) => throttlePages(store.follow(after, signal), signal) },
  onCommitted: (position) => tell({ kind: 'position', name: READ_MODELS, position }),
  onNote: (note) => tell({ kind: 'note', ...note }),
});
const projecting = supervise(
  READ_MODELS_WORK,
  () => readModels.run(stop.signal),
  tell,
  stop.signal,
);

const checkpoints = checkpointsIn(start.dir);
const background = new BackgroundWork({ deps, checkpoints, tell, signal: stop.signal });
const { automations } = background;
const automating = supervise('automation', () => background.automate(), tell, stop.signal);
let told: AutomationHealth = { setAside: [], behind: [], failing: [] };
const telling = setInterval(() => {
  tell({ kind: 'position', name: 'automation', position: automations.position });
  const { setAside, behind, failing } = automations;
  const isTold = isDeepStrictEqual(
    { behind, failing },
    { behind: told.behind, failing: told.failing },
  );
  if (setAside === told.setAside && isTold) return;
  told = { setAside, behind, failing };
  tell({ kind: 'automation', health: told });
}, 250);

tell({ kind: 'ready' });
async function work(): Promise<void> {
  const queue = openSqliteJobQueue<QueuedJob>(start.dir, { takeBack: true });
  try {
    await background.work(queue);
  } finally {
    await queue.close();
  }
}
const working = supervise('jobs', work, tell, stop.signal);
async function callBack(): Promise<void> {
  const { file, patience } = CALLBACK_QUEUE;
  const access = await openAccessLog(start.dir);
  const queue = openSqliteJobQueue<OwedCallback>(start.dir, { file, ...patience, takeBack: true });
  const onLost = (what: string, detail: string): void =>
    tell({ kind: 'alarm', what: 'a caller was not called back', detail: `${what}: ${detail}` });
  try {
    await deliverCallbacks(
      { ...deps, access },
      { queue, post: callbackPost(start.callbacks), onLost },
      stop.signal,
    );
  } finally {
    await queue.close();
    await access.close();
  }
}
const callingBack = supervise('callbacks', callBack, tell, stop.signal);
const attending = deps.opened.attend?.(
  {
    take: takeFrom(deps),
    onTrouble: (what, error) =>
      tell({
        kind: 'trouble',
        what,
        detail: error instanceof Error ? error.message : String(error),
      }),
  },
  stop.signal,
);
await Promise.all([automating, projecting, attending, working, callingBack]);
clearInterval(telling);
await reads.close();
await store.close();
await vault.close();
port.close();
