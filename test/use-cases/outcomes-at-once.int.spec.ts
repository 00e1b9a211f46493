import { describe, expect, test } from '@jest/globals';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { takeInBatch } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { payments, violations, world } from './bank-messages.fixtures.js';
import { job } from './world.js';

/** Each call is a desk of its own, as two requests are, or two processes. */
const report = (outcomes: readonly ReportedOutcome[]) =>
  takeInBatch(world.engine, 'http', outcomes, job(world.engine, 'bank'));

describe('two outcomes of one payment at the same moment', () => {
  test('that differ are both decided, whichever comes first', async () => {
    const all = (await payments()).slice(0, 30);
    const pairs = await Promise.all(
      all.map(async ({ paymentId }) => {
        const [settled, rejected] = await Promise.all([
          report([{ paymentId, outcome: 'settled' }]),
          report([{ paymentId, outcome: 'rejected', reason: 'AC04' }]),
        ]);
        return [settled[0]!.result, rejected[0]!.result].sort().join(' ');
      }),
    );
    // Settled first: the rejection is a break. Rejected first: the settlement is one.
    expect(pairs).toEqual(all.map(() => 'applied break'));
    expect(await violations()).toEqual([]);
  });
  test('that are the same change nothing twice', async () => {
    const all = (await payments()).slice(0, 30);
    const pairs = await Promise.all(
      all.map(async ({ paymentId }) => {
        const both = await Promise.all([
          report([{ paymentId, outcome: 'settled' }]),
          report([{ paymentId, outcome: 'settled' }]),
        ]);
        return both.map(([one]) => one!.result).sort();
      }),
    );
    for (const pair of pairs) expect(pair).toEqual(['applied', 'unchanged']);
  });
  test('unknown, three times, is one event', async () => {
    const [one] = await payments();
    const { paymentId } = one!;
    const before = await world.engine.store.lastPosition();
    for (let i = 0; i < 3; i += 1) await report([{ paymentId, outcome: 'unknown' }]);
    expect(await world.engine.store.lastPosition()).toBe(before + 1);
  });
});
