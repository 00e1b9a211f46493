import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { streams } from '../../src/kernel/ids.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { takeInBatch, type OutcomeResult } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import type { Deps } from '../../src/write-side/context.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { auditOf } from '../support/audit.js';
import type { Paid } from './bank-messages.fixtures.js';
import { enrolled, released } from './month.js';
import { another, CYCLE, racing, STORES, type Here } from './racing.js';
import { job, newWorld, type World } from './world.js';

/** What is said of a payment of so many minor units. */
type Said = (minor: bigint) => Omit<ReportedOutcome, 'paymentId'>;

const of =
  (outcome: 'settled' | 'rejected' | 'returned', by?: bigint): Said =>
  (minor) => ({
    outcome,
    ...(outcome === 'settled' ? {} : { reason: 'AC04' }),
    ...(by === undefined ? {} : { amountMinor: String(minor + by), currency: 'MAD' }),
  });
const settled = of('settled');
const rejected = of('rejected');
const returned = of('returned');

/** One and the other; what was said before; and all that the log has then, by which came first. */
type Pair = readonly [string, Said, Said, readonly Said[], readonly string[], readonly string[]];
const PAIRS: readonly Pair[] = [
  [
    'settled and rejected',
    settled,
    rejected,
    [],
    ['settled', 'rejected-after-settled: rejected'],
    ['rejected', 'settled-after-rejected: settled'],
  ],
  [
    'settled and returned',
    settled,
    returned,
    [],
    ['settled', 'returned'],
    ['returned', 'settled-after-returned: settled'],
  ],
  [
    'rejected and returned',
    rejected,
    returned,
    [],
    ['rejected', 'returned-after-rejected: returned'],
    ['returned', 'other-contradiction: rejected'],
  ],
  [
    'returned and rejected, of what is settled',
    returned,
    rejected,
    [settled],
    ['settled', 'returned', 'other-contradiction: rejected'],
    ['settled', 'rejected-after-settled: rejected', 'returned'],
  ],
  [
    'settled of two amounts',
    of('settled', 0n),
    of('settled', -1n),
    [],
    ['settled', 'amount-differs: settled -1'],
    ['amount-differs: settled -1', 'settled'],
  ],
  [
    'settled of two amounts that are not ours',
    of('settled', -1n),
    of('settled', 1n),
    [],
    ['amount-differs: settled -1', 'amount-differs: settled 1'],
    ['amount-differs: settled 1', 'amount-differs: settled -1'],
  ],
  [
    'rejected of two amounts',
    of('rejected', 0n),
    of('rejected', -1n),
    [],
    ['rejected', 'amount-differs: rejected -1'],
    ['amount-differs: rejected -1', 'rejected'],
  ],
  [
    'returned of two amounts',
    of('returned', 0n),
    of('returned', -1n),
    [settled],
    ['settled', 'returned', 'amount-differs: returned -1'],
    ['settled', 'amount-differs: returned -1', 'returned'],
  ],
  ['settled, twice', settled, settled, [], ['settled'], ['settled']],
  [
    'returned, twice',
    returned,
    returned,
    [settled],
    ['settled', 'returned'],
    ['settled', 'returned'],
  ],
  [
    'settled of the same other amount, twice',
    of('settled', 1n),
    of('settled', 1n),
    [],
    ['amount-differs: settled 1'],
    ['amount-differs: settled 1'],
  ],
];

/** Each call is a desk of its own, as two requests are, or two processes. */
async function say(deps: Deps, { paymentId, amountMinor }: Paid, said: Said) {
  const outcome = { ...said(BigInt(amountMinor)), paymentId };
  const [answer] = await takeInBatch(deps, 'http', [outcome], job(deps, 'bank'));
  return answer!;
}

