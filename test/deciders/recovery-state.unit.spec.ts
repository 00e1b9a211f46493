import { expect, test } from '@jest/globals';
import { fold } from '../../src/kernel/decider.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import { deductibleMinor } from '../../src/recovery/recovery.state.js';
import { uuid, was } from './given.js';
import { owe, owed, planned, recoveryId } from './recovery.fixtures.js';

const paymentId = `asd-2026-02-${uuid(2)}`;

test('a payment below the floor gives nothing back, and one above it what is above', () => {
  const state = fold(recoveryDecider, [owed, planned]);
  expect(deductibleMinor(state, paymentId, 30_000n)).toBe(0n);
  expect(deductibleMinor(state, paymentId, 40_000n)).toBe(0n);
  expect(deductibleMinor(state, paymentId, 40_001n)).toBe(1n);
});

test('each correction is remembered, whatever came after it', () => {
  const { programmeId, personId, region, currency } = owe();
  const setOff = (correctionId: string, amountMinor: string) =>
    was('OverpaymentOffset', { recoveryId, correctionId, amountMinor, waivedMinor: '0' });
  expect(
    fold(recoveryDecider, [
      owed,
      was('OverpaymentEstablished', owe('100', 'asd-0002')),
      setOff('asd-0003', '1'),
      setOff('asd-0004', '2'),
    ]),
  ).toMatchObject({
    programmeId,
    personId,
    region,
    currency,
    overpaidMinor: 30_097n,
    overpaidBy: { 'asd-0001': 30_000n, 'asd-0002': 100n },
    offsets: { 'asd-0003': 1n, 'asd-0004': 2n },
  });
});

test('what was proposed before a waiver is no word for the next', () => {
  const words = { amountMinor: '1000', reason: 'poor' };
  const word = was('OverpaymentWaiverProposed', { recoveryId, ...words }, 'hind');
  const waived = was('OverpaymentWaived', { recoveryId, ...words, proposedBy: 'farid' });
  expect(fold(recoveryDecider, [owed, word]).waivers).toMatchObject([{ by: 'hind' }]);
  expect(fold(recoveryDecider, [owed, word, waived]).waivers).toEqual([]);
});
