import { describe, test } from '@jest/globals';
import { setAsideDecider } from '../../src/automation/set-aside.decider.js';
import { INDISPENSABLE_AUTOMATIONS } from '../../src/automation/indispensable.rule.js';
import { by, scenarios, uuid, was } from './given.js';

const { given } = scenarios(
  setAsideDecider,
  ['ROLE_NOT_ALLOWED', 'REGION_NOT_ALLOWED', 'NOTHING_PROPOSED', 'NOT_DISMISSIBLE'],
  { DismissSetAside: true, WithdrawDismissal: true },
);

const said = {
  eventId: uuid(1),
  automation: 'when-payments-settle-then-spend-budget',
  eventType: 'PaymentSettled',
  eventStream: `payment-asd-2026-01-${uuid(2)}`,
  failure: 'BUDGET_EXCEEDED',
  reason: 'spent by hand',
} as const;
const manager = by('m.alaoui', 'programme-manager');
const controller = by('c.naciri', 'finance-controller');
const dismiss = { type: 'DismissSetAside', ...said } as const;
const proposed = was('SetAsideDismissalProposed', said, 'm.alaoui', 'programme-manager');
const dismissed = was('SetAsideDismissed', { ...said, proposedBy: 'm.alaoui' }, 'c.naciri');

describe('what an automation set aside', () => {
  test('is proposed to be dismissed by one person, once', () => {
    given().when(dismiss, manager).then({ type: 'SetAsideDismissalProposed', data: said });
    given(proposed).when(dismiss, manager).then();
    given(proposed).when(dismiss, by('M.Alaoui', 'finance-controller')).then();
  });

  test('is dismissed by another who says the same, in their own words', () => {
    const reason = 'nothing is owed';
    given(proposed)
      .when({ ...dismiss, reason }, controller)
      .then({ type: 'SetAsideDismissed', data: { ...said, reason, proposedBy: 'm.alaoui' } });
    given(proposed, dismissed).when(dismiss, manager).then();
    given(proposed, dismissed).when(dismiss, controller).then();
  });

  test('waits where the second person saw another failure, or another automation', () => {
    const failed = { ...said, failure: 'TypeError' };
    given(proposed)
      .when({ ...dismiss, ...failed }, controller)
      .then({ type: 'SetAsideDismissalProposed', data: failed });
    const other = { ...said, automation: 'when-payment-lapses-then-give-back' };
    given(proposed, dismissed)
      .when({ ...dismiss, ...other }, controller)
      .then({ type: 'SetAsideDismissalProposed', data: other });
  });

  test('is dismissed on nobody’s word that was taken back', () => {
    const { eventId, automation } = said;
    const taken = { eventId, automation, reason: 'it can be mended' };
    const withdraw = { type: 'WithdrawDismissal', ...taken } as const;
    given(proposed).when(withdraw, controller).thenRefused('NOTHING_PROPOSED');
    given(proposed)
      .when(withdraw, manager)
      .then({ type: 'SetAsideDismissalWithdrawn', data: taken });
    given(proposed, was('SetAsideDismissalWithdrawn', taken, 'm.alaoui'))
      .when(dismiss, controller)
      .thenOne('SetAsideDismissalProposed');
    given(proposed, dismissed).when(withdraw, manager).thenRefused('NOTHING_PROPOSED');
  });

  test.each(INDISPENSABLE_AUTOMATIONS)('is not dismissed by anybody of %s', (automation) => {
    const command = { ...dismiss, automation };
    given().when(command, manager).thenRefused('NOT_DISMISSIBLE', 'manager');
    const before = was('SetAsideDismissalProposed', { ...said, automation }, 'm.alaoui');
    given(before).when(command, controller).thenRefused('NOT_DISMISSIBLE');
  });

  test('concerns all regions, and neither a machine nor who manages keys', () => {
    given().when(dismiss, by('a.tazi', 'administrator')).thenRefused('ROLE_NOT_ALLOWED');
    const limited = by('m.alaoui', 'programme-manager', 'MA-06');
    given(proposed).when(dismiss, limited).thenRefused('REGION_NOT_ALLOWED');
  });
});
