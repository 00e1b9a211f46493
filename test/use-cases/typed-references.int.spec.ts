import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { streams } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { takeInBatch, type OutcomeResult } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { answers, enrolled, released } from './month.js';
import { as, job, newWorld, type World } from './world.js';

const CARD = 'AB123456';
/** Of a country whose numbers have no letters; somebody here has it. */
const KNOWN = '15-320-0456';

let world: World;
let cycleId: string;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 12);
  ({ cycleId } = await released(world.engine, '2025-12'));
  const identityHash = world.engine.vault.keyedHash('identity', '153200456');
  const personId = '00000000-0000-4000-8000-000000000001';
  const claim = { type: 'ClaimIdentity', identityHash, personId } as const;
  await execute(
    world.engine,
    [part(streams.identity(identityHash), identityDecider, claim)],
    as(world.engine, 'intake', 'claim'),
  );
});
afterAll(() => world.end());

/** Of the n-th payment that waits. */
async function say(
  who: 'finance' | 'bank',
  n: number,
  said: Omit<ReportedOutcome, 'paymentId' | 'outcome'>,
  door = 'http',
): Promise<OutcomeResult> {
  const outcome = { outcome: 'settled', settledOn: '2025-12-29', ...said } as const;
  for await (const outcomes of answers(world.engine, cycleId, () => outcome)) {
    const [result] = await takeInBatch(world.engine, door, [outcomes[n]!], job(world.engine, who));
    return result!;
  }
  throw new Error('no payment waits');
}

test.each([CARD, KNOWN])('the reference of what a person reports is not %s', async (reference) => {
  const before = await world.engine.store.lastPosition();
  expect(await say('finance', 0, { reference })).toMatchObject({
    result: 'refused',
    code: 'PERSONAL_DATA_IN_TEXT',
    field: 'reference',
  });
  expect(await world.engine.store.lastPosition()).toBe(before);
});

test('another is proposed, and what a payment system says is not refused for its words', async () => {
  expect((await say('finance', 0, { reference: 'BANK-7' })).result).toBe('proposed');
  expect((await say('bank', 1, { reference: CARD })).result).toBe('applied');
  expect((await say('bank', 2, { reference: `FT ${KNOWN} OF 2025` })).result).toBe('applied');
});

test.each([
  ['http', 4],
  ['file', 5],
  ['topic', 6],
])(
  'but where its reference is the identity of somebody here, by %s, and it is taken without',
  async (door, n) => {
    const before = await world.engine.store.lastPosition();
    for (const reference of [KNOWN, '153200456', '15 320 0456'])
      expect(await say('bank', n, { reference }, door)).toMatchObject({
        result: 'refused',
        code: 'PERSONAL_DATA_IN_TEXT',
        field: 'reference',
      });
    expect(await world.engine.store.lastPosition()).toBe(before);
    expect((await say('bank', n, { reference: '153200457' }, door)).result).toBe('applied');
  },
);

test.each([CARD, KNOWN])('who looks after a break is not %s', async (owner) => {
  const { paymentId } = await say('bank', 3, { amountMinor: '1', currency: 'MAD' });
  const stream = streams.payment(paymentId!);
  const { openBreaks } = foldPayment(await world.engine.store.readStream(stream));
  const own = (name: string) =>
    execute(
      world.engine,
      [
        part(stream, paymentDecider, {
          type: 'SetBreakOwner',
          breakId: openBreaks[0]!.breakId,
          owner: name,
        }),
      ],
      as(world.engine, 'finance', 'own', name),
    );
  await expect(own(owner)).rejects.toMatchObject({ code: 'PERSONAL_DATA_IN_TEXT', field: 'owner' });
  await own('f.elfassi');
});
