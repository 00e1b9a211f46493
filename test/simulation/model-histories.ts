import fc from 'fast-check';
import { bank } from './model-bank.js';
import { checks } from './model-checks.js';
import { corrections } from './model-corrections.js';
import { money, spend } from './model-money.js';
import { people, type Act } from './model-people.js';
import { withdrawals } from './model-withdrawals.js';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../../src/enrolment/enrolment.state.js';
import { streams } from '../../src/kernel/ids.js';
import { part } from '../../src/write-side/unit.js';
import { PROGRAMME } from './model-programme.js';
import { foldEnrolment, World, type Op } from './model-world.js';

/** How far things are when the random commands begin. */
export type Start = 'opened' | 'enrolled' | 'prepared' | 'instructed' | 'owing' | 'carrying';
export interface History {
  readonly start: Start;
  readonly households: number;
  readonly ops: readonly Op[];
}

const acts: Readonly<Record<string, Act>> = {
  ...people,
  ...money,
  ...checks,
  ...bank,
  ...corrections,
  ...withdrawals,
};
const { again } = people;
/** The commands that move things on are tried more often. */
const weights: Readonly<Record<string, number>> = {
  submit: 3,
  determine: 4,
  recommend: 6,
  decide: 6,
  appeal: 4,
  decideAppeal: 4,
  enrol: 4,
  again: 3,
  prepare: 4,
  approve: 6,
  release: 6,
  instruct: 4,
  report: 30,
  reportByHand: 6,
  reinstruct: 6,
  resolve: 6,
  spend: 8,
  reconcile: 4,
  close: 4,
  check: 5,
  override: 4,
  returnCycle: 1,
  releaseMessage: 2,
  quarantineMessage: 2,
  proposeCorrection: 5,
  approveCorrection: 8,
  applyCorrection: 6,
  planRecovery: 5,
  giveBack: 4,
  vindicate: 3,
  rejectCorrection: 4,
  suspendRecovery: 4,
  resumeRecovery: 5,
  waive: 2,
  takeBack: 6,
  cancel: 2,
  define: 0,
  openProgramme: 0,
};
const kinds = (of: object): fc.Arbitrary<string> =>
  fc.oneof(
    ...Object.keys(of)
      .filter((kind) => weights[kind] !== 0)
      .map((kind) => ({ weight: weights[kind] ?? 1, arbitrary: fc.constant(kind) })),
  );
const mostly = <T>(usual: T, weight: number, unusual: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: unusual });

const ops = (kind: fc.Arbitrary<string>, length: number): fc.Arbitrary<readonly Op[]> => {
  const op: fc.Arbitrary<Op> = fc.record({
    kind,
    a: fc.nat({ max: 7 }),
    b: fc.nat({ max: 7 }),
    who: fc.nat({ max: 3 }),
    staleBy: mostly(0, 5, fc.integer({ min: 1, max: 3 })),
    odd: mostly(false, 5, fc.constant(true)),
    wrong: mostly<Op['wrong']>(undefined, 30, fc.constantFrom('role', 'region')),
  });
  // Some commands come twice in a row, as from a client that asks again.
  return fc
    .array(fc.tuple(op, fc.nat({ max: 9 })), { minLength: length, maxLength: length })
    .map((drawn) =>
      drawn.map(([one, again], i) => (again === 0 && i > 0 ? drawn[i - 1]![0] : one)),
    );
};

/**
 * Histories about everything, about people mostly, and about money mostly, from wherever they
 * begin.
 */
export const historyArbitrary = (length: number): fc.Arbitrary<History> =>
  fc.record({
    start: fc.constantFrom<Start>(
      'opened',
      'enrolled',
      'prepared',
      'instructed',
      'instructed',
      'instructed',
      'owing',
      'carrying',
      'carrying',
    ),
    households: fc.integer({ min: 1, max: 3 }),
    ops: fc.oneof(
      { weight: 2, arbitrary: ops(kinds(acts), length) },
      { weight: 1, arbitrary: ops(kinds({ ...people, ...withdrawals }), length) },
      {
        weight: 2,
        arbitrary: ops(kinds({ ...money, ...checks, ...bank, ...withdrawals }), length),
      },
      { weight: 3, arbitrary: ops(kinds({ ...money, ...corrections, again }), length) },
    ),
  });

