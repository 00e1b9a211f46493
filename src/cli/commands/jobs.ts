import { Command } from 'commander';
import { openDataFolder } from '../../adapters/data-folder/file-system.js';
import type { JobQueue } from '../../adapters/job-queue/port.js';
import { openPostgresJobQueue } from '../../adapters/job-queue/postgres.js';
import { openSqliteJobQueue } from '../../adapters/job-queue/sqlite.js';
import { sizeIn } from '../../composition/config.js';
import { newestJobs, type QueuedJob } from '../../use-cases/jobs/queued-jobs.js';
import { action, common, wholeNumber, type CommonOptions } from '../command.js';
import { table } from '../output.js';

interface ListOptions extends CommonOptions {
  readonly limit: number;
}

/** Beside the server, which holds the folder: the queue has a lock of its own. */
async function openQueue(data: string): Promise<JobQueue<QueuedJob>> {
  const { distributed } = sizeIn();
  if (distributed) return openPostgresJobQueue(distributed.databaseUrl);
  const { path } = await openDataFolder(data, { hold: false, mustExist: true });
  return openSqliteJobQueue(path);
}

const COLUMNS = ['job', 'kind', 'state', 'asked by', 'how far, or why not'];

const list = action<ListOptions, []>(async ({ out }, { data, limit }) => {
  const queue = await openQueue(data);
  try {
    const jobs = await newestJobs(queue, limit);
    out.result({ jobs }, () => {
      const rows = jobs.map(({ jobId, kind, state, askedBy, progress, code, detail }) => {
        const far = progress === undefined ? '' : `${progress.what}: ${progress.done}`;
        return [jobId, kind, state, askedBy, code === undefined ? far : `${code}: ${detail ?? ''}`];
      });
      return rows.length === 0 ? 'none' : table([COLUMNS, ...rows]);
    });
  } finally {
    await queue.close();
  }
});

export function jobsCommand(): Command {
  const jobs = new Command('jobs').description(
    'work of the server that goes on in the background; also beside it',
  );
  common(jobs.command('list'))
    .description('jobs that wait, run or ended, the newest first, each with how far it is')
    .option('--limit <n>', 'at most so many', wholeNumber('limit', 1, 10_000), 50)
    .action(list);
  return jobs;
}
