import { describe, expect, test } from '@jest/globals';
import type { Recorded } from '../../src/kernel/decider.js';
import {
  correctionDecider,
  type CorrectionState,
} from '../../src/correction/correction.decider.js';
import { cycleDecider } from '../../src/cycle/cycle.decider.js';
import type { CycleState } from '../../src/cycle/cycle.state.js';
import { initialState as PAYMENT, type PaymentState } from '../../src/payment/payment.state.js';
import {
  requireEnded,
  requireNoneBegun,
  requireNotCorrected,
  requireNotInstructing,
  requireNotUnderWay,
  requireSettled,
} from '../../src/use-cases/persons/erasable.rule.js';

const CYCLE = cycleDecider.initialState;

const event = (type: string, data: object): Recorded =>
  ({ type, data, time: '2026-01-01T00:00:00.000Z' }) as Recorded;
const refused = (code: string) => expect.objectContaining({ code });

const started = event('EnrolmentStarted', {
  programmeId: 'asd',
  personId: 'p',
  fromPeriod: '2026-01',
  facts: {},
  recertificationDueOn: '2027-01-01',
});
const suspended = event('EnrolmentSuspended', { fromPeriod: '2026-03', reason: 'moved' });
const ended = event('EnrolmentEnded', { lastPeriod: '2026-03' });

test('who is enrolled is not erased, also while nothing is paid', () => {
  for (const life of [[started], [started, suspended]])
    expect(() => requireEnded('asd', life)).toThrow(refused('STILL_ENROLLED'));
  for (const life of [[], [started, ended], [started, suspended, ended]])
    expect(() => requireEnded('asd', life)).not.toThrow();
});

const owed = event('OverpaymentEstablished', {
  recoveryId: 'asd-p',
  programmeId: 'asd',
  personId: 'p',
  correctionId: 'asd-c-1',
  amountMinor: '50000',
  currency: 'MAD',
});
const waived = event('OverpaymentWaived', { recoveryId: 'asd-p', amountMinor: '50000' });

test('who owes something is not erased until it is given back or waived', () => {
  expect(() => requireSettled('asd', [owed])).toThrow(refused('STILL_OWES'));
  for (const account of [[], [owed, waived]])
    expect(() => requireSettled('asd', account)).not.toThrow();
});

const STATUSES = [
  ...['none', 'ordered', 'instructed', 'accepted', 'settled'],
  ...['rejected', 'returned', 'cancelled'],
] as readonly PaymentState['status'][];
const paymentThatIs = (status: PaymentState['status']): PaymentState => ({ ...PAYMENT, status });
const refusedWhere = (require: (payment: PaymentState) => void): readonly string[] =>
  STATUSES.filter((status) => {
    try {
      require(paymentThatIs(status));
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'PAYMENT_UNDER_WAY', kind: 'rule' });
      return true;
    }
  });

test('who is paid just now is not erased', () => {
  expect(refusedWhere(requireNotUnderWay)).toEqual(['instructed', 'accepted']);
});

test('nobody is erased who may be instructed by what is under way', () => {
  const by =
    (cycle: Partial<CycleState>) =>
    (payment: PaymentState): void =>
      requireNotInstructing({ ...CYCLE, ...cycle }, payment);
  const run = { run: { since: '2026-01-01T00:00:00.000Z', by: 'hind' } };
  const may = ['ordered', 'rejected', 'returned'];
  expect(refusedWhere(by({ status: 'released' }))).toEqual(may);
  expect(refusedWhere(by({ status: 'instructed', reinstructing: run }))).toEqual(may);
  expect(refusedWhere(by({ status: 'instructed' }))).toEqual([]);
  expect(refusedWhere(by({ status: 'approved' }))).toEqual([]);
  expect(() => requireNotInstructing({ ...CYCLE, status: 'released' }, undefined)).not.toThrow();
});

describe('of whom a correction may find something', () => {
  const correctionThatIs = (
    status: CorrectionState['status'],
    more: object = {},
  ): CorrectionState => ({
    ...correctionDecider.initialState,
    status,
    started: { correctionId: 'asd-0001', ...more } as CorrectionState['started'],
  });
  const pending = { correctionId: 'asd-0001' };
  const isRefused = (...args: Parameters<typeof requireNotCorrected>): boolean => {
    try {
      requireNotCorrected(...args);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'CORRECTION_OPEN', field: 'personId' });
      return true;
    }
  };
  test('nobody is erased while it is computed, of everybody or of them', () => {
    expect(isRefused('p', correctionThatIs('started'), undefined)).toBe(true);
    expect(isRefused('p', correctionThatIs('started', { personId: 'p' }), undefined)).toBe(true);
    expect(isRefused('p', correctionThatIs('started', { personId: 'q' }), undefined)).toBe(false);
  });
  test.each(['proposed', 'approved'] as const)('nor where it found something: %s', (status) => {
    expect(isRefused('p', correctionThatIs(status), pending)).toBe(true);
    expect(isRefused('p', correctionThatIs(status), { correctionId: 'asd-0000' })).toBe(false);
    expect(isRefused('p', correctionThatIs(status), undefined)).toBe(false);
  });
  test.each(['settled', 'rejected', 'applied'] as const)('and once it is %s they are', (status) => {
    expect(isRefused('p', correctionThatIs(status), pending)).toBe(false);
  });
  test('nor while one begins', () => {
    expect(() => requireNoneBegun('asd-0001', [])).not.toThrow();
    const begun = event('CorrectionStarted', { correctionId: 'asd-0001' });
    expect(() => requireNoneBegun('asd-0001', [begun])).toThrow(refused('CORRECTION_OPEN'));
  });
});
