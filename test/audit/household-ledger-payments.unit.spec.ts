import { describe, expect, test } from '@jest/globals';
import { account, owing, P1, P2 } from './account.js';

describe('a deduction', () => {
  test('is within the plan, and leaves the floor', () => {
    const of = (amount: string, share: number, floor: string) => {
      const made = owing(5_000n);
      made.plan(share, floor);
      return made.deduct(amount, String(5_000 - Number(amount)));
    };
    expect(of('500', 50, '500')).toEqual([]);
    expect(of('501', 50, '0')).toEqual(['I6 deducted 501 of 1000, which is more than 50 percent']);
    expect(of('501', 60, '500')).toEqual([
      'I6 deducted 501 of 1000, which leaves less than the floor 500',
    ]);
    expect(owing(5_000n).deduct('500', '4500')).toEqual(['I6 deducted without a plan']);
  });
  test('is none while the recovery is suspended', () => {
    const { ledger, plan, deduct } = owing(5_000n);
    plan();
    ledger.suspended = true;
    expect(deduct('1', '4999')).toEqual(['I6 deducted while the recovery is suspended']);
    ledger.suspended = false;
    expect(deduct('1', '4999', { round: 2 })).toEqual([]);
  });
  test('is of what is owed, and says what remains', () => {
    const { plan, deduct } = owing(500n);
    plan();
    expect(deduct('400', '99')).toEqual(['I6 99 said to remain; the log has 100']);
    expect(deduct('100', '0', { paymentId: P2 })).toEqual([]);
    expect(deduct('101', '0', { paymentId: P2, round: 2 })).toEqual([
      'I6 recovered 501 and waived 0 of 500 overpaid',
    ]);
  });
  test('is one of each round of a payment, of which the last counts', () => {
    const { plan, deduct, ledger } = owing(5_000n);
    plan();
    const twice = (round: number) => [`I2 deducted twice from the payment in round ${round}`];
    expect(deduct('400', '4600', { round: 2 })).toEqual([]);
    expect(deduct('400', '4600', { round: 2 })).toEqual(twice(2));
    expect(deduct('400', '4600', { round: 1 })).toEqual(twice(1));
    expect([deduct('100', '4900', { round: 3 }), ledger.balance]).toEqual([[], 4_900n]);
  });
  test('is given back where its payment does not pay', () => {
    const made = owing(5_000n);
    made.plan();
    const { deduct, reverse, order, ledger } = made;
    const never = (amount: string) => [`I6 a deduction of ${amount} given back that was not made`];
    expect(reverse('400')).toEqual(never('400'));
    deduct('400', '4600');
    expect([reverse('399'), ledger.balance]).toEqual([never('399'), 5_000n]);
    deduct('400', '4600');
    expect(reverse('400', false, 2)).toEqual(never('400'));
    deduct('400', '4600');
    expect([reverse('400', true), ledger.balance]).toEqual([[], 5_000n]);
    deduct('400', '4600');
    expect(order(0n, 400n)).toEqual([]);
    expect(reverse('400', true)).toEqual(['I2 a deduction given back of a payment that pays']);
    deduct('400', '4600');
    expect([[...ledger.unconfirmed()], reverse('400'), [...ledger.unconfirmed()]]).toEqual([
      [P1],
      [],
      [],
    ]);
  });
});

describe('a payment carries what the account says', () => {
  test('of arrears, in its round', () => {
    const { owed, carry, order } = account();
    owed('C1', 500n);
    carry('500', ['C1']);
    const differs = (has: string, says: string) => [
      `I6 the payment has arrears of ${has}; the account says ${says}`,
    ];
    expect(order(500n, 0n)).toEqual([]);
    expect(order(499n, 0n)).toEqual(differs('499', '500'));
    expect(order(500n, 0n, 1_000n, P2)).toEqual(differs('500', '0'));
    expect(order(500n, 0n, 1_000n, P1, 2)).toEqual(differs('500', '0'));
  });
  test('of what it gives back, in its round and of its amount', () => {
    const { plan, deduct, order } = owing(5_000n);
    plan();
    deduct('400', '4600');
    const differs = (gives: string, says: string) => [
      `I6 the payment gives back ${gives}; the account says ${says}`,
    ];
    expect(order(0n, 400n)).toEqual([]);
    expect(order(0n, 399n)).toEqual(differs('399', '400'));
    expect(order(0n, 0n)).toEqual(differs('0', '400'));
    expect(order(0n, 400n, 1_000n, P1, 2)).toEqual(differs('400', '0'));
    expect(order(0n, 0n, 1_000n, P2)).toEqual([]);
    expect(order(0n, 400n, 999n)).toEqual(['I6 deducted from 1000; the payment is of 999']);
  });
  test('and is awaited until it is ordered so', () => {
    const { ledger, owed, carry, order } = account();
    owed('C1', 500n);
    expect(order(0n, 0n)).toEqual([]);
    carry('500', ['C1']);
    expect([...ledger.unconfirmed()]).toEqual([P1]);
    order(500n, 0n);
    expect([...ledger.unconfirmed()]).toEqual([]);
  });
  test('in the round that the account says', () => {
    const { ledger, owed, carry, owes, plan, deduct, release, reverse, order } = account();
    const awaited = () => [...ledger.unconfirmed()];
    owes('C1', 5_000n);
    plan();
    deduct('400', '4600');
    expect([order(0n, 0n, 1_000n, P1, 2), awaited()]).toEqual([[], [P1]]);
    // What is deducted in the later round is in the place of before, and so are arrears.
    deduct('300', '4700', { round: 2 });
    expect([order(0n, 300n, 1_000n, P1, 2), awaited()]).toEqual([[], []]);
    owed('C2', 500n);
    carry('500', ['C2'], P2);
    expect([order(0n, 0n, 1_000n, P2, 2), awaited()]).toEqual([[], [P2]]);
    expect([carry('500', ['C2'], P2, 3), awaited()]).toEqual([[], [P2]]);
    expect([release('500', false, P2, 3), awaited()]).toEqual([[], []]);
    deduct('200', '4800', { round: 3 });
    expect([reverse('200', false, 2).length, awaited()]).toEqual([1, [P1]]);
    deduct('200', '4800', { round: 4 });
    expect([reverse('200', false, 4), awaited()]).toEqual([[], []]);
  });
  test('of what it has of both', () => {
    const { ledger, owed, owes, plan, carry, deduct, release, reverse } = account();
    owes('C1', 5_000n);
    owed('C2', 500n);
    plan();
    carry('500', ['C2']);
    deduct('400', '4600');
    expect([...ledger.unconfirmed()]).toEqual([P1]);
    expect([release('500'), [...ledger.unconfirmed()]]).toEqual([[], [P1]]);
    expect([reverse('400'), [...ledger.unconfirmed()]]).toEqual([[], []]);
  });
});
