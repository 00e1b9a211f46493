import { Command } from 'commander';
import type { JobQueue } from '../../adapters/job-queue/port.js';
import { CALLBACK_QUEUE } from '../../adapters/payment-rail/govstack/callbacks.js';
import type { OwedCallback } from '../../adapters/payment-rail/govstack/port.js';
import { acting, action, common, wholeNumber, type CommonOptions } from '../command.js';
import { EXIT, table } from '../output.js';
import { withQueue } from '../queue.js';

interface ListOptions extends CommonOptions {
  readonly limit: number;
}
interface OneOptions extends CommonOptions {
  readonly callback?: string;
}

const withCallbacks = <T>(
  data: string,
  work: (queue: JobQueue<OwedCallback>) => Promise<T>,
): Promise<T> => withQueue(data, work, CALLBACK_QUEUE);

const list = action<ListOptions, []>(async ({ out }, { data, limit }) => {
  const found = await withCallbacks(data, (queue) => queue.open(limit));
  const callbacks = found.map(({ jobId, state, work, tries, code, detail }) => ({
    callback: jobId,
    state,
    what: work.what,
    to: work.url,
    tries,
    ...(code === undefined ? {} : { reason: `${code}: ${detail ?? ''}` }),
  }));
  out.result({ callbacks }, () =>
    callbacks.length === 0
      ? 'No callback is owed.'
      : table([
          ['callback', 'state', 'what', 'to', 'tries', 'reason'],
          ...callbacks.map(({ callback, state, what, to, tries, reason = '' }) => [
            callback,
            state,
            what,
            to,
            String(tries),
            reason,
          ]),
        ]),
  );
  return callbacks.some(({ state }) => state === 'failed') ? EXIT.findings : EXIT.ok;
});

const retry = action<OneOptions, []>(async ({ out }, { data, callback }) => {
  const again = await withCallbacks(data, (queue) => queue.again(callback));
  out.result({ again }, () => `${again} to be delivered again.`);
  return callback !== undefined && again === 0 ? EXIT.findings : EXIT.ok;
});

const forget = action<OneOptions, []>(async ({ out }, { data, callback }) => {
  const forgotten = await withCallbacks(data, (queue) => queue.forget(callback));
  out.result({ forgotten }, () => `${forgotten} given up for good.`);
  return callback !== undefined && forgotten === 0 ? EXIT.findings : EXIT.ok;
});

export function callbacksCommand(): Command {
  const callbacks = new Command('callbacks').description(
    'callbacks that are owed to who uses Sanad as a payments block; also beside the server',
  );
  common(callbacks.command('list'))
    .description('those that wait for their delivery, and those that were given up, each with why')
    .option('--limit <n>', 'at most so many, oldest first', wholeNumber('limit', 1, 10_000), 100)
    .action(list);
  acting(callbacks.command('retry'))
    .description('have those delivered that were given up, after the cause was mended')
    .option('--callback <id>', 'this one only')
    .action(retry);
  acting(callbacks.command('forget'))
    .description('give those up for good that were not delivered')
    .option('--callback <id>', 'this one only')
    .action(forget);
  return callbacks;
}
