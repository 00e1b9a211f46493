import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { SetsCheck } from '../../src/audit/sets-check.js';
import { contentHash, sha256Hex } from '../../src/kernel/canonical.js';
import { eventOf, Findings } from './direct.js';
import { findsEach, found } from './forged.js';
import { CORRECTED, Tampered } from './tampered.js';

type Step = readonly [EventType, object];
function foundIn(...log: readonly Step[]): readonly string[] {
  const check = new SetsCheck();
  const { said, found } = new Findings();
  for (const [type, data] of log) check.add(eventOf(type, data), found);
  return said;
}
const cycleId = 'asd-2026-01';
const personId = (number: number): string => `00000000-0000-4000-8000-00000000000${number}`;
const begun = (round = 1, of = cycleId): Step => [
  'CyclePreparationStarted',
  { cycleId: of, round },
];
const ordered = (number: number, amountMinor = '500', more: object = {}): Step => [
  'PaymentOrdered',
  {
    paymentId: `${cycleId}-${personId(number)}`,
    personId: personId(number),
    round: 1,
    amountMinor,
    currency: 'MAD',
    ...more,
  },
];
const line = (number: number, amountMinor = '500'): string =>
  `${cycleId}-${personId(number)}|${amountMinor}|MAD\n`;
const prepared = (...lines: readonly string[]): Step => [
  'CyclePrepared',
  { cycleId, contentHash: sha256Hex(lines.join('')) },
];

describe('the hash of a cycle', () => {
  const other = ['I6 the hash of what was prepared is not of the payments that were ordered'];
  test('is of its payments, in the order of their ids', () => {
    expect(foundIn(begun(), ordered(2), ordered(1), prepared(line(1), line(2)))).toEqual([]);
    expect(foundIn(begun(), ordered(2), ordered(1), prepared(line(2), line(1)))).toEqual(other);
    expect(foundIn(begun(), ordered(1), prepared(line(1), line(2)))).toEqual(other);
    expect(foundIn(begun(), ordered(1), prepared())).toEqual(other);
    expect(foundIn(begun(), prepared())).toEqual([]);
  });
  test.each([
    ['amount', ordered(1, '501')],
    ['currency', ordered(1, '500', { currency: 'XOF' })],
    ['person', ordered(2)],
  ])('says of each its %s', (_, one) => {
    expect(foundIn(begun(), one, prepared(line(1)))).toEqual(other);
  });
  test('is of the round that is being prepared', () => {
    const later = ordered(1, '500', { round: 2 });
    expect(foundIn(begun(), ordered(1), begun(2), later, prepared(line(1)))).toEqual([]);
    expect(foundIn(begun(), ordered(1), begun(2), prepared(line(1)))).toEqual(other);
    expect(foundIn(begun(), later, prepared(line(1)))).toEqual(other);
    expect(foundIn(begun(), begun(1, 'asd-2026-02'), ordered(1), prepared(line(1)))).toEqual([]);
  });
  test.each(['CycleReturned', 'CycleAbandoned'] as const)('is of no round after %s', (type) => {
    expect(foundIn(begun(), ordered(1), [type, { cycleId }], prepared())).toEqual([]);
  });
});

describe('the hash of a correction', () => {
  const other = ['I6 the hash of what was proposed is not of the differences that were computed'];
  const correctionId = 'asd-0001';
  const started = (of = correctionId): Step => ['CorrectionStarted', { correctionId: of }];
  const periods = [{ period: '2026-01', dueMinor: '500' }];
  const adjusted = (number: number, differenceMinor = '5', more: object = {}): Step => [
    'AdjustmentProposed',
    { correctionId, personId: personId(number), differenceMinor, periods, ...more },
  ];
  const months = contentHash(periods);
  const line = (number: number, differenceMinor = '5'): string =>
    `${personId(number)}|${differenceMinor}|${months}\n`;
  const proposed = (...lines: readonly string[]): Step => [
    'CorrectionProposed',
    { correctionId, contentHash: sha256Hex(lines.join('')) },
  ];
  test('is of its households, in the order of their ids', () => {
    expect(foundIn(started(), adjusted(2), adjusted(1), proposed(line(1), line(2)))).toEqual([]);
    expect(foundIn(started(), adjusted(1), proposed(line(1), line(2)))).toEqual(other);
    expect(foundIn(started(), proposed())).toEqual([]);
  });
  test('says of each its difference and its months', () => {
    expect(foundIn(started(), adjusted(1, '6'), proposed(line(1)))).toEqual(other);
    expect(foundIn(started(), adjusted(2), proposed(line(1)))).toEqual(other);
    expect(foundIn(started(), adjusted(1, '5', { periods: [] }), proposed(line(1)))).toEqual(other);
  });
  test('is of what was proposed of a household last, for this correction', () => {
    expect(foundIn(started(), adjusted(1, '6'), adjusted(1), proposed(line(1)))).toEqual([]);
    const elsewhere = adjusted(2, '5', { correctionId: 'asd-0002' });
    expect(foundIn(started(), started('asd-0002'), elsewhere, proposed())).toEqual([]);
  });
});

describe('the whole audit finds', () => {
  findsEach({
    'a cycle whose hash is of another set': (log) => [
      log.edit(log.find('CyclePrepared'), { contentHash: 'e'.repeat(64) }),
      'the hash of what was prepared is not of the payments that were ordered',
    ],
  });
  test('a correction whose hash is of other differences', () => {
    const log = new Tampered(CORRECTED);
    const proposal = log.find('CorrectionProposed');
    log.edit(proposal, { contentHash: 'e'.repeat(64) });
    expect(found(log)).toContainEqual(
      `${proposal.position} the hash of what was proposed is not of the differences that were computed`,
    );
  });
});
