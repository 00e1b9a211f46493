import { describe, test } from '@jest/globals';
import { type CycleCommand } from '../../src/cycle/cycle.decider.js';
import { by, HASH, OTHER_HASH, uuid, was } from './given.js';
import {
  cycleId,
  set,
  given,
  open,
  officer,
  opened,
  controller,
  started,
  prepared,
  returned,
  approved,
  approve,
  releaser,
  automation,
} from './cycle.fixtures.js';
import { edgeScenarios } from './cycle-edges.scenarios.js';
import { findingScenarios } from './cycle-findings.scenarios.js';

const released = was(
  'CycleReleased',
  { cycleId, contentHash: HASH, ...set, executionDate: '2026-01-31' },
  'rachid',
  'finance-controller',
);

const instructed = was(
  'CycleInstructed',
  { cycleId, ...set, files: [] },
  'automation',
  'automation',
);

const figures = {
  orderedCount: 2,
  orderedMinor: '100000',
  settledCount: 1,
  settledMinor: '50000',
  rejectedCount: 1,
  rejectedMinor: '50000',
  returnedCount: 0,
  returnedMinor: '0',
  cancelledCount: 0,
  cancelledMinor: '0',
  outstandingCount: 0,
  outstandingMinor: '0',
  openBreaks: 0,
  throughPosition: 90,
};

const reconciled = was('CycleReconciled', { cycleId, ...figures }, 'farid', 'finance-officer');

const release: CycleCommand = {
  type: 'ReleaseCycle',
  contentHash: HASH,
  executionDate: '2026-01-31',
};

