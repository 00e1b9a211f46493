import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AppendGroup } from '../../src/adapters/event-store/port.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { streams } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { payeeOf } from '../../src/person/payee.rule.js';
import { personDecider } from '../../src/person/person.decider.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { foldBudget } from '../../src/use-cases/folds.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { abandonCycle, returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import type { Deps } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { MemoryStore } from '../support/memory-store.js';
import { PROGRAMME, released } from './month.js';
import { codeOf } from './refusal-code.js';
import { TwoFamilies } from './two-families.js';
import { as, drain, job } from './world.js';

/**
 * Each way out of ADR 0033 that no other spec goes: stuck-cycles, spending and the deciders have
 * the others.
 */
let desk: TwoFamilies;
beforeEach(async () => {
  desk = await TwoFamilies.open();
});
afterEach(() => desk.end());

const idOf = (period: string): string => `${PROGRAMME}-${period}`;
const prepare = (deps: Deps, period: string) =>
  prepareCycle(deps, { programmeId: PROGRAMME, period }, job(deps, 'finance'));
const giveUp = (deps: Deps, period: string) =>
  abandonCycle(
    { ...deps, locks: new KeyedMutex() },
    { cycleId: idOf(period), reason: 'a mistake' },
    as(deps, 'controller', 'abandon', period),
  );
const statuses = async (deps: Deps, period: string): Promise<readonly string[]> =>
  (await deps.store.readCategory(`payment-${idOf(period)}-`, { limit: 100 })).map(
    ({ events }) => foldPayment(events).status,
  );
const run = (who: Parameters<typeof as>[1], name: string, one: Part) =>
  execute(desk.engine, [one], as(desk.engine, who, name, one.stream));
const reservedFor = async (cycleId: string): Promise<bigint | undefined> => {
  const budget = await desk.engine.store.readStream(streams.budget(PROGRAMME, 2025));
  return foldBudget(budget).cycles[cycleId]?.reservedMinor;
};
const violations = async () => (await desk.audit()).violations;

describe('a cycle that nobody approved and that is given up', () => {
  test.each([
    ['before its first order', 'PaymentOrdered'],
    ['when all are ordered', 'CyclePrepared'],
  ] as const)('in the middle of its preparation, %s, leaves no order', async (_, type) => {
    const events = (await desk.engine.store.readAll(-1, 5_000)).events;
    const store = new MemoryStore(true, events);
    const deps: Deps = { ...desk.engine, store };
    store.beforeAppend = async ({ writes }: AppendGroup) => {
      if (!writes.some((write) => write.events.some((event) => event.type === type))) return;
      store.beforeAppend = undefined;
      await giveUp(deps, '2025-10');
    };
    expect(await codeOf(prepare(deps, '2025-10'))).toBe('CYCLE_STATUS');
    await drain(deps);
    expect((await statuses(deps, '2025-10')).filter((status) => status !== 'cancelled')).toEqual(
      [],
    );
    expect((await readCycle(store, idOf('2025-10'))).status).toBe('abandoned');
    expect((await prepare(deps, '2025-11')).count).toBe(2);
  });

  test('gives back what it carried of arrears and deductions, and the next month carries it', async () => {
    const { engine } = desk;
    for (const period of ['2025-10', '2025-11']) await released(engine, period);
    await desk.correctBoth();
    const before = await desk.accounts('2026-01');
    expect(before).toEqual({ arrears: 35_000n, owes: 35_000n });
    await prepare(engine, '2025-12');
    expect(await desk.accounts('2026-01')).toEqual({ arrears: 0n, owes: 22_500n });
    await giveUp(engine, '2025-12');
    await drain(engine);
    expect(new Set(await statuses(engine, '2025-12'))).toEqual(new Set(['cancelled']));
    expect(await desk.accounts('2026-01')).toEqual(before);
    await prepare(engine, '2026-01');
    // A quarter of what January pays.
    expect(await desk.accounts('2026-02')).toEqual({ arrears: 0n, owes: 20_000n });
    expect(await violations()).toEqual([]);
  });
});

describe('a cycle that was approved', () => {
  test('is not given up; returned, it holds no money and is prepared again', async () => {
    const { engine } = desk;
    const { cycleId, contentHash: hash, totalMinor } = await prepare(engine, '2025-10');
    await approveCycle(engine, { cycleId, contentHash: hash }, as(engine, 'controller', 'approve'));
    expect(await reservedFor(cycleId)).toBe(BigInt(totalMinor));
    expect(await codeOf(giveUp(engine, '2025-10'))).toBe('CYCLE_STATUS');
    await returnCycle(engine, { cycleId, reason: 'look' }, as(engine, 'controller', 'return'));
    expect(await reservedFor(cycleId)).toBe(0n);
    expect(await prepare(engine, '2025-10')).toMatchObject({ round: 2, totalMinor });
    expect(await violations()).toEqual([]);
  });

  test('and released is closed once what could not be paid is cancelled, and its money is free', async () => {
    const { engine } = desk;
    const { cycleId, contentHash: hash } = await prepare(engine, '2025-10');
    for (const personId of Object.values(desk.people)) {
      const stream = streams.person(personId);
      const { accountId } = payeeOf(await engine.store.readStream(stream))!;
      const close = { type: 'ClosePayeeAccount', personId, accountId, reason: 'closed' } as const;
      await run('supervisor', 'close account', part(stream, personDecider, close));
    }
    await approveCycle(engine, { cycleId, contentHash: hash }, as(engine, 'controller', 'approve'));
    const executionDate = '2025-10-31';
    await releaseCycle(
      engine,
      { cycleId, contentHash: hash, executionDate },
      as(engine, 'releaser', 'release'),
    );
    await drain(engine);
    expect(await statuses(engine, '2025-10')).toEqual(['ordered', 'ordered']);
    for (const { stream } of await engine.store.readCategory(`payment-${cycleId}-`, { limit: 9 })) {
      const cancel = { type: 'CancelPayment', reason: 'nobody can be paid' } as const;
      await run('finance', 'cancel', part(stream, paymentDecider, cancel));
    }
    await drain(engine);
    await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile'));
    await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close'));
    expect((await readCycle(engine.store, cycleId)).status).toBe('closed');
    expect(await reservedFor(cycleId)).toBe(0n);
    expect(await violations()).toEqual([]);
  });
});
