import type { AccountHold } from '../../src/kernel/accounts.js';
import { describe, expect, test } from '@jest/globals';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../../src/enrolment/enrolment.state.js';
import { initialState, type PaymentState } from '../../src/payment/payment.state.js';
import { heldBy, type Payee } from '../../src/person/payee.rule.js';
import { DEFAULT_HOLD } from '../../src/programme/controls.rule.js';
import {
  instructable,
  isLeftToInstruct,
  type PaymentThenAndNow,
} from '../../src/use-cases/instructions/instructable.rule.js';

const NOW = '2026-01-12T10:00:00.000Z';
const NO_HOLD = { days: 0, verification: 'none' } as const;
const sealed = { record: 'r', sha256: '0'.repeat(64) };
const payee: Payee = {
  accountId: 'second',
  kind: 'iban',
  accountHash: '0'.repeat(64),
  sealed,
  profile: sealed,
  changedAt: '2026-01-11T10:00:00.000Z',
  verified: false,
};
const payment = (status: PaymentState['status']): PaymentState => ({
  ...initialState,
  status,
  accountId: 'first',
});
const fits = (): undefined => undefined;
/** A household that was enrolled from October on, until some month or for ever. */
const enrolledUntil = (lastPeriod?: string, startPeriod = '2025-10'): EnrolmentState => ({
  ...enrolmentDecider.initialState,
  status: lastPeriod === undefined ? 'active' : 'ended',
  startPeriod,
  payable: [{ fromPeriod: startPeriod, payable: true }],
  ...(lastPeriod === undefined ? {} : { lastPeriod }),
});
const item = (period: string, code = 'child') => ({ period, code, amountMinor: '20000' });
const DUE = { items: [item('2025-12')], lives: [enrolledUntil()] };
const looked = (
  asked: Partial<Parameters<typeof instructable>[0]> & Pick<PaymentThenAndNow, 'state' | 'payee'>,
  hold: AccountHold,
  ...others: Rest<Parameters<typeof instructable>>
) => instructable({ entitled: DUE, ...asked }, { hold, isInstructed: true }, ...others);
type Rest<T extends readonly unknown[]> = T extends readonly [unknown, unknown, ...infer R]
  ? R
  : never;
const codeOf = (found: ReturnType<typeof looked>): string =>
  'error' in found ? `${found.kind} ${found.error.code}` : found.accountId;

test('what its cycle is still to instruct waits for that, and what came back does not', () => {
  const head = { hold: NO_HOLD, isInstructed: false };
  const found = (status: PaymentState['status']) =>
    codeOf(
      instructable(
        { entitled: DUE, state: payment(status), payee },
        head,
        { sameAccount: false, now: NOW },
        fits,
      ),
    );
  expect(found('ordered')).toBe('waiting CYCLE_STATUS');
  expect(found('rejected')).toBe('second');
  expect(found('returned')).toBe('second');
});

describe('a payment that came back', () => {
  const rejected = payment('rejected');

  test('is instructed to another account than the one that failed, or to the same where asked', () => {
    expect(
      codeOf(looked({ state: rejected, payee }, NO_HOLD, { sameAccount: false, now: NOW }, fits)),
    ).toBe('second');
    const same = { ...payee, accountId: 'first' };
    const again = { state: rejected, payee: same };
    expect(codeOf(looked(again, NO_HOLD, { sameAccount: false, now: NOW }, fits))).toBe(
      'waiting ACCOUNT_NOT_MENDED',
    );
    expect(codeOf(looked(again, NO_HOLD, { sameAccount: true, now: NOW }, fits))).toBe('first');
  });

  test('waits for an account, for its hold, and for what a message can carry, in this order', () => {
    const hold = { days: 7, verification: 'none' } as const;
    const unfit = (): string => 'its name';
    const none = { state: rejected, payee: undefined };
    expect(codeOf(looked(none, hold, { sameAccount: false, now: NOW }, unfit))).toBe(
      'waiting NO_PAYEE_ACCOUNT',
    );
    const held = { state: rejected, payee };
    expect(codeOf(looked(held, hold, { sameAccount: false, now: NOW }, unfit))).toBe(
      'held ACCOUNT_HELD',
    );
    expect(codeOf(looked(held, NO_HOLD, { sameAccount: false, now: NOW }, unfit))).toBe(
      'unfit PAYMENT_UNWRITABLE',
    );
  });
});