describe('preparing', () => {
  test('a cycle is opened once', () => {
    given()
      .when({ type: 'OpenCycle', ...open }, officer)
      .then({ type: 'CycleOpened', data: open });
    given(opened)
      .when({ type: 'OpenCycle', ...open }, officer)
      .thenRefused('CYCLE_ALREADY_OPEN', 'period');
    given()
      .when({ type: 'OpenCycle', ...open, period: '2026-13' }, officer)
      .thenRefused('INVALID_PERIOD', 'period');
    given()
      .when({ type: 'OpenCycle', ...open }, controller)
      .thenRefused('ROLE_NOT_ALLOWED');
    given()
      .when({ type: 'StartPreparation', asOf: 7 }, officer)
      .thenRefused('CYCLE_NOT_FOUND', 'cycleId');
  });
  test('a preparation that was cut off goes on in its round', () => {
    given(opened)
      .when({ type: 'StartPreparation', asOf: 7 }, officer)
      .then({ type: 'CyclePreparationStarted', data: { cycleId, round: 1, asOf: 7 } });
    given(opened, started).when({ type: 'StartPreparation', asOf: 99 }, officer).then();
    given(opened, started)
      .when({ type: 'RecordPreparation', asOf: 7, ...set, contentHash: HASH }, officer)
      .then({ type: 'CyclePrepared', data: prepared.data });
    given(opened, started)
      .when({ type: 'RecordPreparation', asOf: 99, ...set, contentHash: HASH }, officer)
      .thenRefused('PREPARATION_DIFFERS', 'asOf');
    const tooLarge = { ...set, totalMinor: '1000000000000000000', contentHash: HASH };
    given(opened, started)
      .when({ type: 'RecordPreparation', asOf: 7, ...tooLarge }, officer)
      .thenRefused('BUDGET_TOO_LARGE');
    given(opened, started, prepared)
      .when({ type: 'StartPreparation', asOf: 99 }, officer)
      .thenRefused('CYCLE_STATUS');
  });
  test('what cannot be prepared is returned, or given up by a controller', () => {
    const reason = 'opened by mistake';
    const abandoned = was('CycleAbandoned', { cycleId, reason }, 'kenza', 'finance-controller');
    given(opened, started)
      .when({ type: 'ReturnCycle', reason }, controller)
      .thenOne('CycleReturned');
    for (const history of [[], [started], [started, prepared], [started, prepared, returned]])
      given(opened, ...history)
        .when({ type: 'AbandonCycle', reason }, controller)
        .then({ type: 'CycleAbandoned', data: abandoned.data });
    given(opened).when({ type: 'AbandonCycle', reason }, officer).thenRefused('ROLE_NOT_ALLOWED');
    for (const history of [[approved], [approved, released], [abandoned]])
      given(opened, started, prepared, ...history)
        .when({ type: 'AbandonCycle', reason }, controller)
        .thenRefused('CYCLE_STATUS');
    given(opened, started, abandoned)
      .when({ type: 'RecordPreparation', asOf: 7, ...set, contentHash: HASH }, officer)
      .thenRefused('CYCLE_STATUS');
    given(opened, started, abandoned)
      .when({ type: 'StartPreparation', asOf: 99 }, officer)
      .thenRefused('CYCLE_STATUS');
    given(opened, started, abandoned)
      .when({ type: 'OpenCycle', ...open }, officer)
      .thenOne('CycleOpened');
    given(opened, started, abandoned, opened)
      .when({ type: 'StartPreparation', asOf: 99 }, officer)
      .then({ type: 'CyclePreparationStarted', data: { cycleId, round: 2, asOf: 99 } });
  });
  test('households left out are named with the set', () => {
    const households = [{ personId: uuid(1), code: 'POLICY_EVALUATION_FAILED', place: 'facts/x' }];
    given(opened, started)
      .when(
        {
          type: 'RecordPreparation',
          asOf: 7,
          ...set,
          contentHash: HASH,
          leftOut: { count: 1, households },
        },
        officer,
      )
      .then(
        { type: 'CycleHouseholdsLeftOut', data: { cycleId, round: 1, count: 1, households } },
        { type: 'CyclePrepared', data: prepared.data },
      );
  });
  test('whoever goes on with a preparation is named, and does not approve it', () => {
    const other = by('fatima', 'finance-officer');
    const resumed = was('CyclePreparationResumed', { cycleId, round: 1 }, 'fatima');
    given(opened, started)
      .when({ type: 'StartPreparation', asOf: 99 }, other)
      .then({ type: 'CyclePreparationResumed', data: resumed.data });
    given(opened, started, resumed).when({ type: 'StartPreparation', asOf: 99 }, other).then();
    const both = by('fatima', 'finance-controller');
    given(opened, started, resumed, prepared).when(approve, both).thenRefused('SAME_PERSON');
    given(opened, started, resumed, prepared, approved)
      .when(release, both)
      .thenRefused('SAME_PERSON');
  });
  test('a later cycle starts on one that is prepared, as it was seen', () => {
    const later = { laterCycleId: 'asd-2026-02', round: 1 };
    const start = { type: 'StartLaterCycle', ...later, seen: 7 } as const;
    const word = was('LaterCycleStarted', { cycleId, ...later });
    given(opened, started, prepared)
      .when(start, officer)
      .then({ type: 'LaterCycleStarted', data: word.data });
    given(opened, started, prepared, word).when(start, officer).then();
    given(opened, started, prepared)
      .when({ ...start, seen: 6 }, officer)
      .thenRefused('PREPARATION_DIFFERS', 'period');
    given(opened, started, prepared, returned)
      .when(start, officer)
      .thenRefused('EARLIER_CYCLE_NOT_PREPARED', 'period');
    given(opened, started, prepared, word, returned)
      .when({ type: 'StartPreparation', asOf: 99, later: {} }, officer)
      .thenRefused('LATER_CYCLE_STARTED', 'period');
    given(opened, started, prepared, word, returned)
      .when({ type: 'StartPreparation', asOf: 99, later: { 'asd-2026-02': 1 } }, officer)
      .thenOne('CyclePreparationStarted');
  });
  test('a returned cycle is prepared in another round', () => {
    given(opened, started, prepared)
      .when({ type: 'ReturnCycle', reason: 'one too many' }, controller)
      .then({ type: 'CycleReturned', data: returned.data });
    given(opened, started, prepared, approved)
      .when({ type: 'ReturnCycle', reason: 'one too many' }, controller)
      .thenOne('CycleReturned');
    given(opened, started, prepared, returned)
      .when({ type: 'StartPreparation', asOf: 99 }, officer)
      .then({ type: 'CyclePreparationStarted', data: { cycleId, round: 2, asOf: 99 } });
    given(opened, started, prepared, approved, released)
      .when({ type: 'ReturnCycle', reason: 'too late' }, controller)
      .thenRefused('CYCLE_STATUS');
  });
});