async function paymentsIn({ store }: Deps): Promise<Paid[]> {
  const found: Paid[] = [];
  for await (const page of pagesOf(store, `payment-${CYCLE}-`))
    for (const { events } of page)
      for (const event of events) if (event.type === 'PaymentInstructed') found.push(event.data);
  return found;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  PaymentSettled: 'settled',
  PaymentRejected: 'rejected',
  PaymentReturned: 'returned',
};
/** What the log has of what was said of a payment, in order. */
async function heard({ store }: Deps, { paymentId, amountMinor }: Paid): Promise<string[]> {
  const events = await store.readStream(streams.payment(paymentId));
  return events.flatMap((event) => {
    if (event.type !== 'PaymentBreakRecorded') return OUTCOMES[event.type] ?? [];
    const { kind, reported, reportedMinor } = event.data;
    const by = reportedMinor === undefined ? '' : ` ${BigInt(reportedMinor) - BigInt(amountMinor)}`;
    return `${kind}: ${reported}${by}`;
  });
}

/** Both at once, of each payment; what was said is in the log in one of the two orders. */
async function atOnce(deps: Deps, paid: readonly Paid[], pair: Pair): Promise<void> {
  const [, one, other, before, inOrder, reversed] = pair;
  expect(paid.length).toBeGreaterThan(0);
  for (const said of before) await Promise.all(paid.map((each) => say(deps, each, said)));
  const answers = await Promise.all(
    paid.map((each) => Promise.all([say(deps, each, one), say(deps, each, other)])),
  );
  expect(answers.flat().filter(({ result }) => result === 'refused')).toEqual([]);
  for (const each of paid) expect([inOrder, reversed]).toContainEqual(await heard(deps, each));
}
const violationsIn = async ({ store }: Deps) => (await auditOf(store)).violations;

describe('two outcomes of one payment at the same moment', () => {
  let world: World;
  const unsaid: Paid[] = [];
  beforeAll(async () => {
    world = await newWorld();
    await enrolled(world.engine, 220, 7);
    await released(world.engine, '2025-12');
    unsaid.push(...(await paymentsIn(world.engine)));
  });
  afterAll(() => world.end());

  test.each(PAIRS)('are both in the log, whichever comes first: %s', async (...pair) => {
    await atOnce(world.engine, unsaid.splice(0, 12), pair);
    expect(await violationsIn(world.engine)).toEqual([]);
  });
  test('that are the same change nothing twice', async () => {
    const resultsOf = (answers: readonly OutcomeResult[]) =>
      answers.map(({ result }) => result).sort();
    for (const each of unsaid.splice(0, 12))
      expect(
        resultsOf(
          await Promise.all([say(world.engine, each, settled), say(world.engine, each, settled)]),
        ),
      ).toEqual(['applied', 'unchanged']);
  });
  test('unknown, three times, is one event', async () => {
    const one = unsaid.pop()!;
    const before = await world.engine.store.lastPosition();
    for (let i = 0; i < 3; i += 1) await say(world.engine, one, () => ({ outcome: 'unknown' }));
    expect(await world.engine.store.lastPosition()).toBe(before + 1);
  });
});

describe.each(STORES)(
  'two outcomes, one while the other is decided, on a store %s',
  (_, atomic) => {
    const { anew } = racing(atomic);

    /** The second is said and written between what the first read and what it writes. */
    async function between(here: Here, paid: Paid, first: Said, second: Said): Promise<void> {
      let came = false;
      here.store.beforeAppend = async () => {
        here.store.beforeAppend = undefined;
        came = true;
        await say(another(here), paid, second);
      };
      await say(here, paid, first);
      expect(came).toBe(true);
    }

    test.each(PAIRS)('are both in the log: %s', async (...pair) => {
      const here = await anew();
      await released(here, '2025-12');
      const [a, b, ...others] = await paymentsIn(here);
      const [, one, other, before, inOrder, reversed] = pair;
      for (const said of before) for (const each of [a!, b!]) await say(here, each, said);
      await between(here, a!, one, other);
      expect(await heard(here, a!)).toEqual(reversed);
      await between(here, b!, other, one);
      expect(await heard(here, b!)).toEqual(inOrder);
      await atOnce(here, others, pair);
      expect(await violationsIn(here)).toEqual([]);
    });
  },
);
