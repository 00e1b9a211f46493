import { setPriority } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { EventRegistry } from '../../events/registry.js';
import { PROJECTIONS } from '../../projections/all.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { systemClock } from '../adapters/clock/system.js';
import { fileCheckpoint } from '../adapters/data-folder/checkpoint.js';
import { connectEmbeddedLog } from '../adapters/event-store/sqlite/event-store.js';
import { bankFolderOf, govstackOutboxOf, isoRail } from '../adapters/payment-rail/rail.js';
import { openEmbeddedReadStore } from '../adapters/read-store/sqlite/read-store.js';
import { connectEmbeddedVault } from '../adapters/vault/sqlite/vault.js';
import { messageArchive } from '../adapters/message-archive/file-system.js';
import { readBankMessageInThread } from '../adapters/payment-rail/iso20022/incoming/threaded.js';
import { takeFrom } from '../use-cases/statements/take-from-folder.js';
import type { MessageDeps } from '../write-side/context.js';
import { processManagers } from '../process-managers/all.js';
import { AutomationRunner } from '../process-managers/runner.js';
import type { BackgroundStart } from '../runtime/background.js';
import { KeyedMutex } from '../kernel/concurrency/keyed-mutex.js';
import { JobRunner, unfinished } from '../use-cases/jobs/job-runner.js';
import { throttlePages } from '../runtime/throttle-pages.js';
import { READ_MODELS, type FromBackground, type ToBackground } from '../write-side/jobs.js';
import { supervise } from '../runtime/supervise.js';

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
const store = connectEmbeddedLog(start.dir, start.log, { registry });
const vault = await connectEmbeddedVault(start.vault);
const deps: MessageDeps = {
  archive: messageArchive(join(start.dir, 'archive')),
  readMessage: readBankMessageInThread,
  store,
  registry,
  vault,
  clock: systemClock,
  rail: isoRail(start.files, { ...start.rail, deferred: true }),
  locks: new KeyedMutex(),
};

const jobs = new JobRunner(deps, tell, stop.signal);
port.on('message', (message: ToBackground) => {
  if (message.kind === 'stop') stop.abort();
  else jobs.start(message.job, message.by);
});

const reads = await openEmbeddedReadStore(join(start.dir, 'read.db'), {
  thread: 'local',
  onDiscarded: (detail) => tell({ kind: 'note', what: 'read models', detail }),
});
const readModels = new ProjectionRunner({
  store: reads,
  projections: PROJECTIONS,
  log: store,
  feed: { subscribe: (after, signal) => throttlePages(store.follow(after, signal), signal) },
  onCommitted: (position) => tell({ kind: 'followed', name: READ_MODELS, position }),
  onNote: (note) => tell({ kind: 'note', ...note }),
});
const projecting = supervise('read models', () => readModels.run(stop.signal), tell, stop.signal);

const following = {
  readAll: (after: number, limit: number) => store.readAll(after, limit),
  follow: (after: number, signal: AbortSignal, pageSize?: number) =>
    throttlePages(store.follow(after, signal, pageSize), signal),
};
const automations = new AutomationRunner(
  { store: following },
  processManagers(deps),
  fileCheckpoint(join(start.dir, 'automation.checkpoint')),
);
const automating = supervise('automation', () => automations.run(stop.signal), tell, stop.signal);
const telling = setInterval(
  () => tell({ kind: 'followed', name: 'automation', position: automations.position }),
  250,
);

tell({ kind: 'ready' });
for (const { job, by } of await unfinished(deps)) jobs.start(job, by);
const watching = bankFolderOf(start.files, start.rail)?.watch(takeFrom(deps), stop.signal, {
  onTrouble: (what, error) =>
    tell({
      kind: 'trouble',
      what: `bank folder: ${what}`,
      detail: error instanceof Error ? error.message : String(error),
    }),
});
const sending = govstackOutboxOf(start.files, start.rail)?.watch(stop.signal, {
  onTrouble: (what, error) =>
    tell({
      kind: 'trouble',
      what: `payments block: ${what}`,
      detail: error instanceof Error ? error.message : String(error),
    }),
});
await Promise.all([automating, projecting, watching, sending]);
await jobs.settled();
clearInterval(telling);
await reads.close();
await store.close();
await vault.close();
port.close();
