import { Command, Option } from 'commander';
import { WholeFile } from '../../adapters/durable-files/whole-file.js';
import { action, common, wholeNumber, type CommonOptions } from '../command.js';
import {
  DEFAULT_SHARES,
  generateHouseholds,
  householdsCsv,
  householdsNdjson,
} from '../sample-households/generate.js';

interface GenerateCommandOptions extends CommonOptions {
  readonly count: number;
  readonly seed: number;
  readonly format: 'csv' | 'ndjson';
  readonly out: string;
  readonly delimiter: ';' | ',';
  readonly bom?: boolean;
  readonly duplicates: number;
  readonly errors: number;
}

export interface WriteHouseholds {
  readonly path: string;
  readonly count: number;
  readonly seed: number;
  readonly format: 'csv' | 'ndjson';
  readonly delimiter?: ';' | ',';
  readonly bom?: boolean;
  readonly duplicates?: number;
  readonly errors?: number;
}

/**
 * Writes made-up households to a file, which has its name only when it is whole and synced. Memory
 * does not grow with the count.
 */
export function writeHouseholds(
  options: WriteHouseholds,
  onProgress?: (rows: number) => void,
  signal?: AbortSignal,
): void {
  const shares = {
    ...(options.duplicates === undefined ? {} : { duplicates: options.duplicates }),
    ...(options.errors === undefined ? {} : { errors: options.errors }),
  };
  const rows = generateHouseholds({ count: options.count, seed: options.seed, shares });
  const chunks =
    options.format === 'csv'
      ? householdsCsv(rows, { delimiter: options.delimiter ?? ';', bom: options.bom === true })
      : householdsNdjson(rows);
  const file = new WholeFile(options.path);
  try {
    let written = 0;
    for (const chunk of chunks) {
      signal?.throwIfAborted();
      file.write(chunk);
      written = Math.min(options.count, written + 500);
      onProgress?.(written);
    }
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}

const share =
  (name: string) =>
  (text: string): number =>
    wholeNumber(name, 0, 100)(text) / 100;

export function householdsCommand(): Command {
  const households = new Command('households').description(
    'made-up households for trying things out',
  );
  common(households.command('generate'))
    .description(
      'write made-up households, the same for the same seed, with stated shares of duplicates and errors',
    )
    .option('--count <n>', 'how many', wholeNumber('count', 0, 10_000_000), 2_000)
    .option('--seed <s>', 'randomness', wholeNumber('seed', 0, 4_294_967_295), 1)
    .addOption(
      new Option('--format <format>', 'file format').choices(['csv', 'ndjson']).default('csv'),
    )
    .addOption(new Option('--delimiter <character>', 'of CSV').choices([';', ',']).default(';'))
    .option('--bom', 'start a CSV file with a byte order mark')
    .option(
      '--duplicates <percent>',
      'rows that apply again for the same identity',
      share('duplicates'),
      DEFAULT_SHARES.duplicates,
    )
    .option('--errors <percent>', 'rows with a mistake', share('errors'), DEFAULT_SHARES.errors)
    .requiredOption('--out <file>', 'the file to write')
    .action(
      action<GenerateCommandOptions, []>(async ({ out, signal }, options) => {
        writeHouseholds(
          { ...options, path: options.out, bom: options.bom === true },
          out.progress('households', options.count),
          signal,
        );
        out.result(
          { file: options.out, households: options.count, seed: options.seed },
          () =>
            `${options.out}: ${options.count.toLocaleString('en')} households of seed ${options.seed}`,
        );
      }),
    );
  return households;
}
