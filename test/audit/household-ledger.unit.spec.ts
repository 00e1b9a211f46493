import { describe, expect, test } from '@jest/globals';
import { HouseholdLedger } from '../../src/audit/household-ledger.js';
import { Findings } from './direct.js';

const P1 = 'asd-2026-01-p';
const P2 = 'asd-2026-02-p';
type Ledger = HouseholdLedger;
type Of<K extends keyof Ledger> = Ledger[K] extends (said: infer D, ...rest: never[]) => unknown
  ? D
  : never;

/** An account of a household, with short words for what happens to it; each returns what is found. */
function account() {
  const ledger = new HouseholdLedger();
  const { said, found } = new Findings();
  const told = (): readonly string[] => said.splice(0);
  const propose = (correctionId: string, minor: bigint): void => {
    ledger.pending = { correctionId, minor };
  };
  /** Deductions are of position -1 unless a test says otherwise, so this one is before them. */
  const establish = (
    correctionId: string,
    differenceMinor: string,
    offsetMinor?: string,
    approvedAt = -2,
  ) => {
    const offset = offsetMinor === undefined ? {} : { offsetMinor };
    const data: object = { correctionId, differenceMinor, ...offset };
    ledger.established(data as Of<'established'>, approvedAt, found);
    return told();
  };
  const overpaid = (correctionId: string, amountMinor: string) => {
    const data: object = { correctionId, amountMinor };
    ledger.overpaid(data as Of<'overpaid'>, found);
    return told();
  };
  const carry = (
    amountMinor: string,
    correctionIds: readonly string[],
    paymentId = P1,
    round = 1,
  ) => {
    const data: object = { paymentId, round, amountMinor, correctionIds };
    ledger.arrearsOrdered(data as Of<'arrearsOrdered'>, found);
    return told();
  };
  const release = (amountMinor: string, isPaid = false, paymentId = P1, round = 1) => {
    const data: object = { paymentId, round, amountMinor };
    ledger.arrearsReleased(data as Of<'arrearsReleased'>, () => isPaid, found);
    return told();
  };
  const plan = (sharePercent = 50, floorMinor = '0', by = 'farid'): void => {
    const data: object = { sharePercent, floorMinor };
    ledger.planned(data as Of<'planned'>, by);
  };
  const deduct = (amountMinor: string, remainingMinor: string, more: object = {}) => {
    const data: object = {
      paymentId: P1,
      round: 1,
      grossMinor: '1000',
      amountMinor,
      remainingMinor,
      ...more,
    };
    ledger.deducted(data as Of<'deducted'>, found);
    return told();
  };
  const reverse = (amountMinor: string, isPaid = false, round = 1) => {
    const data: object = { paymentId: P1, round, amountMinor };
    ledger.reversed(data as Of<'reversed'>, () => isPaid, found);
    return told();
  };
  const waive = (amountMinor: string, by = 'kenza') => {
    const data: object = { amountMinor };
    ledger.waived(data as Of<'waived'>, by, found);
    return told();
  };
  const offset = (correctionId: string, amountMinor: string, waivedMinor = '0') => {
    const data: object = { correctionId, amountMinor, waivedMinor };
    ledger.offset(data as Of<'offset'>, found);
    return told();
  };
  const complete = (overpaidMinor: string, recoveredMinor: string, waivedMinor: string) => {
    const data: object = { overpaidMinor, recoveredMinor, waivedMinor };
    ledger.completed(data as Of<'completed'>, found);
    return told();
  };
  const order = (arrears: bigint, recovery: bigint, grossMinor = 1_000n, id = P1, round = 1) => {
    ledger.paymentOrdered(id, round, { arrears, recovery, grossMinor }, found);
    return told();
  };
  const owed = (correctionId: string, minor: bigint): readonly string[] => {
    propose(correctionId, minor);
    return establish(correctionId, String(minor));
  };
  const owes = (correctionId: string, minor: bigint): readonly string[] => {
    propose(correctionId, -minor);
    return [...overpaid(correctionId, String(minor)), ...establish(correctionId, String(-minor))];
  };
  return {
    ledger,
    propose,
    establish,
    overpaid,
    carry,
    release,
    plan,
    deduct,
    reverse,
    waive,
    offset,
    complete,
    order,
    owed,
    owes,
  };
}
const owing = (minor: bigint) => {
  const made = account();
  made.owes('C1', minor);
  return made;
};
const OTHER = 'put on the account, which is not what was proposed';

