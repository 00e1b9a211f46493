import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { adjustmentDecider } from '../../src/correction/adjustment.decider.js';
import {
  arrearsMinor,
  availableArrears,
  uncarriedArrears,
  type AdjustmentState,
} from '../../src/correction/adjustment.state.js';
import { fold } from '../../src/kernel/decider.js';
import { eventOf } from '../audit/direct.js';

type Told = readonly [EventType, object];
const after = (...events: readonly Told[]) =>
  fold(
    adjustmentDecider,
    events.map(([type, data]) => eventOf(type, data)),
  );

/** What a correction found, put on the household's account. */
const found = (correctionId: string, differenceMinor = '5000', more: object = {}): Told[] => [
  ['AdjustmentProposed', { correctionId, differenceMinor, periods: [] }],
  ['AdjustmentEstablished', { correctionId, differenceMinor, ...more }],
];
const ordered = (paymentId: string, round: number, ...correctionIds: string[]): Told => [
  'ArrearsOrdered',
  { paymentId, round, correctionIds },
];
const idsOf = (arrears: AdjustmentState['arrears']) =>
  arrears.map(({ proposal }) => proposal.correctionId);
const freeIn = (...events: readonly Told[]) => idsOf(uncarriedArrears(after(...events)));

describe('arrears on an account', () => {
  test('are what is left after what is set against them', () => {
    const against = (amountMinor: string) =>
      found('b', '-9000', { arrearsOffset: [{ correctionId: 'a', amountMinor }] });
    const leftOf = (amountMinor: string) => after(...found('a'), ...against(amountMinor)).arrears;
    expect(arrearsMinor(leftOf('2000'))).toBe(3_000n);
    expect(leftOf('2000')).toMatchObject([
      { proposal: { correctionId: 'a' }, offsetMinor: 2_000n },
    ]);
    expect(arrearsMinor(leftOf('4999'))).toBe(1n);
    expect(leftOf('5000')).toEqual([]);
    expect(arrearsMinor(after(...found('a', '5000', { offsetMinor: '1000' })).arrears)).toBe(
      4_000n,
    );
  });

  test('are there once: nothing is put on the account, or lapses, that is not proposed', () => {
    const [proposed, established] = found('a') as [Told, Told];
    const lapsed: Told = ['AdjustmentLapsed', { correctionId: 'a' }];
    expect(after(established)).toEqual(adjustmentDecider.initialState);
    expect(after(lapsed)).toEqual(adjustmentDecider.initialState);
    expect(after(proposed, established)).toMatchObject({
      pending: undefined,
      established: [{ correctionId: 'a' }],
    });
    expect(after(proposed, lapsed)).toMatchObject({
      pending: undefined,
      lapsed: [{ correctionId: 'a' }],
      established: [],
    });
  });

  test('lapse one by one, where the payment arrived that they stood in for', () => {
    const pending: Told = ['AdjustmentProposed', { correctionId: 'c', differenceMinor: '1' }];
    const lapsed: Told = ['AdjustmentLapsed', { correctionId: 'a', paymentId: 'p' }];
    const state = after(...found('a'), ...found('b'), pending, lapsed);
    expect(state).toMatchObject({
      pending: { correctionId: 'c' },
      established: [{ correctionId: 'b' }],
      lapsed: [{ correctionId: 'a' }],
    });
    expect(idsOf(state.arrears)).toEqual(['b']);
  });
});

describe('a payment may carry arrears', () => {
  const available = (paymentId: string, round: number, ...events: readonly Told[]) =>
    idsOf(availableArrears(after(...found('a'), ...found('b'), ...events), paymentId, round));

  test('that none carries, or an earlier round of itself', () => {
    expect(available('p', 1)).toEqual(['a', 'b']);
    const byFirst = ordered('p', 1, 'a');
    expect(available('p', 1, byFirst)).toEqual(['b']);
    expect(available('p', 2, byFirst)).toEqual(['a', 'b']);
    expect(available('q', 2, byFirst)).toEqual(['b']);
  });

  test('which leaves to another payment what that carries, and lets its own earlier round go', () => {
    const all = [...found('a'), ...found('b'), ...found('c')];
    expect(freeIn(...all, ordered('p', 1, 'a'), ordered('q', 1, 'b'))).toEqual(['c']);
    expect(freeIn(...all, ordered('p', 1, 'a'), ordered('p', 2, 'b'))).toEqual(['a', 'c']);
  });

  test('until just that round releases them', () => {
    const carried = [
      ...found('a'),
      ...found('b'),
      ...found('c'),
      ordered('p', 1, 'a'),
      ordered('q', 1, 'b'),
    ];
    const release = (paymentId: string, round: number): Told => [
      'ArrearsReleased',
      { paymentId, round },
    ];
    expect(freeIn(...carried, release('p', 1))).toEqual(['a', 'c']);
    expect(freeIn(...carried, release('p', 2))).toEqual(['c']);
    expect(freeIn(...carried, release('q', 1))).toEqual(['b', 'c']);
  });
});
