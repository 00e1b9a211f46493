#!/usr/bin/env node
/**
 * A stand-in payment system, for demonstrations and tests: a program of its own that knows the
 * engine by its public HTTP API, or by the files of a shared folder. It reads instructions and
 * answers each as a bank would, with stated shares of trouble.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Api, ApiError, ApiUnreachable } from './api.js';
import { Behaviour, DEFAULT_SHARES, type Shares } from './behaviour.js';
import { answerFolder, NotAnOrder, type FilesSummary } from './files.js';
import { InstructionsMissing, run, type Summary } from './run.js';

const EXIT = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;

const SHARES: readonly (readonly [option: string, share: keyof Shares, says: string])[] = [
  ['accepted-only', 'acceptedOnly', 'accepted, then never heard of again'],
  ['rejected', 'rejected', 'rejected with an ISO 20022 reason (AC01, AC04, AC06, AG01)'],
  ['returned', 'returned', 'settled, then returned (AC04, AC06, MD07)'],
  ['late', 'late', 'answered after all others, the acceptance after the settlement'],
  ['unknown', 'unknown', 'said to be unknown, and settled after all others'],
  ['contradictory', 'contradictory', 'half settled then rejected, half rejected then settled'],
  ['duplicates', 'duplicates', 'of all, besides: the last answer is sent twice'],
];

const HELP = `stand-in: a stand-in payment system that answers a cycle's instructions over the public API, or files in a folder

usage: node dist/stand-in/main.js --url URL --cycle CYCLE [options]
       node dist/stand-in/main.js --folder DIR [--seed TEXT] [shares] [--json]

  --folder DIR         answer the pain.001 files in DIR/OUT by pain.002 and camt.054 files in DIR/IN, then move them to
                       DIR/FETCHED; every instruction is drawn like a first attempt, as a bank does not know better

  --url URL            where the API is, for example http://127.0.0.1:3000
  --token TOKEN        bearer token of the role payment-system; better given as STAND_IN_TOKEN in the environment
  --cycle CYCLE        whose instructions, for example asd-2025-11
  --seed TEXT          randomness; the same seed answers the same instruction in the same way (default 1)

shares of first attempts, each from 0 to 1; the rest, most by default, is accepted and then settled:
${SHARES.map(([option, share, says]) => `  --${option.padEnd(18)} ${says} (default ${DEFAULT_SHARES[share]})`).join('\n')}
  --redraw             draw later attempts like first ones; by default they settle, as after a mended account

  --expect N           an empty answer is not the end before N instructions came (default 0)
  --follow             keep asking for new instructions
  --idle SECONDS       with --follow: stop when none came for so long (default 10)
  --patience SECONDS   how long a request, or --expect, is waited for (default 60)
  --json               print the summary as one JSON object on standard output
  --help

exit codes: 0 all answered · 1 the API refused, or answered nonsense · 2 wrong usage · 3 the API cannot be reached
`;

/** One line for the person who called; nothing was done. */
class UsageError extends Error {}

const OPTIONS = {
  folder: { type: 'string' },
  url: { type: 'string' },
  token: { type: 'string' },
  cycle: { type: 'string' },
  seed: { type: 'string', default: '1' },
  ...Object.fromEntries(SHARES.map(([option]) => [option, { type: 'string' } as const])),
  redraw: { type: 'boolean', default: false },
  expect: { type: 'string', default: '0' },
  follow: { type: 'boolean', default: false },
  idle: { type: 'string', default: '10' },
  patience: { type: 'string', default: '60' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function required(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${name} is required.`);
  return value;
}

function number(values: Values, name: string, fallback: number, max: number): number {
  const value = values[name];
  if (value === undefined) return fallback;
  const parsed =
    typeof value === 'string' && /^[0-9]+(\.[0-9]+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(parsed <= max)) throw new UsageError(`--${name} must be a number from 0 to ${max}.`);
  return parsed;
}

function sharesIn(values: Values): Shares {
  const shares = Object.fromEntries(
    SHARES.map(([option, share]) => [share, number(values, option, DEFAULT_SHARES[share], 1)]),
  );
  return { ...DEFAULT_SHARES, ...shares };
}

function behaviourIn(values: Values): Behaviour {
  try {
    return new Behaviour(required(values, 'seed'), sharesIn(values), values['redraw'] === true);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

async function answer(values: Values): Promise<Summary | FilesSummary> {
  if (values['folder'] !== undefined)
    return answerFolder(required(values, 'folder'), behaviourIn(values));
  const url = required(values, 'url').replace(/\/+$/, '');
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw new UsageError('--url must be an http or https address.');
  const token =
    typeof values['token'] === 'string' ? values['token'] : (process.env['STAND_IN_TOKEN'] ?? '');
  if (token === '')
    throw new UsageError('Give a token: STAND_IN_TOKEN in the environment, or --token.');
  const cycle = required(values, 'cycle');
  const behaviour = behaviourIn(values);
  const patienceMs = number(values, 'patience', 60, 86_400) * 1_000;
  const wait = async (ms: number): Promise<void> => {
    await sleep(ms);
  };
  const api = new Api({
    url,
    token,
    patienceMs,
    wait,
    say: (line) => {
      process.stderr.write(`${line}\n`);
    },
  });
  return run(api, behaviour, {
    cycle,
    wait,
    patienceMs,
    pollMs: 500,
    expect: number(values, 'expect', 0, 1e12),
    ...(values['follow'] === true ? { idleMs: number(values, 'idle', 10, 86_400) * 1_000 } : {}),
    ...(process.stderr.isTTY
      ? {
          onProgress: ({ instructions }) => {
            process.stderr.write(`\r${instructions} instructions answered`);
          },
        }
      : {}),
  });
}

function told(summary: Summary | FilesSummary): string {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([word, n]) => `${n} ${word}`)
      .join(', ') || 'none';
  if ('folder' in summary)
    return `${summary.folder}: ${summary.fetched} files with ${summary.instructions} instructions fetched, ${summary.files} files answered\n  said: ${list(summary.outcomes)}\n`;
  return `${summary.cycle}: ${summary.instructions} instructions, ${summary.requests} requests\n  said: ${list(summary.outcomes)}\n  the engine made of it: ${list(summary.results)}\n`;
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const values = parse(args);
    if (values['help'] === true) {
      process.stdout.write(HELP);
      return EXIT.ok;
    }
    const summary = await answer(values);
    process.stdout.write(values['json'] === true ? `${JSON.stringify(summary)}\n` : told(summary));
    return EXIT.ok;
  } catch (error) {
    if (!(
      error instanceof UsageError ||
      error instanceof ApiError ||
      error instanceof ApiUnreachable ||
      error instanceof InstructionsMissing ||
      error instanceof NotAnOrder
    ))
      throw error;
    process.stderr.write(
      `stand-in: ${error.message}${error instanceof UsageError ? ' See --help.' : ''}\n`,
    );
    if (error instanceof UsageError) return EXIT.usage;
    return error instanceof ApiUnreachable ? EXIT.unreachable : EXIT.refused;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