describe('approving and releasing', () => {
  test('is of the set that was prepared', () => {
    given(opened, started, prepared)
      .when(approve, controller)
      .then({ type: 'CycleApproved', data: approved.data });
    given(opened, started, prepared)
      .when({ ...approve, contentHash: OTHER_HASH }, controller)
      .thenRefused('CONTENT_CHANGED', 'contentHash');
    given(opened, started, prepared, approved)
      .when(release, releaser)
      .then({ type: 'CycleReleased', data: released.data });
    given(opened, started, prepared, approved)
      .when({ ...release, contentHash: OTHER_HASH }, releaser)
      .thenRefused('CONTENT_CHANGED', 'contentHash');
    given(opened, started, prepared, approved)
      .when({ ...release, executionDate: '2026-02-31' }, releaser)
      .thenRefused('INVALID_DATE', 'executionDate');
  });
  test('takes three people, and who only began to prepare is one of them', () => {
    given(opened, started, prepared)
      .when(approve, by('farid', 'finance-controller'))
      .thenRefused('SAME_PERSON');
    const begun = was('CyclePreparationStarted', started.data, 'fatima', 'finance-officer');
    given(opened, begun, prepared)
      .when(approve, by('fatima', 'finance-controller'))
      .thenRefused('SAME_PERSON');
    given(opened, begun, prepared, approved)
      .when(release, by('fatima', 'finance-controller'))
      .thenRefused('SAME_PERSON');
    given(opened, started, prepared, approved).when(release, controller).thenRefused('SAME_PERSON');
    given(opened, started, prepared, approved)
      .when(release, by('farid', 'finance-controller'))
      .thenRefused('SAME_PERSON');
  });
  test.each(['FARID', 'Farid', 'faRid', ' farid', 'ｆａｒｉｄ'])(
    'takes three people, and %p is no other than who prepared',
    (spelled) => {
      const again = by(spelled, 'finance-controller');
      given(opened, started, prepared).when(approve, again).thenRefused('SAME_PERSON');
      given(opened, started, prepared, approved).when(release, again).thenRefused('SAME_PERSON');
      const byAgain = was('CycleApproved', approved.data, spelled, 'finance-controller');
      given(opened, was('CyclePreparationStarted', started.data, 'kenza'), prepared, byAgain)
        .when(release, by('farid', 'finance-controller'))
        .thenRefused('SAME_PERSON');
    },
  );
  test('happens once', () => {
    given(opened, started, prepared, approved)
      .when(approve, controller)
      .thenRefused('CYCLE_ALREADY_APPROVED');
    for (const history of [
      [released],
      [released, instructed],
      [released, instructed, reconciled, was('CycleClosed', { cycleId, releasedMinor: '50000' })],
    ]) {
      given(opened, started, prepared, approved, ...history)
        .when(release, by('reda', 'finance-controller'))
        .thenRefused('CYCLE_ALREADY_RELEASED');
    }
    given(opened, started, prepared).when(release, releaser).thenRefused('CYCLE_STATUS');
  });
  test('is instructed once', () => {
    given(opened, started, prepared, approved, released)
      .when({ type: 'RecordInstruction', ...set, files: [] }, automation)
      .then({ type: 'CycleInstructed', data: instructed.data });
    given(opened, started, prepared, approved, released, instructed)
      .when({ type: 'RecordInstruction', ...set, files: [] }, automation)
      .then();
    given(opened, started, prepared, approved)
      .when({ type: 'RecordInstruction', ...set, files: [] }, automation)
      .thenRefused('CYCLE_STATUS');
  });
});

