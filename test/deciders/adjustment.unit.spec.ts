import { describe, expect, test } from '@jest/globals';
import {
  adjustmentDecider,
  ADJUSTMENT_REFUSALS,
  roundLeaving,
} from '../../src/correction/adjustment.decider.js';
import {
  arrearsMinor,
  availableArrears,
  type AdjustmentEvent,
  type Proposal,
} from '../../src/correction/adjustment.state.js';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import { by, scenarios, uuid, was } from './given.js';

const { given } = scenarios(adjustmentDecider, ADJUSTMENT_REFUSALS, {
  ProposeAdjustment: true,
  EstablishAdjustment: true,
  LapseAdjustment: true,
  OrderArrears: true,
  ReleaseArrears: true,
});
const officer = by('farid', 'finance-officer');
const automation = by('automation', 'automation');
const of = { programmeId: 'asd', personId: uuid(2) };
const paymentId = `asd-2026-02-${uuid(2)}`;
const nextId = `asd-2026-03-${uuid(2)}`;
const proposal = (correctionId: string, dueMinor = '25000'): Proposal => ({
  correctionId,
  ...of,
  region: 'MA-06',
  differenceMinor: String(BigInt(dueMinor) - 20_000n),
  periods: [
    {
      period: '2025-11',
      policyVersion: 2,
      causes: ['policy'],
      paidMinor: '20000',
      dueMinor,
      items: [{ code: 'child-1-3', member: 1, paidMinor: '20000', dueMinor }],
    },
  ],
});
const first = proposal('asd-0001');
const proposed = was('AdjustmentProposed', first);
const established = (one = first) =>
  was('AdjustmentEstablished', {
    correctionId: one.correctionId,
    ...of,
    region: 'MA-06',
    differenceMinor: one.differenceMinor,
  });
const ordered = (id = paymentId, round = 1) =>
  was('ArrearsOrdered', {
    ...of,
    paymentId: id,
    round,
    amountMinor: '5000',
    correctionIds: ['asd-0001'],
  });
const released = was('ArrearsReleased', {
  ...of,
  paymentId,
  round: 1,
  amountMinor: '5000',
  correctionIds: ['asd-0001'],
  reason: 'cancelled',
});
const order = (id = paymentId, round = 1) => ({
  type: 'OrderArrears' as const,
  paymentId: id,
  round,
  amountMinor: '5000',
  correctionIds: ['asd-0001'],
});
const available = (
  id: string,
  round: number,
  ...events: readonly Foldable<AdjustmentEvent>[]
): bigint => arrearsMinor(availableArrears(fold(adjustmentDecider, events), id, round));

