import { describe, test } from '@jest/globals';
import { type CycleCommand } from '../../src/cycle/cycle.decider.js';
import { by, HASH, OTHER_HASH, was } from './given.js';
import {
  opened,
  started,
  prepared,
  cycleId,
  approved,
  given,
  officer,
  automation,
  controller,
  approve,
  releaser,
  returned,
  set,
} from './cycle.fixtures.js';

/** The scenarios of the checks before a cycle is approved, told by the spec of cycles. */
export function findingScenarios(): void {
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
    const blocking = found('shared-account-000000000001', 'block');
    const warning = found('shared-account-000000000002', 'warn');
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
    test('counts under the checks that the programme has now, and is recorded again under them', () => {
      const since = (rulesSince: number, mustBeChecked = true): CycleCommand => ({
        type: 'ApproveCycle',
        contentHash: HASH,
        fiscalYear: 2026,
        mustBeChecked,
        rulesSince,
      });
      const again = (rulesSince: number): CycleCommand => ({
        type: 'RecordCheck',
        asOf: 12,
        contentHash: HASH,
        findings: [warning],
        rulesSince,
      });
      given(...ready, checked())
        .when(since(9), controller)
        .then(yes);
      given(...ready, checked())
        .when(since(10), controller)
        .thenRefused('NOT_CHECKED');
      given(...ready, checked())
        .when(since(10, false), controller)
        .then(yes);
      given(...ready, checked(warning))
        .when(again(10), officer)
        .thenOne('CycleChecked', { asOf: 12 });
      given(...ready, checked(warning))
        .when(again(9), officer)
        .then();
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
}
