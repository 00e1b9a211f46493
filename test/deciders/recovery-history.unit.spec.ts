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

  type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
  type Payment = Extract<Step, { kind: 'pay' }>;

  /** What a step asks for, and by whom. */
  function asked(one: Exclude<Step, Payment>): readonly [RecoveryCommand, typeof officer][] {
    switch (one.kind) {
      case 'owe': {
        const overpaid = owe(one.amount, `asd-000${one.number}`);
        return [[{ type: 'EstablishOverpayment', ...overpaid }, automation]];
      }
      case 'plan': {
        const { sharePercent, floor: floorMinor } = one;
        return [[{ type: 'AgreePlan', sharePercent, floorMinor, reason: 'x' }, officer]];
      }
      case 'waive': {
        const waiver = { type: 'WaiveOverpayment', amountMinor: one.amount, reason: 'x' } as const;
        return [
          [waiver, officer],
          [waiver, controller],
        ];
      }
      case 'offset': {
        const offset = { correctionId: `asd-000${one.number}`, amountMinor: one.amount };
        return [[{ type: 'OffsetOverpayment', ...offset }, automation]];
      }
      case 'suspend':
        return [[{ type: 'SuspendRecovery', reason: 'x' }, officer]];
      case 'resume':
        return [[{ type: 'ResumeRecovery', reason: 'x' }, officer]];
      case 'lapse': {
        const lapsed = { paymentId: `p${one.month}`, round: one.round };
        return [[{ type: 'ReverseDeduction', ...lapsed, reason: 'x' }, automation]];
      }
    }
  }
  const after = (state: RecoveryState, one: Exclude<Step, Payment>): RecoveryState =>
    asked(one).reduce((now, [command, by]) => run(now, command, by).state, state);
  const deducting = (one: Omit<Payment, 'kind'>, amount: bigint): RecoveryCommand => ({
    type: 'Deduct',
    paymentId: `p${one.month}`,
    round: one.round,
    grossMinor: String(one.gross),
    amountMinor: String(amount),
  });

  /** A payment from which is deducted what the plan gives, and never more. */
  function afterPaying(before: RecoveryState, one: Payment): RecoveryState {
    const amount = deductibleMinor(before, `p${one.month}`, one.gross);
    if (amount === 0n) return before;
    // One minor unit more than the plan gives is never deducted.
    expect(run(before, deducting(one, amount + 1n)).events).toEqual([]);
    const { state } = run(before, deducting(one, amount));
    expect(before.suspended).toBe(false);
    expect(one.gross - amount >= BigInt(before.plan!.floorMinor)).toBe(true);
    expect(amount * 100n <= one.gross * BigInt(before.plan!.sharePercent)).toBe(true);
    return state;
  }
  function expectBalanced(state: RecoveryState): void {
    expect(balanceMinor(state) >= 0n).toBe(true);
    expect(recoveredMinor(state) + state.waivedMinor + balanceMinor(state)).toBe(
      state.overpaidMinor,
    );
    expect(state.status === 'completed').toBe(balanceMinor(state) === 0n);
  }
  function leftAloneWithAPlan(before: RecoveryState): RecoveryState {
    let state = after(before, { kind: 'resume' });
    state = after(state, { kind: 'plan', sharePercent: 50, floor: '1000' });
    const gross = 50_000n;
    for (let month = 12; balanceMinor(state) > 0n && month < 200; month += 1) {
      const amount = deductibleMinor(state, `p${month}`, gross);
      ({ state } = run(state, deducting({ month, round: 1, gross }, amount)));
    }
    return state;
  }

  test('keeps owed = recovered + waived + left, never recovers more, leaves the family its floor, and comes to zero', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = fold(recoveryDecider, [owed, planned]);
        for (const one of steps) {
          state = one.kind === 'pay' ? afterPaying(state, one) : after(state, one);
          expectBalanced(state);
        }
        state = leftAloneWithAPlan(state);
        expect([balanceMinor(state), state.status]).toEqual([0n, 'completed']);
      }),
      { numRuns: 500 },
    );
  });
});