describe('what a correction found comes onto the account', () => {
  test('as it was proposed, and once', () => {
    const { propose, establish, ledger } = account();
    expect(establish('C1', '500')).toEqual([`I6 500 ${OTHER}`]);
    propose('C2', 500n);
    expect(establish('C2', '501')).toEqual([`I6 501 ${OTHER}`]);
    propose('C3', 500n);
    expect(establish('C4', '500')).toEqual([`I6 500 ${OTHER}`]);
    propose('C5', 500n);
    expect([establish('C5', '500'), ledger.pending]).toEqual([[], undefined]);
    propose('C5', 500n);
    expect(establish('C5', '500')).toEqual(['I6 put on the account twice by C5']);
  });
  test('and what was paid too much as a debt of the same amount, once', () => {
    const { propose, establish, overpaid, ledger } = account();
    propose('C1', -300n);
    expect(overpaid('C1', '300')).toEqual([]);
    expect([ledger.balance, establish('C1', '-300')]).toEqual([300n, []]);
    propose('C1', -300n);
    expect(overpaid('C1', '300')).toEqual(['I6 the overpayment of C1 is owed twice']);
    const wrong = (amount: string) => [
      `I6 an overpayment of ${amount}, which is not what was proposed`,
    ];
    propose('C2', -300n);
    expect([overpaid('C2', '299'), overpaid('C3', '300')]).toEqual([wrong('299'), wrong('300')]);
    propose('C4', -1n);
    expect(establish('C4', '-1')).toEqual(['I6 an overpayment that nobody is asked to give back']);
    propose('C5', 0n);
    expect(establish('C5', '0')).toEqual([]);
  });
});

describe('arrears', () => {
  test('are carried by one payment, in the sum that the account has', () => {
    const { owed, carry } = account();
    expect([owed('C1', 500n), owed('C2', 70n)]).toEqual([[], []]);
    expect(carry('569', ['C1', 'C2'])).toEqual(['I6 arrears of 569 ordered; the account has 570']);
    expect(carry('570', ['C1', 'C2'])).toEqual([]);
    expect(carry('70', ['C2'])).toEqual([]);
    expect(carry('500', ['C1'], P2)).toEqual([]);
    expect(carry('70', ['C2'], P2)).toEqual([
      `I2 arrears of C2 are ordered twice: ${P1} carries them`,
    ]);
    expect(carry('0', ['C9'])).toEqual(['I6 arrears of C9, which are not on the account']);
  });
  test('are nothing that was set against a debt', () => {
    const { owes, propose, offset, establish, carry, ledger } = account();
    owes('C1', 300n);
    propose('C2', 500n);
    expect(offset('C2', '300')).toEqual([]);
    expect(ledger.balance).toBe(0n);
    expect(establish('C2', '500', '300')).toEqual([]);
    expect(carry('200', ['C2'])).toEqual([]);
    owes('C4', 300n);
    propose('C3', 300n);
    expect([offset('C3', '300'), establish('C3', '300', '300')]).toEqual([[], []]);
    expect(carry('0', ['C3'], P2)).toEqual(['I6 arrears of C3, which are not on the account']);
  });
  test('that are set against a debt are said so', () => {
    const { owes, propose, offset, establish } = account();
    const not = (minor: string) => `I6 ${minor} set against a debt that was not`;
    owes('C1', 300n);
    propose('C2', 500n);
    expect(establish('C2', '500', '1')).toEqual([not('1')]);
    propose('C3', 500n);
    expect([offset('C3', '300'), establish('C3', '500')]).toEqual([[], [not('0')]]);
    propose('C5', 500n);
    expect(establish('C5', '500')).toEqual([]);
    owes('C8', 300n);
    propose('C6', 500n);
    offset('C6', '100');
    propose('C7', 500n);
    expect(establish('C7', '500', '0')).toEqual([]);
  });
  test('are set against a debt as far as the household has it, owed or let off', () => {
    const { ledger, owes, overpaid, plan, deduct, waive, propose, offset, establish } = account();
    const has = (set: string, of: string, held: string) => [
      `I6 ${set} of ${of} set against a debt; the household has ${held} of it`,
    ];
    const at = ledger.deductedAt;
    const established = (id: string, minor: string, set?: string, waived?: string) => {
      propose(id, BigInt(minor));
      const told = set === undefined ? [] : offset(id, set, waived);
      return [...told, ...establish(id, minor, set, at)];
    };
    expect(established('C0', '700')).toEqual([]);
    owes('C1', 1_000n);
    expect(established('C2', '100')).toEqual(has('0', '100', '1000'));
    expect(established('C3', '300', '200')).toEqual(has('200', '300', '1000'));
    expect(established('C4', '300', '300')).toEqual([]);
    // 500 is left, of which 100 was given back and 60 let off.
    plan(100);
    deduct('100', '400');
    waive('60');
    expect(established('C5', '900', '340')).toEqual(has('340', '900', '400'));
    expect(established('C6', '900', '60', '60')).toEqual([]);
    expect(established('C7', '900')).toEqual([]);
    propose('C8', -5n);
    expect(overpaid('C8', '5')).toEqual([]);
    expect([ledger.balance, establish('C8', '-5', undefined, at)]).toEqual([5n, []]);
  });
  test('are not held against a debt that moved since they were approved', () => {
    const { ledger, owes, propose, establish } = account();
    owes('C1', 400n);
    ledger.deductedAt = 8;
    propose('C2', 300n);
    expect(establish('C2', '300', undefined, 7)).toEqual([]);
    propose('C3', 300n);
    expect(establish('C3', '300', undefined, 8)).toHaveLength(1);
  });
  test('are released by the payment that carried them, in that round, where it does not pay', () => {
    const { owed, carry, release, order, ledger } = account();
    owed('C1', 500n);
    owed('C2', 70n);
    carry('570', ['C1', 'C2']);
    const sum = (said: string, has: string) => [
      `I6 arrears of ${said} released; the payment carried ${has}`,
    ];
    expect(release('570', false, P2)).toEqual(sum('570', '0'));
    expect(release('570', false, P1, 2)).toEqual(sum('570', '0'));
    expect(order(570n, 0n)).toEqual([]);
    expect(release('570')).toEqual([]);
    expect(release('570')).toEqual(sum('570', '0'));
    expect(carry('570', ['C1', 'C2'])).toEqual([]);
    expect(order(570n, 0n)).toEqual([]);
    expect(release('569', true)).toEqual([
      ...sum('569', '570'),
      'I2 arrears released that a payment pays',
    ]);
    carry('500', ['C1'], P2);
    expect([...ledger.unconfirmed()]).toEqual([P2]);
    expect([release('500', true, P2), [...ledger.unconfirmed()]]).toEqual([[], []]);
  });
});

