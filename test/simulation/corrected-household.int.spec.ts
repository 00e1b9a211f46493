import { expect, test } from '@jest/globals';
import { REJECTED, settledIn } from '../use-cases/failed-months.js';
import { child } from '../use-cases/families.js';
import { ran } from '../support/effort.js';
import { CorrectedHousehold, MONTHS } from './corrected-household.js';

/**
 * Random histories of one household through the real use cases: months fail, the bank books them
 * after all or sends them back, at whatever moment between the preparing of a cycle and the
 * applying of a correction; facts come late, and debts are planned. In the end, once the bank has
 * said all and corrections find nothing any more, it has what it is due.
 */
const HISTORIES = Number(process.env['SANAD_HOUSEHOLD_HISTORIES'] ?? 15);
const SEED = Number(process.env['SANAD_SEED'] ?? 1);

const FAMILIES = [0, 1, 2, 4].map((count) =>
  ['2020-05', '2021-05', '2022-05', '2023-05'].slice(0, count).map((month) => child(month)),
);

/** Numbers below a bound, the same of the same seed. */
function numbersFrom(seed: number): (bound: number) => number {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  };
}

async function happens(it: CorrectedHousehold, below: (bound: number) => number): Promise<void> {
  const kind = below(100);
  const past = MONTHS.slice(0, it.closed);
  const any = MONTHS[below(it.closed + 1)]!;
  const breaks = await it.openBreaks();
  if (kind < 34) {
    await it.goesOn(below(3) > 0 ? REJECTED : settledIn(it.month));
  } else if (kind < 52 && past.length > 0) {
    const month = past[below(past.length)]!;
    const { status, attempt } = await it.payment(month);
    const isBack = status === 'settled' && below(6) === 0;
    if (isBack) await it.tries(`${month} comes back`, () => it.bankSays(month, RETURNED));
    else if (attempt > 0 && (status === 'rejected' || status === 'returned'))
      await it.tries(`${month} is booked`, () => it.bankSays(month, settledIn(month)));
  } else if (kind < 66 && breaks.length > 0) {
    const [month, breakId] = breaks[below(breaks.length)]!;
    const resolution = below(5) > 0 ? 'counted-as-settled' : 'no-effect';
    await it.tries(`${month} ${resolution}`, () => it.resolves(month, breakId, resolution));
  } else if (kind < 87) {
    if (it.isProposed) await it.tries('approves', () => it.isApproved());
    else if (kind < 80) await it.tries(`proposes from ${any}`, () => it.proposes(any));
  } else if (kind < 94) {
    const family = FAMILIES[below(FAMILIES.length)]!;
    await it.tries(`${family.length} from ${any}`, () => it.certifies(family, any));
  } else {
    await it.tries('plans', () => it.agreesPlan());
  }
}
const RETURNED = { outcome: 'returned', reason: 'AC04' } as const;

/** The bank says what became of all, and months go on until a correction finds nothing. */
async function comesToRest(it: CorrectedHousehold): Promise<boolean> {
  while (!it.isBetweenMonths && (await it.goesOn(settledIn(it.month))));
  for (const [month, breakId] of await it.openBreaks())
    if (!(await it.tries('counts', () => it.resolves(month, breakId, 'counted-as-settled'))))
      await it.tries('clears', () => it.resolves(month, breakId, 'no-effect'));
  if (it.isProposed) await it.tries('approves', () => it.isApproved());
  while (it.closed < MONTHS.length) {
    if (!(await it.tries('proposes', () => it.proposes(MONTHS[0])))) return false;
    const isNothing = !it.isProposed;
    if (it.isProposed) await it.tries('approves', () => it.isApproved());
    if (isNothing && (await it.account()).arrears === 0n) return true;
    do if (!(await it.goesOn(settledIn(it.month)))) return false;
    while (!it.isBetweenMonths);
  }
  return false;
}

test.each(Array.from({ length: HISTORIES }, (_, i) => SEED + i))(
  'a household has what it is due, whatever its bank says when (history %i)',
  async (seed) => {
    const below = numbersFrom(seed);
    const it = await CorrectedHousehold.made();
    try {
      const steps = 20 + below(24);
      for (let step = 0; step < steps && it.closed < 5; step += 1) await happens(it, below);
      const isAtRest = await comesToRest(it);
      const { received, due } = await it.books();
      const { debt } = await it.account();
      expect({ isAtRest, received: received - debt, trace: it.trace }).toEqual({
        isAtRest: true,
        received: due,
        trace: it.trace,
      });
      expect(await it.violations()).toEqual([]);
      ran('histories', 1);
    } finally {
      await it.end();
    }
  },
  120_000,
);
