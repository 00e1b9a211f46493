import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';
import {
  balanceMinor,
  deductibleMinor,
  recoveredMinor,
  recoveryDecider,
  RECOVERY_REFUSALS,
  type RecoveryCommand,
  type RecoveryEvent,
  type RecoveryState,
} from '../../src/recovery/recovery.decider.js';
import { by, scenarios, uuid, was } from './given.js';

const { given } = scenarios(recoveryDecider, RECOVERY_REFUSALS, {
  EstablishOverpayment: true,
  AgreePlan: true,
  Deduct: true,
  ReverseDeduction: true,
  SuspendRecovery: true,
  ResumeRecovery: true,
  WaiveOverpayment: true,
  OffsetOverpayment: true,
});
const officer = by('farid', 'finance-officer');
const controller = by('kenza', 'finance-controller');
const supervisor = by('salma', 'supervisor');
const automation = by('automation', 'automation');
const recoveryId = `asd-${uuid(2)}`;
const paymentId = `asd-2026-02-${uuid(2)}`;
const owe = (amountMinor = '30000', correctionId = 'asd-0001') => ({
  recoveryId,
  programmeId: 'asd',
  personId: uuid(2),
  region: 'MA-06',
  correctionId,
  amountMinor,
  currency: 'MAD',
});
const owed = was('OverpaymentEstablished', owe());
const plan = { sharePercent: 20, floorMinor: '40000', reason: 'agreed' };
const planned = was('RecoveryPlanAgreed', { recoveryId, ...plan }, 'farid');
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
  test('is waived by another person than agreed the plan, never more than is owed', () => {
    given(owed, planned, deducted('10000', '20000'))
      .when({ type: 'WaiveOverpayment', amountMinor: '20000', reason: 'hardship' }, controller)
      .then(
        {
          type: 'OverpaymentWaived',
          data: { recoveryId, amountMinor: '20000', reason: 'hardship' },
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
      .when({ type: 'WaiveOverpayment', amountMinor: '1', reason: 'hardship' }, controller)
      .thenOne('OverpaymentWaived', { amountMinor: '1' });
    given(owed, planned)
      .when({ type: 'WaiveOverpayment', amountMinor: '30001', reason: 'hardship' }, controller)
      .thenRefused('WAIVER_EXCEEDS_BALANCE', 'amount');
    given(owed, planned)
      .when({ type: 'WaiveOverpayment', amountMinor: '0', reason: 'hardship' }, controller)
      .thenRefused('AMOUNT_NOT_POSITIVE', 'amount');
    given(owed, planned)
      .when(
        { type: 'WaiveOverpayment', amountMinor: '1', reason: 'hardship' },
        by('farid', 'finance-controller'),
      )
      .thenRefused('SAME_PERSON');
    const done = was('RecoveryCompleted', {
      recoveryId,
      overpaidMinor: '30000',
      recoveredMinor: '30000',
      waivedMinor: '0',
    });
    given(owed, planned, done)
      .when({ type: 'WaiveOverpayment', amountMinor: '1', reason: 'hardship' }, controller)
      .thenRefused('RECOVERY_STATUS');
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

describe('any history of a recovery', () => {
  /** Decides and folds; what is refused leaves no trace. */
  function run(
    state: RecoveryState,
    command: RecoveryCommand,
    context = officer,
  ): { state: RecoveryState; events: readonly Foldable<RecoveryEvent>[] } {
    try {
      const events = recoveryDecider.decide(state, command, context).map(
        (draft) =>
          ({
            ...draft,
            meta: { actor: context.actor.id, role: context.actor.role },
            time: context.now,
          }) as Foldable<RecoveryEvent>,
      );
      return { state: fold(recoveryDecider, events, state), events };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { state, events: [] };
    }
  }
  const minor = (max: number) => fc.integer({ min: 0, max }).map(String);
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('pay' as const),
        month: fc.nat({ max: 11 }),
        round: fc.integer({ min: 1, max: 2 }),
        gross: fc.bigInt({ min: 1n, max: 200_000n }),
      }),
    },
    fc.record({
      kind: fc.constant('lapse' as const),
      month: fc.nat({ max: 11 }),
      round: fc.integer({ min: 1, max: 2 }),
    }),
    fc.record({
      kind: fc.constant('owe' as const),
      amount: minor(90_000),
      number: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({
      kind: fc.constant('plan' as const),
      sharePercent: fc.integer({ min: 0, max: 110 }),
      floor: minor(60_000),
    }),
    fc.record({ kind: fc.constant('waive' as const), amount: minor(50_000) }),
    fc.record({
      kind: fc.constant('offset' as const),
      amount: minor(60_000),
      number: fc.integer({ min: 5, max: 8 }),
    }),
    fc.constant({ kind: 'suspend' as const }),
    fc.constant({ kind: 'resume' as const }),
  );

  test('keeps owed = recovered + waived + left, never recovers more, leaves the family its floor, and comes to zero', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = fold(recoveryDecider, [owed, planned]);
        for (const one of steps) {
          switch (one.kind) {
            case 'owe':
              ({ state } = run(
                state,
                { type: 'EstablishOverpayment', ...owe(one.amount, `asd-000${one.number}`) },
                automation,
              ));
              break;
            case 'plan':
              ({ state } = run(state, {
                type: 'AgreePlan',
                sharePercent: one.sharePercent,
                floorMinor: one.floor,
                reason: 'x',
              }));
              break;
            case 'waive':
              ({ state } = run(
                state,
                { type: 'WaiveOverpayment', amountMinor: one.amount, reason: 'x' },
                controller,
              ));
              break;
            case 'offset':
              ({ state } = run(
                state,
                {
                  type: 'OffsetOverpayment',
                  correctionId: `asd-000${one.number}`,
                  amountMinor: one.amount,
                },
                automation,
              ));
              break;
            case 'suspend':
              ({ state } = run(state, { type: 'SuspendRecovery', reason: 'x' }));
              break;
            case 'resume':
              ({ state } = run(state, { type: 'ResumeRecovery', reason: 'x' }));
              break;
            case 'lapse':
              ({ state } = run(
                state,
                {
                  type: 'ReverseDeduction',
                  paymentId: `p${one.month}`,
                  round: one.round,
                  reason: 'x',
                },
                automation,
              ));
              break;
            case 'pay': {
              const before = state;
              const amount = deductibleMinor(state, `p${one.month}`, one.gross);
              if (amount === 0n) break;
              // One minor unit more than the plan gives is never deducted.
              expect(
                run(before, {
                  type: 'Deduct',
                  paymentId: `p${one.month}`,
                  round: one.round,
                  grossMinor: String(one.gross),
                  amountMinor: String(amount + 1n),
                }).events,
              ).toEqual([]);
              ({ state } = run(before, {
                type: 'Deduct',
                paymentId: `p${one.month}`,
                round: one.round,
                grossMinor: String(one.gross),
                amountMinor: String(amount),
              }));
              expect(before.suspended).toBe(false);
              expect(one.gross - amount >= BigInt(before.plan!.floorMinor)).toBe(true);
              expect(amount * 100n <= one.gross * BigInt(before.plan!.sharePercent)).toBe(true);
            }
          }
          expect(balanceMinor(state) >= 0n).toBe(true);
          expect(recoveredMinor(state) + state.waivedMinor + balanceMinor(state)).toBe(
            state.overpaidMinor,
          );
          expect(state.status === 'completed').toBe(balanceMinor(state) === 0n);
        }
        // Left alone with a plan, it ends at exactly zero.
        ({ state } = run(state, { type: 'ResumeRecovery', reason: 'x' }));
        ({ state } = run(state, {
          type: 'AgreePlan',
          sharePercent: 50,
          floorMinor: '1000',
          reason: 'x',
        }));
        for (let month = 12; balanceMinor(state) > 0n && month < 200; month += 1) {
          ({ state } = run(state, {
            type: 'Deduct',
            paymentId: `p${month}`,
            round: 1,
            grossMinor: '50000',
            amountMinor: String(deductibleMinor(state, `p${month}`, 50_000n)),
          }));
        }
        expect([balanceMinor(state), state.status]).toEqual([0n, 'completed']);
      }),
      { numRuns: 500 },
    );
  });
});
