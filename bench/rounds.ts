import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Contender, Figure } from './figures.js';
import type { DurablePostgres } from './postgres.js';

const PROGRAMS = new URL('./contenders/', import.meta.url);
const LIMIT_MS = 30 * 60_000;

/** What one contender did in one round. */
export interface Outcome {
  readonly contender: string;
  readonly perSecond: number;
  readonly durable?: string;
  readonly peakMb?: number;
  /** Why the figure does not count: it lost or doubled events, or it failed. */
  readonly disqualified?: string;
}

interface Printed {
  readonly seconds: number;
  readonly events?: number;
  readonly count?: number;
  readonly requests?: number;
  readonly distinct?: number;
  readonly read?: number;
  readonly durable?: string;
  readonly peakMb?: number;
}

/** How a contender is started; a place is a fresh folder or a fresh database. */
function commandOf(
  figure: Figure,
  contender: Contender,
  size: number,
  place: string,
  peersDir: string,
): string[] {
  switch (contender.kind) {
    case 'run-one':
      return [
        fileURLToPath(new URL('run-one.js', PROGRAMS)),
        contender.name,
        String(figure.writers),
        String(size),
      ];
    case 'script':
    case 'servers':
      return [
        fileURLToPath(new URL(`${contender.name}.js`, PROGRAMS)),
        String(size),
        ...(contender.args ?? []),
      ];
    case 'peer-sqlite':
    case 'peer-postgres':
      return [
        join(peersDir, 'peer.mjs'),
        contender.name,
        figure.mode,
        String(figure.writers),
        String(size),
        place,
        fileURLToPath(new URL('payment-story.js', PROGRAMS)),
      ];
  }
}

export interface Setting {
  readonly peersDir: string;
  readonly postgres?: DurablePostgres;
  readonly brokers?: readonly string[];
}

/**
 * Runs a contender once, in a process and on a store of its own. Never throws: what fails is
 * disqualified, with the reason.
 */
export async function runOnce(
  figure: Figure,
  contender: Contender,
  size: number,
  { peersDir, postgres, brokers }: Setting,
): Promise<Outcome> {
  const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-bench-round-'));
  const given = Math.max(64, Math.round(size * (contender.share ?? 1)));
  const failed = (reason: string): Outcome => ({
    contender: contender.name,
    perSecond: 0,
    disqualified: reason,
  });
  try {
    if (contender.kind === 'peer-postgres' && !postgres)
      return failed('there is no PostgreSQL here');
    if (contender.kind === 'servers' && !(postgres && brokers))
      return failed('there is no PostgreSQL or no Kafka here');
    const servers =
      contender.kind === 'servers'
        ? { DATABASE_URL: await postgres!.newDatabase(), KAFKA_BROKERS: brokers!.join(',') }
        : {};
    const place = contender.kind === 'peer-postgres' ? await postgres!.newDatabase() : dir;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      commandOf(figure, contender, given, place, peersDir),
      {
        env: { ...process.env, SANAD_BENCH_DIR: dir, ...servers },
        timeout: LIMIT_MS,
        maxBuffer: 64 << 20,
      },
    );
    return judge(contender, JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Printed);
  } catch (error) {
    const said = error as { readonly stderr?: string; readonly message: string };
    return failed(
      (
        said.stderr
          ?.trim()
          .split('\n')
          .find((line) => line.includes('Error')) ?? said.message
      ).slice(0, 300),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function judge(
  { name }: Contender,
  { seconds, events, count, requests, distinct, read, durable, peakMb }: Printed,
): Outcome {
  const done = events ?? count ?? requests ?? 0;
  const counted =
    distinct !== undefined && (distinct !== done || (read !== undefined && read !== done));
  return {
    contender: name,
    perSecond: done / seconds,
    ...(durable === undefined ? {} : { durable }),
    ...(peakMb === undefined ? {} : { peakMb }),
    ...(counted
      ? {
          disqualified: `${done} written, ${read ?? distinct} read back, ${distinct} distinct (stream, revision)`,
        }
      : {}),
  };
}

/**
 * Runs every contender of a figure once a round, in the reverse order in every other round, so that
 * what one leaves the machine with (a warm disk, a hot core) does not always help the same one.
 */
export async function runRounds(
  figure: Figure,
  size: number,
  rounds: number,
  contenders: readonly Contender[],
  setting: Setting,
  note: (text: string) => void,
): Promise<readonly (readonly Outcome[])[]> {
  const all: Outcome[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const outcomes: Outcome[] = [];
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const outcome = await runOnce(figure, contender, size, setting);
      note(
        `${figure.name} ${round + 1}/${rounds} ${contender.name}: ${outcome.disqualified ?? `${Math.round(outcome.perSecond).toLocaleString('en')} a second`}`,
      );
      outcomes.push(outcome);
    }
    all.push(outcomes);
  }
  return all;
}