describe('instructing again', () => {
  const file = (
    messageId: string,
  ): { name: string; messageId: string; sha256: string; count: number; totalMinor: string } => ({
    name: `${messageId}.xml`,
    messageId,
    sha256: HASH,
    count: 1,
    totalMinor: '50000',
  });
  const history = [opened, started, prepared, approved, released, instructed] as const;
  const again = was(
    'CycleReinstructed',
    { cycleId, files: [file('R1')] },
    'automation',
    'automation',
  );
  test('records the hash of each file once', () => {
    given(...history)
      .when({ type: 'RecordReinstruction', files: [file('R1')] }, automation)
      .then({ type: 'CycleReinstructed', data: again.data });
    given(...history, again)
      .when({ type: 'RecordReinstruction', files: [file('R1')] }, automation)
      .then();
    given(...history, again)
      .when({ type: 'RecordReinstruction', files: [file('R1'), file('R2')] }, automation)
      .then({ type: 'CycleReinstructed', data: { cycleId, files: [file('R2')] } });
  });
  test('is not over before its files are recorded, and until then nothing is closed', () => {
    const runId = '0b8f7f2e-54a5-5c55-8d0a-3c1f6a1f2b77';
    const run = was('CycleReinstructionStarted', { cycleId, runId }, 'farid');
    const ended = was('CycleReinstructionEnded', { cycleId, runIds: [runId] });
    const close = { type: 'CloseCycle', releasedMinor: '0' } as const;
    given(...history)
      .when({ type: 'StartReinstruction', runId }, officer)
      .then({ type: 'CycleReinstructionStarted', data: run.data });
    // Whoever goes on with it starts it again: the newest start is the only one that instructs.
    given(...history, run)
      .when({ type: 'StartReinstruction', runId }, officer)
      .then({ type: 'CycleReinstructionStarted', data: run.data });
    given(...history, run, reconciled)
      .when(close, officer)
      .thenRefused('REINSTRUCTION_UNDER_WAY');
    given(...history, run)
      .when({ type: 'EndReinstruction', runId }, automation)
      .then({ type: 'CycleReinstructionEnded', data: ended.data });
    given(...history)
      .when({ type: 'EndReinstruction', runId }, automation)
      .then();
    given(...history, reconciled, run, ended)
      .when(close, officer)
      .thenRefused('NOT_RECONCILED');
    // It may have instructed a payment after the figures were taken.
    given(...history, run, reconciled, ended)
      .when(close, officer)
      .thenRefused('NOT_RECONCILED');
    given(...history, reconciled)
      .when({ ...close, throughPosition: 89 }, officer)
      .thenRefused('NOT_RECONCILED');
    given(...history, reconciled, was('CycleClosed', { cycleId, releasedMinor: '0' }))
      .when({ type: 'StartReinstruction', runId }, officer)
      .thenRefused('CYCLE_STATUS');
  });
  test("is of a cycle that was released, and the automation's to record", () => {
    given(opened, started, prepared, approved)
      .when({ type: 'RecordReinstruction', files: [file('R1')] }, automation)
      .thenRefused('CYCLE_STATUS');
    given(...history)
      .when({ type: 'RecordReinstruction', files: [file('R1')] }, officer)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
});

describe('reconciling and closing', () => {
  const history = [opened, started, prepared, approved, released, instructed] as const;
  test('ordered is the sum of where it is, in count and in centimes', () => {
    given(...history)
      .when({ type: 'ReconcileCycle', figures }, officer)
      .then({ type: 'CycleReconciled', data: reconciled.data });
    given(...history)
      .when({ type: 'ReconcileCycle', figures: { ...figures, settledMinor: '49999' } }, officer)
      .thenRefused('FIGURES_DO_NOT_ADD_UP');
    given(...history)
      .when({ type: 'ReconcileCycle', figures: { ...figures, outstandingCount: 1 } }, officer)
      .thenRefused('FIGURES_DO_NOT_ADD_UP');
  });
  test('a cycle closes on no figures that came after it was looked at', () => {
    const later = was('CycleReconciled', { ...reconciled.data, throughPosition: 9 });
    const close = (throughPosition: number) =>
      given(...history, later).when(
        { type: 'CloseCycle', releasedMinor: '50000', throughPosition },
        officer,
      );
    close(-1).thenRefused('NOT_RECONCILED');
    close(8).thenRefused('NOT_RECONCILED');
    close(9).thenOne('CycleClosed');
  });
  test('a cycle closes with nothing open', () => {
    given(...history, reconciled)
      .when({ type: 'CloseCycle', releasedMinor: '50000' }, officer)
      .then({ type: 'CycleClosed', data: { cycleId, releasedMinor: '50000' } });
    given(...history)
      .when({ type: 'CloseCycle', releasedMinor: '50000' }, officer)
      .thenRefused('NOT_RECONCILED');
    given(...history, was('CycleReconciled', { cycleId, ...figures, openBreaks: 1 }))
      .when({ type: 'CloseCycle', releasedMinor: '50000' }, officer)
      .thenRefused('OPEN_BREAKS');
    given(
      ...history,
      was('CycleReconciled', {
        cycleId,
        ...figures,
        rejectedCount: 0,
        rejectedMinor: '0',
        outstandingCount: 1,
        outstandingMinor: '50000',
      }),
    )
      .when({ type: 'CloseCycle', releasedMinor: '50000' }, officer)
      .thenRefused('PAYMENTS_OUTSTANDING');
  });
});

findingScenarios();
edgeScenarios();