const plain = (kind: string, a: number, who: number): Op => ({
  kind,
  a,
  b: 0,
  who,
  staleBy: 0,
  odd: false,
  wrong: undefined,
});

/**
 * One household that the first cycle leaves out though it is found later to be due, and one that it
 * pays though it is found later not to be.
 */
function owing(world: World): () => void {
  const [first, second] = world.log
    .category('enrolment-')
    .map(({ events }) => foldEnrolment(events))
    .filter(({ startPeriod }) => startPeriod === '2026-01');
  const run = (
    state: EnrolmentState | undefined,
    ...commands: readonly EnrolmentCommand[]
  ): void => {
    if (!state) return;
    const stream = streams.enrolment(PROGRAMME, state.personId);
    for (const command of commands)
      for (const who of command.type === 'ReinstateEnrolment' ? [2, 3] : [2])
        world.run(plain('suspend', 0, who), 'supervisor', part(stream, enrolmentDecider, command));
  };
  run(second, { type: 'SuspendEnrolment', fromPeriod: '2026-01', reason: 'not seen' });
  return () => {
    run(second, { type: 'ReinstateEnrolment', fromPeriod: '2026-01', reason: 'seen' });
    run(
      first,
      { type: 'SuspendEnrolment', fromPeriod: '2026-01', reason: 'abroad' },
      { type: 'ReinstateEnrolment', fromPeriod: '2026-02', reason: 'back' },
    );
  };
}

/**
 * Plays a history through the deciders; at the end what lapsed is given back and what settled is
 * spent, as the automation would have by then.
 */
export function play({ start, households, ops }: History): World {
  const world = new World();
  const act = (op: Op): void => acts[op.kind]!(world, op);
  for (const kind of ['define', 'publish', 'openProgramme', 'allot']) act(plain(kind, 0, 0));
  const corrected = start === 'owing' || start === 'carrying';
  if (start !== 'opened') {
    for (let n = 0; n < (corrected ? 3 : households); n += 1) {
      act(plain('register', n, 0));
      act({ ...plain('submit', n, 0), b: (n * 2) % 4 });
      for (const [who, kind] of ['determine', 'recommend', 'decide'].entries())
        act(plain(kind, 0, who));
    }
    act(plain('enrol', 0, 0));
    // One more applies, is not eligible, and may be told so.
    act(plain('register', 3, 0));
    act({ ...plain('submit', 3, 0), b: 4 });
    act(plain('determine', 0, 0));
    if (households % 2 === 1)
      for (const [who, kind] of ['recommend', 'decide'].entries()) act(plain(kind, 0, who + 1));
  }
  const later = corrected ? owing(world) : () => undefined;
  if (start === 'prepared' || start === 'instructed' || corrected) act(plain('prepare', 0, 0));
  if (start === 'instructed' || corrected)
    for (const [who, kind] of ['approve', 'release', 'instruct'].entries())
      act(plain(kind, 0, who + 1));
  later();
  if (corrected)
    for (const [kind, who] of [
      ['proposeCorrection', 0],
      ['approveCorrection', 1],
      ['applyCorrection', 0],
      ['planRecovery', 2],
    ] as const)
      act(plain(kind, 1, who));
  if (start === 'carrying') {
    // An appeal that comes after the position that the next cycle is prepared as of; or a debt that
    // turns out to be none.
    if (households === 3) act(plain('suspendRecovery', 0, 2));
    act({ ...plain('prepare', 0, 0), b: households === 3 ? 2 : 0 });
    if (households === 2)
      for (const [kind, who] of [
        ['vindicate', 2],
        ['proposeCorrection', 0],
        ['approveCorrection', 1],
        ['applyCorrection', 0],
      ] as const)
        act(plain(kind, 0, who));
  }
  for (const op of ops) act(op);
  act(plain('giveBack', 0, 0));
  spend(world, plain('spend', 0, 0));
  return world;
}
