import { afterAll, describe, expect, test } from '@jest/globals';
import type { Recorded } from '../../src/kernel/decider.js';
import { Metrics } from '../../src/runtime/metrics.js';
import { ran } from '../support/effort.js';
import { Bank } from './bank.js';
import { beginning } from './beginning.js';
import { planOf, play, type Figures, type Outcome, type Plan } from './history.js';
import { wrongIn } from './oracles.js';
import { shrunk, toldOf } from './shrink.js';

/**
 * The same in every run, so that a run says something of the code alone; `.ci/run` plays others.
 */
const HISTORIES = Number(process.env['SANAD_SIMULATIONS'] ?? 1_000);
const SEED = Number(process.env['SANAD_SEED'] ?? 1);

const metrics = new Metrics();
afterAll(() => metrics.onModuleDestroy());
const played = async (plan: Plan): Promise<Outcome> => play(plan, await beginning(), metrics);

describe('the real engine under one scheduler', () => {
  test(`goes right in ${HISTORIES} histories from seed ${SEED} on`, async () => {
    const sum: Record<keyof Figures, number> = {
      steps: 0,
      choices: 0,
      kills: 0,
      cycles: 0,
      paid: 0,
    };
    for (let seed = SEED; seed < SEED + HISTORIES; seed += 1) {
      const plan = planOf(seed);
      const { wrong, figures } = await played(plan);
      if (wrong.length > 0) throw new Error(toldOf(await shrunk(plan, played)));
      for (const key of Object.keys(sum) as (keyof Figures)[]) sum[key] += figures[key];
    }
    // A run that did nothing would find nothing.
    expect(sum.paid).toBeGreaterThan(HISTORIES);
    expect(sum.choices).toBeGreaterThan(HISTORIES * 20);
    ran('histories', HISTORIES);
    ran('interleavings', sum.choices);
    ran('kills', sum.kills);
  });

  test('is the same history for the same seed, and another for another', async () => {
    const hashes = [];
    for (const seed of [7, 7, 8]) hashes.push((await played(planOf(seed))).traceHash);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });
});

describe('a history that is wrong', () => {
  /** One in which money came back, with a bank that a test may change. */
  let found: Outcome | undefined;
  async function paid(): Promise<Pick<Outcome, 'events' | 'bank'>> {
    for (let seed = 1; !found; seed += 1) {
      const outcome = await played(planOf(seed));
      if (outcome.bank.transfers.some(({ isBack }) => isBack)) found = outcome;
    }
    const bank = new Bank();
    bank.transfers.push(...found.bank.transfers.map((one) => ({ ...one })));
    return { events: found.events, bank };
  }
  const kinds = (
    events: readonly Recorded[],
    bank: Outcome['bank'],
    erased = found!.erased,
  ): readonly string[] => [
    ...new Set([...wrongIn(events, bank, erased)].map((one) => one.split(':')[0]!)),
  ];

  test('is found where the bank paid another time', async () => {
    const { events, bank } = await paid();
    expect(kinds(events, bank)).toEqual([]);
    const [first] = bank.transfers.filter(({ fate, isBack }) => fate === 'paid' && !isBack);
    bank.transfers.push({ ...first!, attempt: first!.attempt + 1 });
    expect(kinds(events, bank)).toEqual(['bank', 'payment', 'budget']);
  });

  test('is found where a key is destroyed of whom nobody erased, or is left of who was', async () => {
    const { events, bank } = await paid();
    const somebody = events.find((event) => event.type === 'PersonRegistered')!.data.personId;
    expect(kinds(events, bank, new Set([...found!.erased, somebody]))).toEqual(['vault']);
    const gone = { ...events.at(-1)!, type: 'PersonErased', data: { personId: somebody } };
    expect(kinds([...events, gone as Recorded], bank)).toContain('vault');
  });

  test('is found where money came back that nobody knows of', async () => {
    const { events, bank } = await paid();
    bank.transfers.find(({ fate, isBack }) => fate === 'paid' && !isBack)!.isBack = true;
    expect(kinds(events, bank)).toEqual(['payment', 'budget']);
  });

  test.each([
    ['BudgetSpent', 'budget'],
    ['CycleClosed', 'liveness'],
    ['PaymentInstructed', 'bank'],
    ['PaymentSettled', 'payment'],
    ['EnrolmentStarted', 'audit'],
  ])('is found where %s is missing', async (type, kind) => {
    const { events, bank } = await paid();
    const back = new Set(
      events.filter((event) => event.type === 'PaymentReturned').map(({ stream }) => stream),
    );
    // What came back is as it is, whether it was ever there.
    const at = events.findLastIndex((event) => event.type === type && !back.has(event.stream));
    expect(kinds(events, bank)).toEqual([]);
    expect(
      kinds(
        events.filter((_, i) => i !== at),
        bank,
      ),
    ).toContain(kind);
  });

  test('is made shorter, and told', async () => {
    const plan = planOf(3);
    const wrongOnceClosed = async (given: Plan): Promise<Outcome> => {
      const outcome = await played(given);
      const isClosed = given.actions.some(({ what }) => what === 'close');
      return { ...outcome, wrong: isClosed ? ['closed'] : [] };
    };
    const actions = [...plan.actions, { what: 'close', n: 1 } as const];
    const short = await shrunk({ ...plan, actions }, wrongOnceClosed);
    expect(short.plan.actions.map(({ what }) => what)).toEqual(['close']);
    expect(toldOf(short)).toContain('Seed 3, 1 actions: close');
  });
});
