import type { Figure } from './figures.js';
import type { Outcome } from './rounds.js';
import { spread, type Spread } from './statistics.js';

export interface ContenderFigure {
  readonly name: string;
  readonly perSecond?: Spread;
  readonly durable?: string;
  readonly peakMb?: number;
  readonly disqualified?: readonly string[];
}
export interface Comparison {
  readonly with: string;
  readonly ratio?: Spread;
  readonly target: number;
  readonly reached: boolean;
}
export interface Verdict {
  readonly figure: string;
  readonly unit: string;
  readonly writers: number;
  readonly size: number;
  readonly rounds: number;
  readonly ours: ContenderFigure;
  readonly floor: ContenderFigure;
  readonly beside: readonly ContenderFigure[];
  readonly peers: readonly ContenderFigure[];
  readonly comparisons: readonly Comparison[];
  readonly reached: boolean;
}

type Rounds = readonly (readonly Outcome[])[];
const counted = (round: readonly Outcome[], name: string): number | undefined =>
  round.find((o) => o.contender === name && o.disqualified === undefined)?.perSecond;

function figureOf(rounds: Rounds, name: string): ContenderFigure {
  const own = rounds.flatMap((round) => round.filter((outcome) => outcome.contender === name));
  const perSecond = spread(own.filter((o) => o.disqualified === undefined).map((o) => o.perSecond));
  const durable = own.find((o) => o.durable)?.durable;
  const peakMb = own.map((o) => o.peakMb ?? 0);
  const disqualified = [...new Set(own.flatMap((o) => o.disqualified ?? []))];
  return {
    name,
    ...(perSecond ? { perSecond } : {}),
    ...(durable ? { durable } : {}),
    ...(Math.max(0, ...peakMb) > 0 ? { peakMb: Math.max(...peakMb) } : {}),
    ...(disqualified.length > 0 ? { disqualified } : {}),
  };
}

/**
 * Ratios are taken within a round; a round in which either side does not count gives none, and
 * without any nothing is reached.
 */
function compare(
  rounds: Rounds,
  ours: string,
  other: string,
  others: readonly string[],
  target: number,
): Comparison {
  const ratios = rounds.flatMap((round) => {
    const mine = counted(round, ours);
    const theirs = others.flatMap((name) => counted(round, name) ?? []);
    return mine === undefined || theirs.length === 0 ? [] : [mine / Math.max(...theirs)];
  });
  const ratio = spread(ratios);
  return {
    with: other,
    ...(ratio ? { ratio } : {}),
    target,
    reached: ratio !== undefined && ratio.median >= target,
  };
}

export function verdictOf(figure: Figure, size: number, rounds: Rounds): Verdict {
  const ours = figureOf(rounds, figure.ours.name);
  const peerNames = (figure.peers ?? []).map(({ name }) => name);
  const ran = new Set(rounds.flat().map(({ contender }) => contender));
  const withPeers = peerNames.some((name) => ran.has(name));
  const comparisons = [
    compare(rounds, figure.ours.name, figure.floor.name, [figure.floor.name], figure.target),
    ...Object.entries(withPeers ? (figure.peerTargets ?? {}) : {}).map(([name, target]) =>
      compare(
        rounds,
        figure.ours.name,
        name === '*' ? 'the best peer' : name,
        name === '*' ? peerNames : [name],
        target,
      ),
    ),
  ];
  return {
    figure: figure.name,
    unit: figure.unit,
    writers: figure.writers,
    size,
    rounds: rounds.length,
    ours,
    floor: figureOf(rounds, figure.floor.name),
    beside: (figure.beside ?? []).map(({ name }) => figureOf(rounds, name)),
    peers: peerNames.filter((name) => ran.has(name)).map((name) => figureOf(rounds, name)),
    comparisons,
    reached: ours.disqualified === undefined && comparisons.every(({ reached }) => reached),
  };
}
