import { describe, test } from '@jest/globals';
import { cycleDecider, CYCLE_REFUSALS, type CycleCommand } from '../../src/cycle/cycle.decider.js';
import { by, HASH, OTHER_HASH, scenarios, was } from './given.js';

const { given } = scenarios(cycleDecider, CYCLE_REFUSALS, {
  OpenCycle: true,
  StartPreparation: true,
  RecordPreparation: true,
  ApproveCycle: true,
  ReturnCycle: true,
  ReleaseCycle: true,
  RecordInstruction: true,
  RecordReinstruction: true,
  RecordCheck: true,
  OverrideFinding: true,
  ReconcileCycle: true,
  CloseCycle: true,
});
const officer = by('farid', 'finance-officer');
const controller = by('kenza', 'finance-controller');
const releaser = by('rachid', 'finance-controller');
const automation = by('automation', 'automation');
const cycleId = 'asd-2026-01';
const open = { cycleId, programmeId: 'asd', period: '2026-01', policyVersion: 3, currency: 'MAD' };
const set = { count: 2, totalMinor: '100000' };
const opened = was('CycleOpened', open);
const started = was(
  'CyclePreparationStarted',
  { cycleId, round: 1, asOf: 7 },
  'farid',
  'finance-officer',
);
const prepared = was(
  'CyclePrepared',
  { cycleId, round: 1, asOf: 7, ...set, contentHash: HASH },
  'farid',
  'finance-officer',
);
const approved = was(
  'CycleApproved',
  { cycleId, contentHash: HASH, totalMinor: '100000', fiscalYear: 2026 },
  'kenza',
  'finance-controller',
);
const returned = was(
  'CycleReturned',
  { cycleId, reason: 'one too many' },
  'kenza',
  'finance-controller',
);
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
const approve: CycleCommand = { type: 'ApproveCycle', contentHash: HASH, fiscalYear: 2026 };
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
    given(opened, started, prepared)
      .when({ type: 'StartPreparation', asOf: 99 }, officer)
      .thenRefused('CYCLE_STATUS');
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

