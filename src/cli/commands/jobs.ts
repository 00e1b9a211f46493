import { Command } from 'commander';
import { newestJobs, type QueuedJob } from '../../use-cases/jobs/queued-jobs.js';
import type { ListedJob } from '../../write-side/jobs.js';
import { action, common, wholeNumber, type CommonOptions } from '../command.js';
import { table } from '../output.js';
import { withQueue } from '../queue.js';

interface ListOptions extends CommonOptions {
  readonly limit: number;
}

const COLUMNS = ['job', 'kind', 'state', 'asked by', 'how far, or why not'];

const list = action<ListOptions, []>(async ({ out }, { data, limit }) => {
  const jobs = await withQueue<QueuedJob, readonly ListedJob[]>(data, (queue) =>
    newestJobs(queue, limit),
  );
  out.result({ jobs }, () => {
    const rows = jobs.map(({ jobId, kind, state, askedBy, progress, code, detail }) => {
      const far = progress === undefined ? '' : `${progress.what}: ${progress.done}`;
      return [jobId, kind, state, askedBy, code === undefined ? far : `${code}: ${detail ?? ''}`];
    });
    return rows.length === 0 ? 'none' : table([COLUMNS, ...rows]);
  });
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
