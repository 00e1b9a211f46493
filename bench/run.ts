import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FIGURES, SCALES, type Figure, type Scale } from './figures.js';
import { startDurablePostgres, type DurablePostgres } from './postgres.js';
import { startKafka } from '../test/support/kafka.js';
import { runRounds } from './rounds.js';
import { verdictOf, type Verdict } from './verdict.js';

const USAGE = `npm run bench -- [--only append,replay,…] [--rounds 5] [--scale ${SCALES.join('|')}] [--no-peers]
Figures: ${FIGURES.map(({ name }) => name).join(', ')} (a beginning of a name chooses all that begin so).
Prints JSON on standard output and progress on standard error. SANAD_BENCH_DIR chooses the disk that is measured.`;

interface Asked {
  readonly figures: readonly Figure[];
  readonly rounds: number;
  readonly scale: Scale;
  readonly withPeers: boolean;
}

function ask(): Asked {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      scale: { type: 'string', default: 'normal' },
      'no-peers': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const wanted = values.only?.split(',').filter(Boolean);
  const figures = FIGURES.filter(
    ({ name }) => !wanted || wanted.some((start) => name.startsWith(start)),
  );
  const rounds = Number(values.rounds);
  const scale = SCALES.find((known) => known === values.scale);
  if (figures.length === 0 || !scale || !Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  return { figures, rounds, scale, withPeers: !values['no-peers'] };
}

const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const peersDir = join(process.cwd(), 'bench/peers');

/** Peers are a package of their own, installed by the first measurement that wants them. */
function installPeers(): void {
  if (existsSync(join(peersDir, 'node_modules/.package-lock.json'))) return;
  note('installing the peers into bench/peers (once)');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: peersDir,
    stdio: ['ignore', 2, 2],
  });
}

async function measure({
  figures,
  rounds,
  scale,
  withPeers,
}: Asked): Promise<{ verdicts: Verdict[]; postgres: string }> {
  const peersWanted = withPeers && figures.some(({ peers }) => peers);
  let postgres: DurablePostgres | undefined;
  const serversWanted = figures.some(({ ours }) => ours.kind === 'servers');
  if (peersWanted) installPeers();
  if (peersWanted || serversWanted) postgres = await startDurablePostgres();
  const kafka = serversWanted ? await startKafka('the figures of the distributed size') : undefined;
  try {
    const verdicts: Verdict[] = [];
    for (const figure of figures) {
      const contenders = [
        figure.floor,
        figure.ours,
        ...(figure.beside ?? []),
        ...(withPeers ? (figure.peers ?? []) : []),
      ];
      const size = figure.size[scale];
      verdicts.push(
        verdictOf(
          figure,
          size,
          await runRounds(
            figure,
            size,
            rounds,
            contenders,
            {
              peersDir,
              ...(postgres ? { postgres } : {}),
              ...(kafka?.running ? { brokers: kafka.brokers } : {}),
            },
            note,
          ),
        ),
      );
    }
    return { verdicts, postgres: postgres?.settings ?? 'not started' };
  } finally {
    if (kafka?.running) await kafka.stop();
    await postgres?.stop();
  }
}

const asked = ask();
const { verdicts, postgres } = await measure(asked);
const [processor] = cpus();
process.stdout.write(
  `${JSON.stringify(
    {
      machine: {
        cpus: cpus().length,
        model: processor?.model ?? 'unknown',
        memoryGb: Math.round(totalmem() / 2 ** 30),
        system: `${type()} ${release()}`,
        node: process.versions.node,
      },
      scale: asked.scale,
      rounds: asked.rounds,
      postgres,
      notes: [
        'A fresh process and store per contender and round; the order is reversed in every other round; ratios are taken within a round.',
        'Where a contender is slow it is given a share of the size; rates are compared. A figure whose count of distinct (stream, revision) is off does not count.',
      ],
      figures: verdicts,
      reached: verdicts.every(({ reached }) => reached),
    },
    null,
    2,
  )}\n`,
);
// The server's process keeps handles of its own.
process.exit(0);