test('is not instructed for a month in which its household is not paid any more', () => {
  const lives = (...all: readonly EnrolmentState[]) =>
    codeOf(looked({ state: payment('returned'), payee, entitled: { ...DUE, lives: all } }, ...OF));
  const OF = [NO_HOLD, { sameAccount: false, now: NOW }, fits] as const;
  expect(lives(enrolledUntil('2025-12'))).toBe('second');
  expect(lives(enrolledUntil('2025-11'))).toBe('waiting NOT_PAYABLE');
  const suspended = {
    ...enrolledUntil(),
    payable: [
      { fromPeriod: '2025-10', payable: true },
      { fromPeriod: '2025-12', payable: false },
    ],
  };
  expect(lives(suspended)).toBe('waiting NOT_PAYABLE');
  // Who was enrolled again since is paid by the enrolment that the month is of.
  expect(lives(enrolledUntil('2025-12'), enrolledUntil(undefined, '2026-01'))).toBe('second');
  expect(lives(enrolledUntil('2025-11'), enrolledUntil(undefined, '2026-01'))).toBe(
    'waiting NOT_PAYABLE',
  );
  expect(lives(enrolledUntil('2025-11'), enrolledUntil(undefined, '2025-12'))).toBe('second');
  expect(lives()).toBe('waiting NOT_PAYABLE');
  const left = { state: payment('ordered'), payee, entitled: { ...DUE, lives: [] } };
  expect(codeOf(looked(left, ...OF))).toBe('waiting NOT_PAYABLE');
  // Approved arrears are paid to a household that is over, too.
  const arrears = { items: [item('2025-09', 'arrears')], lives: [enrolledUntil('2025-11')] };
  const carries = { state: payment('returned'), payee, entitled: arrears };
  expect(codeOf(looked(carries, ...OF))).toBe('second');
  const carrying = (life: EnrolmentState) => ({
    items: [item('2025-12', 'arrears')],
    lives: [life],
  });
  // Those of a month that it was paid in when they were ordered, and is not any more, are not.
  const ordered = (livesThen: readonly EnrolmentState[], at = carrying(suspended)) =>
    codeOf(looked({ ...carries, entitled: { ...at, livesThen } }, ...OF));
  expect(ordered([enrolledUntil()])).toBe('waiting NOT_PAYABLE');
  expect(ordered([suspended])).toBe('second');
  expect(ordered([])).toBe('second');
  expect(ordered([suspended], carrying(enrolledUntil()))).toBe('second');
});

test('a payment that is under way or settled is left to refuse by itself', () => {
  const hold = { days: 7, verification: 'none' } as const;
  for (const status of ['instructed', 'settled', 'cancelled'] as const)
    expect(
      codeOf(
        looked(
          { state: payment(status), payee },
          hold,
          { sameAccount: false, now: NOW },
          () => 'unfit',
        ),
      ),
    ).toBe('second');
});

test('what the instruction of its cycle left out is left to instruct once that is over', () => {
  expect(isLeftToInstruct(payment('ordered'), false)).toBe(false);
  expect(isLeftToInstruct(payment('ordered'), true)).toBe(true);
  expect(isLeftToInstruct(payment('returned'), false)).toBe(true);
  expect(isLeftToInstruct(payment('settled'), true)).toBe(false);
});

describe('where a programme set no hold', () => {
  const { changedAt: _, ...first } = payee;
  const verified = { verified: true };
  test.each([
    ['an account that replaces another is held until it is verified', payee, {}],
    ['years later, too', { ...payee, changedAt: '2020-01-11T10:00:00.000Z' }, {}],
    ['it is paid on once it is', { ...payee, ...verified }, undefined],
    ['also in the instant of the change', { ...payee, ...verified, changedAt: NOW }, undefined],
    ['the first account of a person is paid on unverified', first, undefined],
    ['and verified', { ...first, ...verified }, undefined],
  ])('%s', (_what, account, held) => {
    expect(heldBy(account, DEFAULT_HOLD, NOW)).toEqual(held);
  });

  test('what waits to be verified is refused as that, and as nothing that days would end', () => {
    const left = { state: payment('ordered'), payee };
    const found = looked(left, DEFAULT_HOLD, { sameAccount: false, now: NOW }, fits);
    expect(found).toMatchObject({ kind: 'held', until: undefined });
    expect(codeOf(found)).toBe('held ACCOUNT_NOT_VERIFIED');
  });
});
