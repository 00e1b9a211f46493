import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Metrics } from '../../src/runtime/metrics.js';
import { ran } from '../support/effort.js';
import { beginning } from './beginning.js';
import { planOf, play, type Figures, type Outcome, type Plan } from './history.js';
import { PlayingTime } from './playing-time.js';
import { SCALES } from './scale.js';
import { shrunk, toldOf } from './shrink.js';

/**
 * Plays histories until so many were played, from the seed after the last one that an earlier run
 * played; stopped or killed, it goes on there. A history that goes wrong is made shorter and told.
 * After so many minutes it ends, and says how many it played.
 */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    scale: { type: 'string', default: 'short' },
    length: { type: 'string' },
    only: { type: 'boolean', default: false },
    minutes: { type: 'string' },
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
const scale = Object.hasOwn(SCALES, values.scale)
  ? SCALES[values.scale as keyof typeof SCALES]
  : undefined;
if (!scale) throw new Error(`--scale takes ${Object.keys(SCALES).join(' or ')}`);
const toldEach = scale === SCALES.short ? 100 : 1;
const start = await beginning(scale);
const played = (plan: Plan): Promise<Outcome> => play(plan, start, metrics);
const length = values.length === undefined ? scale.actions : Number(values.length);

if (values.only) {
  const plan = planOf(Number(values.seed), scale, length);
  console.log(toldOf({ plan, outcome: await played(plan) }));
} else {
  const begun = kept();
  let progress = begun;
  if (values.seed !== undefined) progress = { ...progress, next: Number(values.seed) };
  const time = new PlayingTime(Number(values.histories), values.minutes);
  for (let left = time.asked; left > 0 && time.isLeft(); left -= 1) {
    const plan = planOf(progress.next, scale, length);
    const { wrong, figures } = await played(plan);
    if (wrong.length > 0) console.log(toldOf(await shrunk(plan, played)));
    progress = {
      next: progress.next + 1,
      histories: progress.histories + 1,
      figures: sum(progress.figures, figures),
      wrong: wrong.length > 0 ? [...progress.wrong, progress.next] : progress.wrong,
    };
    keep(progress);
    if (left === 1 || left % toldEach === 0) console.log(JSON.stringify(progress));
  }
  const count = progress.histories - begun.histories;
  const ended = time.told(count);
  if (ended) console.log(ended);
  process.exitCode = progress.wrong.length > 0 || !time.isEnough(count) ? 1 : 0;
  ran('histories', count);
  ran('interleavings', progress.figures.choices - begun.figures.choices);
  ran('kills', progress.figures.kills - begun.figures.kills);
}
metrics.onModuleDestroy();
