import { afterAll, describe, expect, it } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import { readCorrection } from '../../src/correction/correction-reader.js';
import { approveCorrection } from '../../src/use-cases/corrections/decide-correction.js';
import { foldAdjustment, foldRecovery } from '../../src/use-cases/folds.js';
import type { Deps } from '../../src/write-side/context.js';
import { abandonCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { proposeCorrection } from '../../src/use-cases/corrections/propose-correction.js';
import { processManagers } from '../../src/process-managers/all.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { balanceMinor, recoveredMinor } from '../../src/recovery/recovery.state.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { everyStep, type Scene } from './every-step.js';
import { child, enrolFamilies } from './families.js';
import { PROGRAMME, released } from './month.js';
import { auditOf } from '../support/audit.js';
import { as, bySupervisors, drain, job, newWorld, type World } from './world.js';

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

const engineOn = async (world: World, on: TestEventStoreDb, patienceMs = 60_000): Promise<Deps> => {
  const store = await openEventStoreDb({ url: on.url, deadlineMs: 30_000, patienceMs });
  ends.push(() => store.close());
  return { ...world.engine, store, locks: new KeyedMutex() };
};

interface Corrected {
  readonly on: TestEventStoreDb;
  readonly world: World;
  readonly deps: Deps;
  readonly owed: string;
  readonly owing: string;
}

/**
 * One family that was left out of a month, one that was paid it for nothing, and a correction that
 * says so.
 */
async function corrected(): Promise<
  Corrected & { readonly correctionId: string; readonly contentHash: string }
> {
  const on = await startEventStoreDb();
  const world = await newWorld();
  ends.push(
    () => on.stop(),
    () => world.end(),
  );
  const deps = await engineOn(world, on);
  const { owed, owing } = await enrolFamilies(
    deps,
    { owed: [child('2013-04')], owing: [child('2014-05')] },
    asdVersions,
  );
  let n = 0;
  const enrolment = (personId: string, command: EnrolmentCommand) => {
    n += 1;
    return execute(
      deps,
      [
        part(
          streams.enrolment(PROGRAMME, personId),
          enrolmentDecider,
          ...(command.type === 'ReinstateEnrolment' ? bySupervisors(command) : [command]),
        ),
      ],
      as(deps, 'supervisor', 'enrolment', n),
    );
  };
  await enrolment(owed, { type: 'SuspendEnrolment', fromPeriod: '2025-10', reason: 'not seen' });
  await released(deps, '2025-10');
  await enrolment(owed, { type: 'ReinstateEnrolment', fromPeriod: '2025-10', reason: 'seen' });
  await enrolment(owing, { type: 'SuspendEnrolment', fromPeriod: '2025-10', reason: 'abroad' });
  await enrolment(owing, { type: 'ReinstateEnrolment', fromPeriod: '2025-11', reason: 'back' });
  const { correctionId, contentHash, arrearsMinor, overpaidMinor } = await proposeCorrection(
    deps,
    { programmeId: PROGRAMME, fromPeriod: '2025-10', reason: 'late' },
    job(deps, 'finance'),
  );
  expect([arrearsMinor, overpaidMinor]).toEqual(['50000', '50000']);
  await approveCorrection(deps, { correctionId, contentHash }, as(deps, 'controller', 'approve'));
  return { on, world, deps, owed, owing, correctionId, contentHash };
}

const accounts = async ({ store }: Deps, { owed, owing }: Pick<Corrected, 'owed' | 'owing'>) => ({
  arrears: foldAdjustment(await store.readStream(streams.adjustment(PROGRAMME, owed))).arrears,
  debt: foldRecovery(await store.readStream(streams.recovery(`${PROGRAMME}-${owing}`))),
});

describe('corrections on a store without atomic groups, interrupted at every append', () => {
  it("put each household's difference on its account once", async () => {
    const steps = await everyStep(engineOn, async (): Promise<Scene> => {
      const made = await corrected();
      return {
        ...made,
        async run(deps) {
          const approved = (
            await deps.store.readStream(streams.correction(made.correctionId))
          ).filter(({ type }) => type === 'CorrectionApproved');
          for (const manager of processManagers(deps))
            if (manager.handles.includes('CorrectionApproved')) await manager.handle(approved);
        },
        async check(deps) {
          const { arrears, debt } = await accounts(deps, made);
          expect(arrears.map(({ proposal }) => proposal.differenceMinor)).toEqual(['50000']);
          expect(debt.overpaidMinor).toBe(50_000n);
          expect(debt.overpaidBy).toEqual({ [made.correctionId]: 50_000n });
          expect((await readCorrection(deps.store, made.correctionId)).status).toBe('applied');
        },
      };
    });
    // Two accounts and a debt, and that it is done.
    expect(steps).toBe(4);
  });

  it('pay arrears and deduct a recovery once, with the payment', async () => {
    const steps = await everyStep(engineOn, async (): Promise<Scene> => {
      const made = await corrected();
      await drain(made.deps);
      await planRecoveries(
        made.deps,
        { programmeId: PROGRAMME, sharePercent: 20, floorMinor: '30000', reason: 'agreed' },
        job(made.deps, 'finance'),
      );
      return {
        ...made,
        run: (deps) =>
          prepareCycle(deps, { programmeId: PROGRAMME, period: '2025-11' }, job(deps, 'finance')),
        async check(deps) {
          const { arrears, debt } = await accounts(deps, made);
          expect(arrears.map(({ orderedBy }) => orderedBy)).toEqual([
            { paymentId: `${PROGRAMME}-2025-11-${made.owed}`, round: 1 },
          ]);
          expect([recoveredMinor(debt), balanceMinor(debt)]).toEqual([10_000n, 40_000n]);
          const payments = await deps.store.readStreams(
            [made.owed, made.owing].map((person) =>
              streams.payment(`${PROGRAMME}-2025-11-${person}`),
            ),
          );
          expect(
            payments.map(({ events }) =>
              events.map((event) =>
                event.type === 'PaymentOrdered' ? event.data.amountMinor : event.type,
              ),
            ),
          ).toEqual([['100000'], ['40000']]);
          expect(
            await prepareCycle(
              deps,
              { programmeId: PROGRAMME, period: '2025-11' },
              job(deps, 'finance'),
            ),
          ).toMatchObject({ count: 2, totalMinor: '140000' });
        },
      };
    });
    // The cycle opened and begun, the earlier cycle told of it, two payments with an account each,
    // and the set.
    expect(steps).toBe(8);
  });

  it('give back what accounts had of payments that were never ordered, once the cycle is given up', async () => {
    const cut: string[] = [];
    await everyStep(engineOn, async (): Promise<Scene> => {
      const made = await corrected();
      await drain(made.deps);
      await planRecoveries(
        made.deps,
        { programmeId: PROGRAMME, sharePercent: 20, floorMinor: '30000', reason: 'agreed' },
        job(made.deps, 'finance'),
      );
      const cycleId = `${PROGRAMME}-2025-11`;
      let tries = 0;
      return {
        ...made,
        // Nobody goes on with it.
        run: async (deps) => {
          tries += 1;
          if (tries === 1)
            await prepareCycle(
              deps,
              { programmeId: PROGRAMME, period: '2025-11' },
              job(deps, 'finance'),
            );
        },
        async check(deps, step) {
          if ((await deps.store.readStream(streams.cycle(cycleId))).length === 0) return;
          const before = await accounts(deps, made);
          if (recoveredMinor(before.debt) > 0n) cut.push(`deduction at ${step}`);
          if (before.arrears.some(({ orderedBy }) => orderedBy)) cut.push(`arrears at ${step}`);
          await abandonCycle(
            deps,
            { cycleId, reason: 'another day' },
            as(deps, 'controller', 'abandon', cycleId),
          );
          await drain(deps);
          const { arrears, debt } = await accounts(deps, made);
          expect(arrears.map(({ orderedBy }) => orderedBy)).toEqual([undefined]);
          expect([recoveredMinor(debt), balanceMinor(debt)]).toEqual([0n, 50_000n]);
          expect((await auditOf(deps.store)).violations).toEqual([]);
        },
      };
    });
    expect(cut.length).toBeGreaterThan(2);
  });
});