describe('checking before money leaves', () => {
  const found = (findingId: string, level: 'block' | 'warn') => ({
    findingId,
    check: 'shared-account' as const,
    level,
    count: 2,
    amountMinor: '100000',
    payments: [],
    measured: '2',
    limit: '1',
  });
  const [blocking, warning] = [
    found('shared-account-000000000001', 'block'),
    found('shared-account-000000000002', 'warn'),
  ];
  const ready = [opened, started, prepared] as const;
  const record = (...findings: ReturnType<typeof found>[]): CycleCommand => ({
    type: 'RecordCheck',
    asOf: 9,
    contentHash: HASH,
    findings,
  });
  const checked = (...findings: ReturnType<typeof found>[]) =>
    was(
      'CycleChecked',
      { cycleId, round: 1, asOf: 9, contentHash: HASH, findings },
      'farid',
      'finance-officer',
    );
  const override: CycleCommand = {
    type: 'OverrideFinding',
    findingId: blocking.findingId,
    reason: 'an orphanage',
  };
  const overridden = was(
    'CycleFindingOverridden',
    { cycleId, round: 1, findingId: blocking.findingId, reason: 'an orphanage' },
    'rachid',
    'finance-controller',
  );
  const must: CycleCommand = {
    type: 'ApproveCycle',
    contentHash: HASH,
    fiscalYear: 2026,
    mustBeChecked: true,
  };
  const yes = { type: 'CycleApproved' as const, data: approved.data };

  test('is of the prepared set, and recorded again only where it found something else', () => {
    given(...ready)
      .when(record(blocking), officer)
      .then({
        type: 'CycleChecked',
        data: { cycleId, round: 1, asOf: 9, contentHash: HASH, findings: [blocking] },
      });
    given(...ready, checked(blocking))
      .when(record(blocking), officer)
      .then();
    given(...ready, checked(blocking))
      .when(record(), automation)
      .then({
        type: 'CycleChecked',
        data: { cycleId, round: 1, asOf: 9, contentHash: HASH, findings: [] },
      });
    given(...ready)
      .when({ type: 'RecordCheck', asOf: 9, contentHash: OTHER_HASH, findings: [] }, officer)
      .thenRefused('CONTENT_CHANGED');
    given(...ready, approved)
      .when(record(), officer)
      .thenRefused('CYCLE_STATUS');
    given(...ready)
      .when(record(), controller)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('comes before the approval where the programme says so, and not elsewhere', () => {
    given(...ready)
      .when(must, controller)
      .thenRefused('NOT_CHECKED');
    given(...ready)
      .when(approve, controller)
      .then(yes);
    given(...ready, checked())
      .when(must, controller)
      .then(yes);
    given(...ready, checked(warning))
      .when(must, controller)
      .then(yes);
  });
  test('blocks the approval until the finding is gone or a second person answers for it', () => {
    given(...ready, checked(blocking, warning))
      .when(must, controller)
      .thenRefused('FINDINGS_OPEN');
    given(...ready, checked(blocking, warning))
      .when(approve, controller)
      .thenRefused('FINDINGS_OPEN');
    given(...ready, checked(blocking), overridden)
      .when(must, controller)
      .then(yes);
    given(...ready, checked(blocking), checked(warning))
      .when(must, controller)
      .then(yes);
    given(...ready, checked(blocking), overridden, checked(warning, blocking))
      .when(must, controller)
      .then(yes);
  });
  test('is overridden by neither its preparer nor its checker, and not approved by who overrode', () => {
    given(...ready, checked(blocking))
      .when(override, releaser)
      .then({ type: 'CycleFindingOverridden', data: overridden.data });
    given(...ready, checked(blocking))
      .when(override, by('farid', 'finance-controller'))
      .thenRefused('SAME_PERSON');
    const checkedByKenza = was(
      'CycleChecked',
      { cycleId, round: 1, asOf: 9, contentHash: HASH, findings: [blocking] },
      'kenza',
      'finance-officer',
    );
    given(...ready, checkedByKenza)
      .when(override, controller)
      .thenRefused('SAME_PERSON');
    given(...ready, checked(blocking))
      .when(override, officer)
      .thenRefused('ROLE_NOT_ALLOWED');
    given(...ready, checked(blocking), overridden)
      .when(must, releaser)
      .thenRefused('SAME_PERSON');
  });
  test('lets a finding be overridden once, and only one that blocks', () => {
    given(...ready, checked(blocking), overridden)
      .when(override, releaser)
      .thenRefused('FINDING_ALREADY_OVERRIDDEN', 'findingId');
    given(...ready, checked(warning))
      .when({ ...override, findingId: warning.findingId }, releaser)
      .thenRefused('FINDING_DOES_NOT_BLOCK', 'findingId');
    given(...ready)
      .when(override, releaser)
      .thenRefused('FINDING_NOT_FOUND', 'findingId');
    given(...ready, checked(blocking), overridden, approved)
      .when(override, releaser)
      .thenRefused('CYCLE_STATUS');
  });
  test('begins anew with a new round', () => {
    const again = [
      ...ready,
      checked(blocking),
      overridden,
      returned,
      was('CyclePreparationStarted', { cycleId, round: 2, asOf: 20 }, 'farid', 'finance-officer'),
      was(
        'CyclePrepared',
        { cycleId, round: 2, asOf: 20, ...set, contentHash: HASH },
        'farid',
        'finance-officer',
      ),
    ];
    given(...again)
      .when(must, controller)
      .thenRefused('NOT_CHECKED');
    given(
      ...again,
      was(
        'CycleChecked',
        { cycleId, round: 2, asOf: 21, contentHash: HASH, findings: [blocking] },
        'farid',
        'finance-officer',
      ),
    )
      .when(must, controller)
      .thenRefused('FINDINGS_OPEN');
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