describe('a debt', () => {
  const beyond = 'I6 5 set against a debt, which is more than is owed or was waived';
  test('has no more set against it than is owed, or was waived', () => {
    const with5 = (minor: bigint) => {
      const made = owing(minor);
      made.propose('C2', 500n);
      return made;
    };
    expect(with5(5n).offset('C2', '5')).toEqual([]);
    expect(with5(4n).offset('C2', '5')).toEqual([beyond]);
    expect(with5(10n).offset('C2', '5', '1')).toEqual([beyond]);
    expect(with5(10n).offset('C9', '5')).toEqual([
      'I6 set against a debt what no correction found',
    ]);
    const recovered = with5(10n);
    recovered.plan();
    recovered.deduct('8', '2');
    expect(recovered.offset('C2', '5')).toEqual([beyond]);
    expect(owing(5n).offset('C2', '5')).toEqual(['I6 set against a debt what no correction found']);
    expect(account().overpaid('C2', '5')).toEqual([
      'I6 an overpayment of 5, which is not what was proposed',
    ]);
    const waived = with5(10n);
    waived.waive('2');
    expect([waived.offset('C2', '5', '2'), waived.ledger.balance]).toEqual([[], 5n]);
  });
  test('is waived by another than agreed the plan, and no more than is owed', () => {
    const self = ['I4 waived by who agreed the plan'];
    expect(owing(5n).waive('5', 'farid')).toEqual([]);
    const { plan, waive, ledger } = owing(5n);
    plan();
    expect([waive('1'), waive('1', 'FARID'), ledger.balance]).toEqual([[], self, 3n]);
    expect(waive('3')).toEqual([]);
    expect(waive('1')).toEqual(['I6 recovered 0 and waived 6 of 5 overpaid']);
  });
  test('is completed with nothing left, in the figures that the account has', () => {
    const made = owing(500n);
    made.plan();
    made.deduct('300', '200');
    const other = 'I6 completed with other figures than the log has';
    expect(made.complete('500', '300', '0')).toEqual(['I6 completed with 200 left']);
    made.waive('200');
    expect(made.complete('500', '300', '200')).toEqual([]);
    for (const [overpaid, recovered, waived] of [
      ['501', '300', '200'],
      ['500', '301', '200'],
      ['500', '300', '201'],
    ] as const)
      expect(made.complete(overpaid, recovered, waived)).toEqual([other]);
  });
});

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
