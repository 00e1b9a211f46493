import { describe, test } from '@jest/globals';
import {
  recoveryDecider,
  RECOVERY_REFUSALS,
  type RecoveryCommand,
} from '../../src/recovery/recovery.decider.js';
import { by, scenarios, uuid, was } from './given.js';
import {
  recoveryId,
  owe,
  automation,
  owed,
  officer,
  plan,
  planned,
  controller,
} from './recovery.fixtures.js';

const { given } = scenarios(recoveryDecider, RECOVERY_REFUSALS, {
  EstablishOverpayment: true,
  AgreePlan: true,
  Deduct: true,
  ReverseDeduction: true,
  MoveRecovery: true,
  SuspendRecovery: true,
  ResumeRecovery: true,
  WaiveOverpayment: true,
  WithdrawWaiver: true,
  OffsetOverpayment: true,
});

const supervisor = by('salma', 'supervisor');

const paymentId = `asd-2026-02-${uuid(2)}`;

const deduct = (
  amountMinor: string,
  id = paymentId,
  round = 1,
  grossMinor = '50000',
): RecoveryCommand => ({ type: 'Deduct', paymentId: id, round, grossMinor, amountMinor });

const deducted = (amountMinor: string, remainingMinor: string, id = paymentId, round = 1) =>
  was('RecoveryDeducted', {
    recoveryId,
    paymentId: id,
    round,
    grossMinor: '50000',
    amountMinor,
    remainingMinor,
  });

const suspended = was('RecoverySuspended', { recoveryId, reason: 'appeal' });

