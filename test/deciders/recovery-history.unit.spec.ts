import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';
import {
  balanceMinor,
  deductibleMinor,
  recoveredMinor,
  type RecoveryEvent,
  type RecoveryState,
} from '../../src/recovery/recovery.state.js';
import { recoveryDecider, type RecoveryCommand } from '../../src/recovery/recovery.decider.js';
import { officer, owed, planned, owe, automation, controller } from './recovery.fixtures.js';

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
              for (const who of [officer, controller])
                ({ state } = run(
                  state,
                  { type: 'WaiveOverpayment', amountMinor: one.amount, reason: 'x' },
                  who,
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