describe('what a correction finds for a household', () => {
  test('is proposed with every item, which add up', () => {
    given()
      .when({ type: 'ProposeAdjustment', ...first }, officer)
      .then({ type: 'AdjustmentProposed', data: first });
    given(proposed)
      .when({ type: 'ProposeAdjustment', ...first }, officer)
      .then();
    given()
      .when({ type: 'ProposeAdjustment', ...first, differenceMinor: '5001' }, officer)
      .thenRefused('ADJUSTMENT_DOES_NOT_ADD_UP', 'differenceMinor');
    given()
      .when(
        {
          type: 'ProposeAdjustment',
          ...first,
          periods: [
            { ...first.periods[0]!, items: [{ code: 'floor', paidMinor: '0', dueMinor: '1' }] },
          ],
        },
        officer,
      )
      .thenRefused('ADJUSTMENT_DOES_NOT_ADD_UP', 'periods');
    given()
      .when({ type: 'ProposeAdjustment', ...first }, automation)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('is put on the account once, and only what the correction proposed last', () => {
    given(proposed)
      .when({ type: 'EstablishAdjustment', correctionId: 'asd-0001' }, automation)
      .then({ type: 'AdjustmentEstablished', data: established().data });
    given(proposed, established())
      .when({ type: 'EstablishAdjustment', correctionId: 'asd-0001' }, automation)
      .then();
    given(proposed)
      .when(
        { type: 'EstablishAdjustment', correctionId: 'asd-0001', offsetMinor: '5000' },
        automation,
      )
      .thenOne('AdjustmentEstablished', { differenceMinor: '5000', offsetMinor: '5000' });
    given(proposed)
      .when(
        { type: 'EstablishAdjustment', correctionId: 'asd-0001', offsetMinor: '5001' },
        automation,
      )
      .thenRefused('ADJUSTMENT_DOES_NOT_ADD_UP', 'offsetMinor');
    given(proposed)
      .when({ type: 'EstablishAdjustment', correctionId: 'asd-0002' }, automation)
      .thenRefused('ADJUSTMENT_NOT_FOUND', 'correctionId');
  });
  test('where it was paid too much, is set against arrears that no payment carries', () => {
    const less = proposal('asd-0002', '13000');
    const owing = was('AdjustmentProposed', less);
    const against = (amountMinor: string, correctionId = 'asd-0001') => ({
      type: 'EstablishAdjustment' as const,
      correctionId: 'asd-0002',
      arrearsOffset: [{ correctionId, amountMinor }],
    });
    const settled = [proposed, established(), owing];
    given(...settled)
      .when(against('5000'), automation)
      .thenOne('AdjustmentEstablished', {
        differenceMinor: '-7000',
        arrearsOffset: [{ correctionId: 'asd-0001', amountMinor: '5000' }],
      });
    given(...settled)
      .when(against('5001'), automation)
      .thenRefused('ARREARS_CHANGED', 'arrearsOffset');
    given(...settled)
      .when(against('1', 'asd-0003'), automation)
      .thenRefused('ARREARS_CHANGED', 'arrearsOffset');
    given(proposed, established(), ordered(), owing)
      .when(against('1'), automation)
      .thenRefused('ARREARS_CHANGED', 'arrearsOffset');
    const larger = was('AdjustmentProposed', proposal('asd-0002', '16000'));
    given(proposed, established(), larger)
      .when(against('4001'), automation)
      .thenRefused('ADJUSTMENT_DOES_NOT_ADD_UP', 'arrearsOffset');
    given(proposed)
      .when({ ...against('1'), correctionId: 'asd-0001' }, automation)
      .thenRefused('ADJUSTMENT_DOES_NOT_ADD_UP', 'arrearsOffset');
  });
  test('lapses instead, once, and another correction finds it anew', () => {
    const lapse = { type: 'LapseAdjustment', correctionId: 'asd-0001' } as const;
    const lapsed = was('AdjustmentLapsed', established().data);
    const establish = { type: 'EstablishAdjustment', correctionId: 'asd-0001' } as const;
    given(proposed)
      .when(lapse, automation)
      .then({ type: 'AdjustmentLapsed', data: established().data });
    for (const done of [established(), lapsed])
      for (const command of [lapse, establish])
        given(proposed, done).when(command, automation).then();
    given(proposed).when(lapse, officer).thenRefused('ROLE_NOT_ALLOWED');
    given(proposed)
      .when({ ...lapse, correctionId: 'asd-0002' }, automation)
      .thenRefused('ADJUSTMENT_NOT_FOUND', 'correctionId');
    expect(available(paymentId, 1, proposed, lapsed)).toBe(0n);
    const second = proposal('asd-0002');
    const again = was('AdjustmentProposed', second);
    expect(available(paymentId, 1, proposed, lapsed, again, established(second))).toBe(5_000n);
  });
  test('is paid once: by one payment that stands', () => {
    given(proposed, established())
      .when(order(), officer)
      .then({ type: 'ArrearsOrdered', data: ordered().data });
    given(proposed, established(), ordered()).when(order(), officer).then();
    given(proposed, established(), ordered())
      .when(order(nextId), officer)
      .thenRefused('ARREARS_CHANGED');
    given(proposed).when(order(), officer).thenRefused('ARREARS_CHANGED');
    given(proposed, established())
      .when({ ...order(), amountMinor: '4999' }, officer)
      .thenRefused('ARREARS_CHANGED');
  });
  test('is paid by a later round of the same payment, and by the next where a payment lapsed', () => {
    given(proposed, established(), ordered())
      .when(order(paymentId, 2), officer)
      .then({ type: 'ArrearsOrdered', data: ordered(paymentId, 2).data });
    given(proposed, established(), ordered())
      .when({ type: 'ReleaseArrears', paymentId, round: 1, reason: 'cancelled' }, automation)
      .then({ type: 'ArrearsReleased', data: released.data });
    given(proposed, established(), ordered(), ordered(paymentId, 2))
      .when({ type: 'ReleaseArrears', paymentId, round: 1, reason: 'cancelled' }, automation)
      .then();
    given(proposed, established(), ordered(), released)
      .when(order(nextId), officer)
      .then({ type: 'ArrearsOrdered', data: ordered(nextId).data });
  });
  test('is there for a payment, or not', () => {
    expect(available(paymentId, 1, proposed)).toBe(0n);
    expect(available(paymentId, 1, proposed, established())).toBe(5_000n);
    expect(available(nextId, 1, proposed, established(), ordered())).toBe(0n);
    expect(available(paymentId, 2, proposed, established(), ordered())).toBe(5_000n);
    const offset = (offsetMinor: string) =>
      was('AdjustmentEstablished', { ...established().data, offsetMinor });
    expect([
      available(paymentId, 1, proposed, offset('2000')),
      available(paymentId, 1, proposed, offset('5000')),
    ]).toEqual([3_000n, 0n]);
    const second = proposal('asd-0002', '30000');
    const both = [proposed, established(), was('AdjustmentProposed', second), established(second)];
    expect(available(paymentId, 1, ...both)).toBe(15_000n);
    const over = proposal('asd-0002', '10000');
    expect(
      available(
        paymentId,
        1,
        proposed,
        established(),
        was('AdjustmentProposed', over),
        established(over),
      ),
    ).toBe(5_000n);
    // What a later round leaves out is there for another payment.
    expect(
      available(
        nextId,
        1,
        ...both,
        ordered(),
        was('ArrearsOrdered', {
          ...of,
          paymentId,
          round: 2,
          amountMinor: '10000',
          correctionIds: ['asd-0002'],
        }),
      ),
    ).toBe(5_000n);
  });

  test('an earlier round of the payment leaves what the next one does not carry', () => {
    const state = fold(adjustmentDecider, [proposed, established(), ordered()]);
    const without = { ...order(paymentId, 2), correctionIds: ['asd-0002'] };
    expect(roundLeaving(state, without)).toBe(1);
    expect(roundLeaving(state, order(paymentId, 2))).toBeUndefined();
    expect(roundLeaving(state, { ...without, round: 1 })).toBeUndefined();
    expect(roundLeaving(state, { ...without, paymentId: nextId })).toBeUndefined();
  });

  test('go off the account where what they stood in for arrived, unless a payment carries them', () => {
    const lapse = {
      type: 'LapseAdjustment' as const,
      correctionId: 'asd-0001',
      paymentId: `asd-2025-11-${uuid(2)}`,
    };
    const { differenceMinor } = first;
    const { type: _, ...which } = lapse;
    const data = { ...which, ...of, region: 'MA-06', differenceMinor };
    const gone = was('AdjustmentLapsed', data);
    given(proposed, established()).when(lapse, automation).then({ type: 'AdjustmentLapsed', data });
    for (const before of [
      [proposed, established(), ordered()],
      [proposed, established(), gone],
      [proposed],
      [
        proposed,
        was('AdjustmentEstablished', {
          ...of,
          correctionId: 'asd-0001',
          region: 'MA-06',
          differenceMinor,
          offsetMinor: '1000',
        }),
      ],
    ])
      given(...before)
        .when(lapse, automation)
        .then();
    given(proposed, established()).when(lapse, officer).thenRefused('ROLE_NOT_ALLOWED');
    const state = fold(adjustmentDecider, [proposed, established(), gone]);
    expect(state).toMatchObject({ arrears: [], established: [], lapsed: [first] });
  });
});

describe('of several corrections', () => {
  const second = proposal('asd-0002', '23000');
  const less = proposal('asd-0003', '15000');
  const both = [proposed, established(), was('AdjustmentProposed', second), established(second)];
  const orderOf = (amountMinor: string, ...correctionIds: string[]) => ({
    ...order(),
    amountMinor,
    correctionIds,
  });

  test('one is ordered, and not another in its place', () => {
    given(...both)
      .when(orderOf('3000', 'asd-0002'), officer)
      .thenOne('ArrearsOrdered', { amountMinor: '3000', correctionIds: ['asd-0002'] });
    given(...both)
      .when(orderOf('5000', 'asd-0001', 'asd-0009'), officer)
      .thenRefused('ARREARS_CHANGED');
    given(...both, ordered())
      .when(orderOf('3000', 'asd-0002'), officer)
      .thenOne('ArrearsOrdered', { correctionIds: ['asd-0002'] });
    given(...both, ordered())
      .when(orderOf('8000', 'asd-0001', 'asd-0002'), officer)
      .thenRefused('ARREARS_CHANGED');
  });
  test('one lapses for the payment that arrived, with its own amount', () => {
    const lapse = { type: 'LapseAdjustment', correctionId: 'asd-0002', paymentId } as const;
    given(...both)
      .when(lapse, automation)
      .thenOne('AdjustmentLapsed', { correctionId: 'asd-0002', differenceMinor: '3000' });
  });
  test('one is proposed after another, and again once it is on the account', () => {
    given(proposed)
      .when({ type: 'ProposeAdjustment', ...second }, officer)
      .thenOne('AdjustmentProposed', { correctionId: 'asd-0002' });
    given(proposed, established())
      .when({ type: 'ProposeAdjustment', ...first }, officer)
      .thenOne('AdjustmentProposed');
    given()
      .when({ type: 'EstablishAdjustment', correctionId: 'asd-0001' }, automation)
      .thenRefused('ADJUSTMENT_NOT_FOUND', 'correctionId');
  });
  test('as much is set off as was found, to the centime', () => {
    const establish = { type: 'EstablishAdjustment' } as const;
    const one = proposal('asd-0004', '20001');
    given(was('AdjustmentProposed', one))
      .when({ ...establish, correctionId: 'asd-0004', offsetMinor: '1' }, automation)
      .thenOne('AdjustmentEstablished', { offsetMinor: '1' });
    const overpaid = [...both, was('AdjustmentProposed', less)];
    const of = { ...establish, correctionId: 'asd-0003' };
    given(...overpaid)
      .when({ ...of, offsetMinor: '0' }, automation)
      .thenOne('AdjustmentEstablished', { offsetMinor: '0' });
    given(...overpaid)
      .when({ ...of, offsetMinor: '1' }, automation)
      .thenRefused('ADJUSTMENT_DOES_NOT_ADD_UP', 'offsetMinor');
    const against = (first: string, other: string) => ({
      ...of,
      arrearsOffset: [
        { correctionId: 'asd-0001', amountMinor: first },
        { correctionId: 'asd-0002', amountMinor: other },
      ],
    });
    given(...overpaid)
      .when(against('2000', '3000'), automation)
      .thenOne('AdjustmentEstablished');
    given(...overpaid)
      .when(against('2001', '3000'), automation)
      .thenRefused('ADJUSTMENT_DOES_NOT_ADD_UP', 'arrearsOffset');
    given(...overpaid)
      .when(against('1000', '3001'), automation)
      .thenRefused('ARREARS_CHANGED', 'arrearsOffset');
  });
});
