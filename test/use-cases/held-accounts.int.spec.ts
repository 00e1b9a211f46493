import type { AccountHold } from '../../src/kernel/accounts.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { verifyAccounts, type AccountName } from '../../src/use-cases/persons/verify-accounts.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { streams } from '../../src/kernel/ids.js';
import { auditOf } from '../support/audit.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { changeAccount } from './payee-accounts.js';
import { unverifiedIn } from './unverified.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { as, drain, job, newWorld, type World } from './world.js';

const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;

/** How many payments of the month end with an event of each type. */
async function statusesIn({ store }: World['engine']): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const page of pagesOf(store, `payment-${CYCLE}-`))
    for (const { events } of page)
      found[events.at(-1)!.type] = (found[events.at(-1)!.type] ?? 0) + 1;
  return found;
}

/**
 * A programme that pays on verified accounts only, and not on one that was changed a moment ago.
 */
describe('accounts that are held', () => {
  let world: World;
  let accounts: AccountName[];
  let count: number;
  const hold = (hold: AccountHold) =>
    changeProgramme(
      world.engine,
      { type: 'SetAccountHold', programmeId: PROGRAMME, ...hold },
      'hold',
      hold.days,
      hold.verification,
    );
  const unverified = (): Promise<AccountName[]> => unverifiedIn(world.engine);
  const verify = (
    which: readonly AccountName[],
    who: 'supervisor' | 'officer' | 'intake' = 'supervisor',
  ) =>
    verifyAccounts(
      world.engine,
      {
        accounts: (async function* () {
          yield which;
        })(),
        method: 'seen',
      },
      {
        ...job(world.engine, who),
        ...(who === 'intake' ? { actor: { id: 'ines', role: 'case-officer' as const } } : {}),
      },
    );
  const statuses = (): Promise<Record<string, number>> => statusesIn(world.engine);
  const again = () =>
    reinstructPayments(
      world.engine,
      { cycleId: CYCLE, executionDate: '2026-01-10' },
      job(world.engine, 'finance'),
    );

  beforeAll(async () => {
    world = await newWorld();
    count = (await enrolled(world.engine, 80)).eligible;
    accounts = await unverified();
  });
  afterAll(() => world.end());

  test('every account waits to be verified; who registered it does not verify it, another does, once', async () => {
    expect(accounts).toHaveLength(count);
    expect(await verify(accounts.slice(0, 5), 'intake')).toEqual({
      read: 5,
      verified: 0,
      unchanged: 0,
      refused: 5,
    });
    expect(await verify(accounts.slice(0, 30))).toEqual({
      read: 30,
      verified: 30,
      unchanged: 0,
      refused: 0,
    });
    expect(await verify(accounts.slice(0, 30))).toEqual({
      read: 30,
      verified: 0,
      unchanged: 30,
      refused: 0,
    });
    expect(await unverified()).toEqual(accounts.slice(30));
  });

  test('the release instructs those that are verified and leaves the others out', async () => {
    await hold({ days: 2, verification: 'every' });
    // One of the verified has another account since, which nobody has seen.
    const { personId } = accounts[0]!;
    const accountId = await changeAccount(world.engine, personId);
    accounts[0] = { personId, accountId };
    await released(world.engine, PERIOD);
    expect(await statuses()).toEqual({ PaymentInstructed: 29, PaymentOrdered: count - 29 });
  });

  test('what was left out is instructed once it is free, in files of its own', async () => {
    expect(await again()).toMatchObject({
      instructed: 0,
      reinstructed: 0,
      held: count - 29,
      files: [],
    });
    await verify([accounts[0]!, ...accounts.slice(30, 40)]);
    const first = await again();
    // The changed one is verified, and waits its days all the same.
    expect(first).toMatchObject({
      instructed: 10,
      reinstructed: 0,
      held: count - 39,
      heldUntil: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(first.files).toHaveLength(1);
    expect(first.files[0]).toMatchObject({ count: 10 });
    await verify(accounts.slice(40));
    const later = {
      ...world.engine,
      clock: { ...world.engine.clock, now: () => first.heldUntil! },
    };
    // No clock goes back behind the log.
    world = { ...world, engine: later };
    const second = await reinstructPayments(
      later,
      { cycleId: CYCLE, executionDate: '2026-01-12' },
      job(later, 'finance'),
    );
    expect(second).toMatchObject({ instructed: count - 39, held: 0, waiting: 0 });
    expect(second.files.map((file) => file.count)).toEqual([10, count - 39]);
    expect(await again()).toMatchObject({ instructed: 0, held: 0, files: second.files });
    expect(await statuses()).toEqual({ PaymentInstructed: count });
  });

  test('all of it settles, reconciles, closes and stands before the audit', async () => {
    const { engine } = world;
    await takeInOutcomes(
      engine,
      {
        source: 'file',
        outcomes: answers(engine, CYCLE, () => ({ outcome: 'settled', settledOn: '2026-01-13' })),
      },
      job(engine, 'bank'),
    );
    await drain(engine);
    const { figures } = await reconcileCycle(
      engine,
      { cycleId: CYCLE },
      as(engine, 'finance', 'reconcile', CYCLE),
    );
    expect(figures).toMatchObject({ settledCount: count, outstandingCount: 0 });
    await closeCycle(engine, { cycleId: CYCLE }, as(engine, 'finance', 'close', CYCLE));
    expect((await auditOf(engine.store)).violations).toEqual([]);
  });
});

/** Nobody said anything of accounts: what changed is held all the same. */
describe('accounts of a programme that set no hold', () => {
  let world: World;
  let count: number;
  let changed: AccountName;
  let paymentId: string;
  beforeAll(async () => {
    world = await newWorld();
    const { engine } = world;
    count = (await enrolled(engine, 12)).eligible;
    const [first] = await unverifiedIn(engine);
    const { personId } = first!;
    changed = { personId, accountId: await changeAccount(engine, personId) };
    paymentId = `${CYCLE}-${personId}`;
    await released(engine, PERIOD);
  });
  afterAll(() => world.end());

  const again = (paymentIds?: readonly string[], codes: string[] = []) =>
    reinstructPayments(
      world.engine,
      {
        cycleId: CYCLE,
        executionDate: '2026-01-10',
        ...(paymentIds ? { paymentIds } : {}),
        onRefused: (refusals) => codes.push(...refusals.map(({ code }) => code)),
      },
      job(world.engine, 'finance'),
    );
  const verifiedBy = (who: 'officer' | 'supervisor') =>
    verifyAccounts(
      world.engine,
      {
        accounts: (async function* () {
          yield [changed];
        })(),
        method: 'seen',
      },
      job(world.engine, who),
    );
  const typesOf = async (): Promise<readonly string[]> =>
    (await world.engine.store.readStream(streams.payment(paymentId))).map(({ type }) => type);

  test('the one that a clerk replaced is left out of the release, and every first one is paid on', async () => {
    expect(count).toBeGreaterThan(1);
    expect(await statusesIn(world.engine)).toEqual({
      PaymentInstructed: count - 1,
      PaymentOrdered: 1,
    });
    expect(await typesOf()).toEqual(['PaymentOrdered']);
  });

  test('it waits to be verified, for no number of days, and not by the clerk who replaced it', async () => {
    const held = await again();
    expect(held).toMatchObject({ instructed: 0, reinstructed: 0, held: 1, waiting: 0, files: [] });
    expect(held.heldUntil).toBeUndefined();
    expect(await verifiedBy('officer')).toMatchObject({ verified: 0, refused: 1 });
    const codes: string[] = [];
    expect(await again([paymentId], codes)).toMatchObject({ instructed: 0, refused: 1 });
    expect(codes).toEqual(['ACCOUNT_NOT_VERIFIED']);
    expect(await typesOf()).toEqual(['PaymentOrdered']);
  });

  test('verified by another person, it is instructed by the next run, to the new account', async () => {
    expect(await verifiedBy('supervisor')).toMatchObject({ verified: 1, refused: 0 });
    const run = await again();
    expect(run).toMatchObject({ instructed: 1, reinstructed: 0, held: 0, refused: 0 });
    expect(run.files).toMatchObject([{ count: 1 }]);
    expect(await statusesIn(world.engine)).toEqual({ PaymentInstructed: count });
    const last = (await world.engine.store.readStream(streams.payment(paymentId))).at(-1)!;
    expect(last.data).toMatchObject({ attempt: 1, accountId: changed.accountId });
    expect((await auditOf(world.engine.store)).violations).toEqual([]);
  });
});
