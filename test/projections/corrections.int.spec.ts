import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Recorded } from '../../src/kernel/decider.js';
import { foldCorrection } from '../../src/correction/correction-reader.js';
import { foldAdjustment, foldRecovery } from '../../src/use-cases/folds.js';
import { balanceMinor, recoveredMinor } from '../../src/recovery/recovery.state.js';
import {
  findCorrection,
  listAdjustments,
  listCorrections,
  listRecoveries,
  recoveryStory,
} from '../../projections/correction/correction.queries.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { CORRECTED, Tampered } from '../audit/tampered.js';
import { historyArbitrary, play } from '../simulation/model-histories.js';
import { ArrayLog } from '../support/array-log.js';
import { startPostgres } from '../support/postgres.js';
import { engines, PROJECTIONS } from './stores.js';

const postgres = await startPostgres('the read model of corrections');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

const streamsOf = (events: readonly Recorded[], prefix: string): readonly (readonly Recorded[])[] =>
  [
    ...Map.groupBy(
      events.filter(({ stream }) => stream.startsWith(prefix)),
      ({ stream }) => stream,
    ),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, of]) => of);

describe.each(engines(postgres))('the read model of corrections on $name', (engine) => {
  afterAll(() => engine.cleanUp());

  it('says what a correction found, by household and kind, and what became of it', async () => {
    const store = await engine.open();
    try {
      await new ProjectionRunner({
        store,
        projections: PROJECTIONS,
        log: new ArrayLog([...CORRECTED]),
      }).catchUp();
      expect(await findCorrection(store, 'sim-0001')).toMatchObject({
        status: 'applied',
        arrearsCount: 1,
        arrearsMinor: 50_000n,
        overpaidCount: 1,
        overpaidMinor: 50_000n,
        proposedBy: 'person-0',
        approvedBy: 'person-1',
      });
      expect(
        (await listCorrections(store, { programmeId: 'sim', status: 'applied' })).items,
      ).toHaveLength(1);
      const [owed] = (await listAdjustments(store, { correctionId: 'sim-0001', kind: 'arrears' }))
        .items;
      expect(owed).toMatchObject({
        status: 'ordered',
        differenceMinor: 50_000n,
        offsetMinor: 0n,
        periods: [{ period: '2026-01', causes: ['not-paid'], paidMinor: '0', dueMinor: '50000' }],
      });
      expect(owed!.paymentId).toBe(`sim-2026-02-${owed!.personId}`);
      const [debt] = (
        await listRecoveries(store, {
          programmeId: 'sim',
          status: 'open',
          suspended: false,
          planned: true,
        })
      ).items;
      expect(debt!.overpaidMinor).toBe(
        debt!.recoveredMinor + debt!.waivedMinor + debt!.balanceMinor,
      );
      expect(
        (await recoveryStory(store, debt!.recoveryId))!.history.map(({ type }) => type),
      ).toEqual(['OverpaymentEstablished', 'RecoveryPlanAgreed', 'RecoveryDeducted']);
      expect(await recoveryStory(store, debt!.recoveryId, ['MA-99'])).toBeUndefined();
      for (const list of [
        listAdjustments(store, { regions: [] }),
        listRecoveries(store, { regions: ['MA-99'] }),
      ])
        expect((await list).items).toEqual([]);
    } finally {
      await store.close();
    }
  });

  it('shows a debt where its household lives, and nowhere else', async () => {
    const log = new Tampered(CORRECTED);
    const { stream, data } = log.find('OverpaymentEstablished');
    const { recoveryId, region: fromRegion } = data;
    log.append(stream, 'RecoveryMoved', { recoveryId, fromRegion, region: 'MA-12' });
    const store = await engine.open();
    try {
      await new ProjectionRunner({
        store,
        projections: PROJECTIONS,
        log: new ArrayLog([...log.events]),
      }).catchUp();
      const regions = async (region: string): Promise<readonly string[]> =>
        (await listRecoveries(store, { regions: [region] })).items.map((one) => one.recoveryId);
      expect([await regions(fromRegion), await regions('MA-12')]).toEqual([[], [recoveryId]]);
      expect(await recoveryStory(store, recoveryId, [fromRegion])).toBeUndefined();
      expect((await recoveryStory(store, recoveryId, ['MA-12']))!.history.at(-1)!.type).toBe(
        'RecoveryMoved',
      );
    } finally {
      await store.close();
    }
  });

  it('is what the deciders fold, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(
        historyArbitrary(40).filter(({ start }) => start === 'carrying'),
        async (history) => {
          const {
            log: { events },
          } = play(history);
          const store = await engine.open();
          try {
            await new ProjectionRunner({
              store,
              projections: PROJECTIONS,
              log: new ArrayLog([...events]),
            }).catchUp();
            const debts = streamsOf(events, 'recovery-').map(foldRecovery);
            expect((await listRecoveries(store, {}, { limit: 1_000 })).items).toMatchObject(
              debts.map((state) => ({
                recoveryId: state.recoveryId,
                status: state.status,
                suspended: state.suspended,
                overpaidMinor: state.overpaidMinor,
                recoveredMinor: recoveredMinor(state),
                waivedMinor: state.waivedMinor,
                balanceMinor: balanceMinor(state),
                sharePercent: state.plan?.sharePercent ?? null,
              })),
            );
            expect(
              (await listCorrections(store, {}, { limit: 1_000 })).items.map(
                ({ status }) => status,
              ),
            ).toEqual(streamsOf(events, 'correction-').map((of) => foldCorrection(of).status));
            const arrears = streamsOf(events, 'adjustment-').flatMap(
              (of) => foldAdjustment(of).arrears,
            );
            const shown = new Map(
              (await listAdjustments(store, {}, { limit: 1_000 })).items.map((one) => [
                one.adjustmentId,
                one,
              ]),
            );
            for (const { proposal, orderedBy, offsetMinor } of arrears) {
              expect(shown.get(`${proposal.correctionId}-${proposal.personId}`)).toMatchObject({
                status: orderedBy ? 'ordered' : 'established',
                paymentId: orderedBy?.paymentId ?? null,
                offsetMinor,
              });
            }
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: engine.name === 'SQLite' ? 25 : 5 },
    );
  });
});