describe('what a household was paid too much', () => {
  test('moves with it, and is decided on where it lives', () => {
    const { region: fromRegion } = owe();
    const move = { type: 'MoveRecovery', region: 'MA-12' } as const;
    given(owed)
      .when(move, supervisor)
      .then({ type: 'RecoveryMoved', data: { recoveryId, fromRegion, region: 'MA-12' } });
    const moved = was('RecoveryMoved', { recoveryId, fromRegion, region: 'MA-12' });
    given(owed, moved).when(move, supervisor).then();
    const suspend = { type: 'SuspendRecovery', reason: 'appeal' } as const;
    const there = by('sara', 'supervisor', 'MA-12');
    given(owed).when(suspend, there).thenRefused('REGION_NOT_ALLOWED');
    given(owed, moved).when(suspend, there).thenOne('RecoverySuspended');
    given(owed)
      .when(move, by('sara', 'supervisor', fromRegion))
      .thenRefused('REGION_NOT_ALLOWED');
    given(owed).when(move, officer).thenRefused('ROLE_NOT_ALLOWED');
    given().when(move, supervisor).thenRefused('RECOVERY_NOT_FOUND');
  });
  test('is owed, once for each correction', () => {
    given()
      .when({ type: 'EstablishOverpayment', ...owe() }, automation)
      .then({ type: 'OverpaymentEstablished', data: owe() });
    given(owed)
      .when({ type: 'EstablishOverpayment', ...owe() }, automation)
      .then();
    given(owed)
      .when({ type: 'EstablishOverpayment', ...owe('100', 'asd-0002') }, automation)
      .thenOne('OverpaymentEstablished', { amountMinor: '100' });
    given()
      .when({ type: 'EstablishOverpayment', ...owe('0') }, automation)
      .thenRefused('AMOUNT_NOT_POSITIVE', 'amountMinor');
    given()
      .when({ type: 'EstablishOverpayment', ...owe() }, officer)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('is recovered by a plan with a share and a floor', () => {
    given(owed)
      .when({ type: 'AgreePlan', ...plan }, officer)
      .then({ type: 'RecoveryPlanAgreed', data: planned.data });
    given(owed, planned)
      .when({ type: 'AgreePlan', ...plan }, officer)
      .then();
    given(owed)
      .when({ type: 'AgreePlan', ...plan, sharePercent: 101 }, officer)
      .thenRefused('SHARE_OUT_OF_RANGE', 'sharePercent');
    given(owed)
      .when({ type: 'AgreePlan', ...plan, floorMinor: '0' }, officer)
      .thenRefused('FLOOR_MISSING', 'floor');
    given()
      .when({ type: 'AgreePlan', ...plan }, officer)
      .thenRefused('RECOVERY_NOT_FOUND', 'recoveryId');
    given(owed)
      .when({ type: 'AgreePlan', ...plan }, by('farid', 'finance-officer', 'MA-01'))
      .thenRefused('REGION_NOT_ALLOWED');
  });
  test('is deducted from payments as planned, to zero, and no further', () => {
    given(owed).when(deduct('1'), officer).thenRefused('DEDUCTION_NOT_PLANNED', 'amountMinor');
    given(owed, planned)
      .when(deduct('10000'), officer)
      .then({ type: 'RecoveryDeducted', data: deducted('10000', '20000').data });
    given(owed, planned)
      .when(deduct('10001'), officer)
      .thenRefused('DEDUCTION_NOT_PLANNED', 'amountMinor');
    given(owed, planned)
      .when(deduct('5001', paymentId, 1, '45000'), officer)
      .thenRefused('DEDUCTION_NOT_PLANNED', 'amountMinor');
    given(owed, planned, deducted('10000', '20000')).when(deduct('10000'), officer).then();
    given(owed, planned, deducted('10000', '20000'))
      .when(deduct('9999'), officer)
      .thenRefused('DEDUCTION_NOT_PLANNED', 'amountMinor');
    given(was('OverpaymentEstablished', owe('4000')), planned)
      .when(deduct('4000'), officer)
      .then(
        { type: 'RecoveryDeducted', data: deducted('4000', '0').data },
        {
          type: 'RecoveryCompleted',
          data: { recoveryId, overpaidMinor: '4000', recoveredMinor: '4000', waivedMinor: '0' },
        },
      );
  });
  test('is owed again where the payment lapsed; a later round of it deducts instead of the earlier', () => {
    const gone = { recoveryId, paymentId, round: 1, amountMinor: '10000', reason: 'cancelled' };
    given(owed, planned, deducted('10000', '20000'))
      .when({ type: 'ReverseDeduction', paymentId, round: 1, reason: 'cancelled' }, automation)
      .then({ type: 'RecoveryDeductionReversed', data: gone });
    given(owed, planned, deducted('10000', '20000'), was('RecoveryDeductionReversed', gone))
      .when({ type: 'ReverseDeduction', paymentId, round: 1, reason: 'cancelled' }, automation)
      .then();
    given(owed, planned, deducted('10000', '20000'))
      .when(deduct('8000', paymentId, 2), officer)
      .thenOne('RecoveryDeducted', { amountMinor: '8000', remainingMinor: '22000' });
    given(owed, planned, deducted('10000', '20000'), deducted('8000', '22000', paymentId, 2))
      .when({ type: 'ReverseDeduction', paymentId, round: 1, reason: 'cancelled' }, automation)
      .then();
  });
  test('is not deducted while an appeal runs', () => {
    given(owed, planned)
      .when({ type: 'SuspendRecovery', reason: 'appeal' }, supervisor)
      .then({ type: 'RecoverySuspended', data: suspended.data });
    given(owed, planned, suspended)
      .when({ type: 'SuspendRecovery', reason: 'appeal' }, supervisor)
      .thenRefused('RECOVERY_SUSPENDED');
    given(owed, planned, suspended)
      .when(deduct('10000'), officer)
      .thenRefused('DEDUCTION_NOT_PLANNED', 'amountMinor');
    given(owed, planned, suspended)
      .when({ type: 'ResumeRecovery', reason: 'dismissed' }, supervisor)
      .then({ type: 'RecoveryResumed', data: { recoveryId, reason: 'dismissed' } });
    given(owed, planned)
      .when({ type: 'ResumeRecovery', reason: 'dismissed' }, supervisor)
      .thenRefused('RECOVERY_NOT_SUSPENDED');
  });
  const waive = (amountMinor: string, reason = 'hardship'): RecoveryCommand => ({
    type: 'WaiveOverpayment',
    amountMinor,
    reason,
  });
  const asked = (amountMinor: string, who = 'farid') =>
    was('OverpaymentWaiverProposed', { recoveryId, amountMinor, reason: 'hardship' }, who);

  test('is waived once a controller says what another person proposed, with a plan or without', () => {
    const proposal = { recoveryId, amountMinor: '30000', reason: 'hardship' };
    for (const who of [officer, controller])
      given(owed)
        .when(waive('30000'), who)
        .then({ type: 'OverpaymentWaiverProposed', data: proposal });
    given(owed, asked('30000', 'kenza')).when(waive('30000'), controller).then();
    given(owed, asked('30000', 'Kenza')).when(waive('30000'), controller).then();
    given(owed, asked('20000', 'kenza'), asked('20000'))
      .when(waive('20000', 'again'), officer)
      .then();
    given(owed, asked('20000', 'kenza'), asked('20000'))
      .when(waive('20000'), controller)
      .thenOne('OverpaymentWaived');
    given(owed, planned, asked('30000'))
      .when(waive('30000'), by('hind', 'finance-officer'))
      .thenOne('OverpaymentWaiverProposed');
    given(owed, asked('20000'))
      .when(waive('30000'), controller)
      .thenOne('OverpaymentWaiverProposed');
    given(owed, asked('30000', 'hind'))
      .when(waive('30000'), officer)
      .thenOne('OverpaymentWaiverProposed');
    given(owed, asked('1'))
      .when(waive('1', 'a widow'), controller)
      .then({
        type: 'OverpaymentWaived',
        data: { recoveryId, amountMinor: '1', reason: 'a widow', proposedBy: 'farid' },
      });
    given(owed, asked('1'), was('OverpaymentWaived', { recoveryId, amountMinor: '1', reason: 'x' }))
      .when(waive('1'), controller)
      .thenOne('OverpaymentWaiverProposed');
  });
  test('is waived on nobody’s word that was taken back', () => {
    const taken = { recoveryId, reason: 'mistyped' };
    const withdraw: RecoveryCommand = { type: 'WithdrawWaiver', reason: 'mistyped' };
    given(owed, asked('1')).when(withdraw, controller).thenRefused('NOTHING_PROPOSED');
    given(owed, asked('1'))
      .when(withdraw, officer)
      .then({ type: 'OverpaymentWaiverWithdrawn', data: taken });
    given(owed, asked('1'), was('OverpaymentWaiverWithdrawn', taken, 'Farid'))
      .when(waive('1'), controller)
      .thenOne('OverpaymentWaiverProposed');
  });
  test('is waived by another person than agreed the plan, never more than is owed', () => {
    given(owed, planned, deducted('10000', '20000'), asked('20000'))
      .when(waive('20000'), controller)
      .then(
        {
          type: 'OverpaymentWaived',
          data: { recoveryId, amountMinor: '20000', reason: 'hardship', proposedBy: 'farid' },
        },
        {
          type: 'RecoveryCompleted',
          data: {
            recoveryId,
            overpaidMinor: '30000',
            recoveredMinor: '10000',
            waivedMinor: '20000',
          },
        },
      );
    given(owed, planned)
      .when(waive('30001'), controller)
      .thenRefused('WAIVER_EXCEEDS_BALANCE', 'amount');
    given(owed, planned).when(waive('0'), controller).thenRefused('AMOUNT_NOT_POSITIVE', 'amount');
    for (const who of ['farid', 'FARID'])
      given(owed, planned, asked('1', 'kenza'))
        .when(waive('1'), by(who, 'finance-controller'))
        .thenRefused('SAME_PERSON');
    const done = was('RecoveryCompleted', {
      recoveryId,
      overpaidMinor: '30000',
      recoveredMinor: '30000',
      waivedMinor: '0',
    });
    given(owed, planned, done).when(waive('1'), controller).thenRefused('RECOVERY_STATUS');
    given(owed, planned, done)
      .when({ type: 'AgreePlan', ...plan }, officer)
      .thenRefused('RECOVERY_STATUS');
  });
});

describe('an overpayment that was due after all', () => {
  const offset = (amountMinor: string): RecoveryCommand => ({
    type: 'OffsetOverpayment',
    correctionId: 'asd-0002',
    amountMinor,
  });
  const waived = was('OverpaymentWaived', { recoveryId, amountMinor: '5000', reason: 'hardship' });
  test('is taken off what is owed first, then off what was waived, once', () => {
    const events = [owed, planned, deducted('10000', '20000'), waived];
    given(...events)
      .when(offset('6000'), automation)
      .then({
        type: 'OverpaymentOffset',
        data: { recoveryId, correctionId: 'asd-0002', amountMinor: '6000', waivedMinor: '0' },
      });
    given(...events)
      .when(offset('20000'), automation)
      .then(
        {
          type: 'OverpaymentOffset',
          data: { recoveryId, correctionId: 'asd-0002', amountMinor: '20000', waivedMinor: '5000' },
        },
        {
          type: 'RecoveryCompleted',
          data: { recoveryId, overpaidMinor: '10000', recoveredMinor: '10000', waivedMinor: '0' },
        },
      );
    given(...events)
      .when(offset('20001'), automation)
      .thenRefused('OFFSET_EXCEEDS_DEBT', 'amountMinor');
    given(
      ...events,
      was('OverpaymentOffset', {
        recoveryId,
        correctionId: 'asd-0002',
        amountMinor: '6000',
        waivedMinor: '0',
      }),
    )
      .when(offset('6000'), automation)
      .then();
  });
});

describe('to the centime', () => {
  const waived = (amountMinor: string) =>
    was('OverpaymentWaived', { recoveryId, amountMinor, reason: 'poor', proposedBy: 'farid' });
  const offset = (amountMinor: string, correctionId: string): RecoveryCommand => ({
    type: 'OffsetOverpayment',
    correctionId,
    amountMinor,
  });
  const completed = was('RecoveryCompleted', {
    recoveryId,
    overpaidMinor: '30000',
    recoveredMinor: '0',
    waivedMinor: '30000',
  });
  const whole = was('RecoveryPlanAgreed', {
    recoveryId,
    sharePercent: 100,
    floorMinor: '1',
    reason: 'agreed',
  });

  test('one is owed, planned, deducted and left over', () => {
    given()
      .when({ type: 'EstablishOverpayment', ...owe('1') }, automation)
      .thenOne('OverpaymentEstablished', { amountMinor: '1' });
    for (const sharePercent of [1, 100])
      given(owed)
        .when({ type: 'AgreePlan', ...plan, sharePercent, floorMinor: '1' }, officer)
        .thenOne('RecoveryPlanAgreed', { sharePercent, floorMinor: '1' });
    for (const sharePercent of [0, 101, 1.5])
      given(owed)
        .when({ type: 'AgreePlan', ...plan, sharePercent }, officer)
        .thenRefused('SHARE_OUT_OF_RANGE', 'sharePercent');
    given(owed, planned)
      .when({ type: 'AgreePlan', ...plan, floorMinor: '40001' }, officer)
      .thenOne('RecoveryPlanAgreed', { floorMinor: '40001' });
    given(owed, whole).when(deduct('1'), officer).thenOne('RecoveryDeducted');
    given(owed, whole)
      .when(deduct('29999'), officer)
      .thenOne('RecoveryDeducted', { remainingMinor: '1' });
    given(owed, whole).when(deduct('0'), officer).thenRefused('DEDUCTION_NOT_PLANNED');
  });

  test('what an earlier round of a payment gave back may be given back by the next', () => {
    given(owed, whole, deducted('20000', '10000'))
      .when(deduct('30000', paymentId, 2), officer)
      .then(
        {
          type: 'RecoveryDeducted',
          data: { ...deducted('30000', '0', paymentId, 2).data, grossMinor: '50000' },
        },
        {
          type: 'RecoveryCompleted',
          data: { ...completed.data, recoveredMinor: '30000', waivedMinor: '0' },
        },
      );
  });

  test('what was completed by a waiver is not completed again, and is owed again once reversed', () => {
    given(owed, waived('30000'), completed)
      .when(offset('30000', 'asd-0002'), automation)
      .thenOne('OverpaymentOffset', { waivedMinor: '30000' });
    given(owed, waived('30000'), completed)
      .when({ type: 'SuspendRecovery', reason: 'appeal' }, supervisor)
      .thenRefused('RECOVERY_STATUS');
    const back = was('RecoveryDeductionReversed', {
      recoveryId,
      paymentId,
      round: 1,
      amountMinor: '30000',
      reason: 'lapsed',
    });
    given(owed, whole, deducted('30000', '0'), completed, back)
      .when({ type: 'SuspendRecovery', reason: 'appeal' }, supervisor)
      .thenOne('RecoverySuspended');
  });

  test('nobody of another region resumes, waives or takes a waiver back', () => {
    const elsewhere = by('omar', 'finance-officer', 'MA-01');
    const suspended = was('RecoverySuspended', { recoveryId, reason: 'appeal' });
    for (const command of [
      { type: 'ResumeRecovery', reason: 'decided' },
      { type: 'WaiveOverpayment', amountMinor: '1', reason: 'poor' },
      { type: 'WithdrawWaiver', reason: 'no' },
    ] as const)
      given(owed, suspended).when(command, elsewhere).thenRefused('REGION_NOT_ALLOWED');
  });
});
