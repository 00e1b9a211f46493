import { Option, type Command } from 'commander';
import type { Listed } from '../../../use-cases/statements/bank-lists.js';
import { reading, wholeNumber, type CommonOptions } from '../../command.js';
import { table } from '../../output.js';

export interface ListOptions extends CommonOptions {
  readonly status?: string;
  readonly owner?: string;
  readonly olderThan?: number;
  readonly after?: string;
  readonly limit: number;
  readonly message?: string;
}

/** Options of a list that is read a page at a time. */
export const paged = (command: Command): Command =>
  reading(command)
    .option('--after <cursor>', 'what the page before said')
    .option('--limit <n>', 'at most so many', wholeNumber('limit', 1, 1_000), 100);

export const statusOption = (...states: readonly string[]): Option =>
  new Option('--status <status>', 'only these').choices(states);

/** A page as a table, with how to read the next. */
export const listed = <T>(
  { items, next }: Listed<T>,
  head: readonly string[],
  row: (item: T) => readonly string[],
): string =>
  [
    items.length === 0 ? 'none' : table([head, ...items.map(row)]),
    ...(next === undefined ? [] : [`more: --after ${next}`]),
  ].join('\n');
