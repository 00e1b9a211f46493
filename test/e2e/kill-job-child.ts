/**
 * Works the jobs of a folder off as the background thread does, and dies (SIGKILL) in the middle of
 * each: once when half of what it appends is written, and once when all is and its end was not
 * noted. Says on standard output of what it dies, which its parent gives to the next as an
 * argument. Arguments: folder, then the deaths that were died, or `never`.
 */
import { writeSync } from 'node:fs';
import { checkpointsIn } from '../../src/adapters/data-folder/checkpoint.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import type { JobQueue } from '../../src/adapters/job-queue/port.js';
import { openSqliteJobQueue } from '../../src/adapters/job-queue/sqlite/job-queue.js';
import { openEngine } from '../../src/cli/compose.js';
import { processManagers } from '../../src/process-managers/all.js';
import { ProcessManagerRunner } from '../../src/process-managers/runner.js';
import { stateKept } from '../../src/runtime/set-aside.js';
import { unfinished } from '../../src/use-cases/jobs/all.js';
import { JobRunner } from '../../src/use-cases/jobs/job-runner.js';
import { workOff, type QueuedJob } from '../../src/use-cases/jobs/queued-jobs.js';
import { jobIdOf } from '../../src/write-side/jobs.js';

const dir = process.argv[2]!;
const died = process.argv.slice(3);
let death: string | undefined;

const isDue = (where: string): boolean =>
  death === where || death?.startsWith(`${where} `) === true;
/** The next death of a job, if there is one. */
const deathOf = (jobId: string): string | undefined =>
  died.includes('never')
    ? undefined
    : [`units ${jobId}`, `end ${jobId}`].find((one) => !died.includes(one));

function die(): Promise<never> {
  writeSync(1, `${death}\n`);
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

const engine = await openEngine(dir);
const inner = engine.store;
const mortal: Pick<EventStore, 'append' | 'appendAll'> = {
  async append(group) {
    const result = await inner.append(group);
    return isDue('units') ? die() : result;
  },
  async appendAll(groups) {
    if (!isDue('units')) return inner.appendAll(groups);
    await inner.appendAll(groups.slice(0, Math.ceil(groups.length / 2)));
    return die();
  },
};
const store = new Proxy(inner, {
  get(target, name) {
    if (name === 'append' || name === 'appendAll') return mortal[name];
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? (value.bind(target) as unknown) : value;
  },
});
const deps = { ...engine, store };
const checkpoints = checkpointsIn(dir);
const automations = new ProcessManagerRunner(deps, processManagers(deps), {
  ...checkpoints.acted,
  ...stateKept(checkpoints.each),
});
const jobs = new JobRunner({ ...deps, automations }, () => undefined);
const queue = openSqliteJobQueue<QueuedJob>(dir, { takeBack: true });
for (const { job, by } of await unfinished(deps)) await queue.submit(jobIdOf(job), { job, by });
const untilEmpty: JobQueue<QueuedJob> = Object.assign(Object.create(queue) as typeof queue, {
  claim: async (worker: string, signal: AbortSignal) =>
    (await queue.counts()).waiting === 0 ? undefined : queue.claim(worker, signal),
});
const runner: Pick<JobRunner, 'run'> = {
  async run(job, ...rest) {
    death = deathOf(jobIdOf(job));
    const end = await jobs.run(job, ...rest);
    if (isDue('end')) await die();
    death = undefined;
    return end;
  },
};
await workOff(untilEmpty, runner, 'child', new AbortController().signal);
await queue.close();
await engine.close();
