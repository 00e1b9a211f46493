import type { Action, Outcome, Plan } from './history.js';

/** At most so many plays to make a plan shorter. */
const PLAYS = 150;

/**
 * A shorter plan of the same seed that goes wrong too: halves are left out, then quarters, and so
 * on to single actions.
 */
export async function shrunk(
  plan: Plan,
  playIt: (plan: Plan) => Promise<Outcome>,
): Promise<{ readonly plan: Plan; readonly outcome: Outcome }> {
  let best = { plan, outcome: await playIt(plan) };
  let plays = 0;
  for (let size = Math.ceil(plan.actions.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.plan.actions.length && plays < PLAYS;) {
      const actions = without(best.plan.actions, from, size);
      const shorter = { ...plan, actions };
      plays += 1;
      const outcome = await playIt(shorter);
      if (outcome.wrong.length > 0) best = { plan: shorter, outcome };
      else from += size;
    }
  }
  return best;
}

const without = (actions: readonly Action[], from: number, size: number): readonly Action[] => [
  ...actions.slice(0, from),
  ...actions.slice(from + size),
];

/** What a person needs to see what went wrong. */
export const toldOf = ({ plan, outcome }: Awaited<ReturnType<typeof shrunk>>): string =>
  [
    ...outcome.trace,
    '',
    `Seed ${plan.seed}, ${plan.actions.length} actions: ${plan.actions
      .map(({ what, n }) => `${what} ${n}`)
      .join(', ')}`,
    ...outcome.wrong.map((one) => `  ${one}`),
  ].join('\n');
