import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Metrics } from '../../src/runtime/metrics.js';
import { ran } from '../support/effort.js';
import { beginning } from './beginning.js';
import { planOf, play, type Figures, type Outcome, type Plan } from './history.js';
import { shrunk, toldOf } from './shrink.js';

/**
 * Plays histories until so many were played, from the seed after the last one that an earlier run
 * played; stopped or killed, it goes on there. A history that goes wrong is made shorter and told.
 */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    length: { type: 'string', default: '30' },
    only: { type: 'boolean', default: false },
    progress: { type: 'string', default: '.cache/simulator/progress.json' },
  },
});

interface Progress {
  readonly next: number;
  readonly histories: number;
  readonly figures: Figures;
  readonly wrong: readonly number[];
}
const NOTHING: Progress = {
  next: 1,
  histories: 0,
  figures: { steps: 0, choices: 0, kills: 0, cycles: 0, paid: 0 },
  wrong: [],
};

function kept(): Progress {
  try {
    return JSON.parse(readFileSync(values.progress, 'utf8')) as Progress;
  } catch {
    return NOTHING;
  }
}
function keep(progress: Progress): void {
  mkdirSync(dirname(values.progress), { recursive: true });
  writeFileSync(`${values.progress}.new`, JSON.stringify(progress));
  renameSync(`${values.progress}.new`, values.progress);
}
const sum = (a: Figures, b: Figures): Figures => ({
  steps: a.steps + b.steps,
  choices: a.choices + b.choices,
  kills: a.kills + b.kills,
  cycles: a.cycles + b.cycles,
  paid: a.paid + b.paid,
});

const metrics = new Metrics();
const start = await beginning();
const played = (plan: Plan): Promise<Outcome> => play(plan, start, metrics);
const length = Number(values.length);

if (values.only) {
  const plan = planOf(Number(values.seed), length);
  console.log(toldOf({ plan, outcome: await played(plan) }));
} else {
  const begun = kept();
  let progress = begun;
  if (values.seed !== undefined) progress = { ...progress, next: Number(values.seed) };
  for (let left = Number(values.histories); left > 0; left -= 1) {
    const plan = planOf(progress.next, length);
    const { wrong, figures } = await played(plan);
    if (wrong.length > 0) console.log(toldOf(await shrunk(plan, played)));
    progress = {
      next: progress.next + 1,
      histories: progress.histories + 1,
      figures: sum(progress.figures, figures),
      wrong: wrong.length > 0 ? [...progress.wrong, progress.next] : progress.wrong,
    };
    keep(progress);
    if (left % 100 === 1) console.log(JSON.stringify(progress));
  }
  process.exitCode = progress.wrong.length > 0 ? 1 : 0;
  ran('histories', progress.histories - begun.histories);
  ran('interleavings', progress.figures.choices - begun.figures.choices);
  ran('kills', progress.figures.kills - begun.figures.kills);
}
metrics.onModuleDestroy();
