import { describe, test } from '@jest/globals';
import type { CycleCommand } from '../../src/cycle/cycle.decider.js';
import { HASH, uuid, was } from './given.js';
import {
  approve,
  approved,
  automation,
  controller,
  cycleId,
  given,
  officer,
  opened,
  prepared,
  set,
  started,
} from './cycle.fixtures.js';

const released = was('CycleReleased', {
  cycleId,
  contentHash: HASH,
  ...set,
  executionDate: '2026-01-31',
});
const past = [opened, started, prepared, approved, released] as const;
const figures = {
  orderedCount: 15,
  orderedMinor: '150',
  settledCount: 1,
  settledMinor: '10',
  rejectedCount: 2,
  rejectedMinor: '20',
  returnedCount: 3,
  returnedMinor: '30',
  cancelledCount: 4,
  cancelledMinor: '40',
  outstandingCount: 5,
  outstandingMinor: '50',
  openBreaks: 0,
  throughPosition: 90,
};
const reconcile: CycleCommand = { type: 'ReconcileCycle', figures };
const file = (n: number) => ({
  name: `F${n}.xml`,
  messageId: `M${n}`,
  sha256: HASH,
  count: 1,
  totalMinor: '10',
});

/** The scenarios of what is at the edge of a cycle's status, figures and runs. */
export function edgeScenarios(): void {
  describe('at the edge', () => {
    test('what was ordered is the sum of all five, of a cycle that was released', () => {
      given(...past)
        .when(reconcile, officer)
        .thenOne('CycleReconciled');
      given(opened, started, prepared).when(reconcile, officer).thenRefused('CYCLE_STATUS');
    });
    test('a cycle closes once it is instructed, and is approved once it is prepared', () => {
      given(...past, was('CycleReconciled', { cycleId, ...figures, outstandingCount: 0 }))
        .when({ type: 'CloseCycle', releasedMinor: '0' }, officer)
        .thenRefused('CYCLE_STATUS');
      given(opened, started).when(approve, controller).thenRefused('CYCLE_STATUS');
    });
    test('a prepared set is of at most 18 digits, and names nobody where nobody is left out', () => {
      const record: CycleCommand = {
        type: 'RecordPreparation',
        asOf: 7,
        count: 1,
        totalMinor: '9'.repeat(18),
        contentHash: HASH,
        leftOut: { count: 0, households: [] },
      };
      given(opened, started).when(record, officer).thenOne('CyclePrepared');
      given(opened, started)
        .when({ ...record, totalMinor: `1${'0'.repeat(18)}` }, officer)
        .thenRefused('BUDGET_TOO_LARGE');
    });
    test('a run ends with those that were left alone for more than an hour', () => {
      // Now is 09:00.
      const began = (n: number, time: string) =>
        was(
          'CycleReinstructionStarted',
          { cycleId, runId: uuid(n) },
          'farid',
          'finance-officer',
          `2026-02-10T${time}.000Z`,
        );
      const runs = [
        began(1, '07:59:59'),
        began(2, '08:00:00'),
        began(3, '08:30:00'),
        began(4, '08:59:59'),
      ];
      given(...past, ...runs)
        .when({ type: 'EndReinstruction', runId: uuid(3) }, automation)
        .then({
          type: 'CycleReinstructionEnded',
          data: { cycleId, runIds: [uuid(1), uuid(3)] },
        });
      given(...past)
        .when({ type: 'StartReinstruction', runId: uuid(1) }, officer)
        .thenOne('CycleReinstructionStarted');
    });
    test('files that are recorded change nothing, whatever became of the cycle; others are refused', () => {
      const record = (n: number): CycleCommand => ({
        type: 'RecordReinstruction',
        files: [file(n)],
      });
      const recorded = was('CycleReinstructed', { cycleId, files: [file(1)] });
      const closed = was('CycleClosed', { cycleId, releasedMinor: '0' });
      given(...past, recorded, closed)
        .when(record(1), automation)
        .then();
      given(...past, recorded, closed)
        .when(record(2), automation)
        .thenRefused('CYCLE_STATUS');
    });
  });
}
