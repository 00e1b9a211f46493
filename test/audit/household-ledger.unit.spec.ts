import { describe, expect, test } from '@jest/globals';
import { account, owing, P1, P2 } from './account.js';

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
    expect([overpaid('C2', '301'), overpaid('C3', '300')]).toEqual([wrong('301'), wrong('300')]);
    propose('C4', -1n);
    expect(establish('C4', '-1')).toEqual([
      'I6 1 of an overpayment is owed, which nobody is asked to give back',
    ]);
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
    const established = (
      id: string,
      minor: string,
      set?: string,
      waived?: string,
      month = '2026-01',
    ) => {
      propose(id, BigInt(minor), month);
      const told = set === undefined ? [] : offset(id, set, waived);
      return [...told, ...establish(id, minor, set, at)];
    };
    expect(established('C0', '700', undefined, undefined, '2025-12')).toEqual([]);
    owes('C1', 1_000n);
    expect(established('C2', '100')).toEqual(has('0', '100', '100'));
    expect(established('C3', '300', '200')).toEqual(has('200', '300', '300'));
    expect(established('C4', '300', '300')).toEqual([]);
    // 500 is left, of which 100 was given back and 60 let off.
    plan(100);
    deduct('100', '400');
    waive('60');
    expect(established('C5', '900', '340')).toEqual(has('340', '900', '400'));
    expect(established('C8', '900', undefined, undefined, '2026-02')).toEqual([]);
    expect(established('C6', '900', '60', '60')).toEqual([]);
    expect(established('C7', '900')).toEqual([]);
    propose('C9', -5n);
    expect(overpaid('C9', '5')).toEqual([]);
    expect([ledger.balance, establish('C9', '-5', undefined, at - 1)]).toEqual([5n, []]);
  });
  test('are set against what was let off, and what was deducted in their month after all', () => {
    const { ledger, owes, waive, propose, offset, establish } = account();
    owes('C1', 1_000n);
    waive('60');
    propose('C2', 1_000n);
    expect([offset('C2', '1000', '60'), establish('C2', '1000', '1000')]).toEqual([[], []]);
    owes('C3', 100n);
    const months = new Map([['2026-02', { minor: 90n, deducted: 70n }]]);
    ledger.pending = { correctionId: 'C4', minor: 90n, months };
    expect([offset('C4', '70'), establish('C4', '90', '70')]).toEqual([[], []]);
  });
  test('are what an overpayment is set against before it is owed', () => {
    const { owed, propose, establish, overpaid, carry, release } = account();
    const against = (correctionId: string, amountMinor: string) => ({
      arrearsOffset: [{ correctionId, amountMinor }],
    });
    const overpay = (id: string, minor: string, debt: string | undefined, more: object = {}) => {
      propose(id, -BigInt(minor));
      if (debt !== undefined) overpaid(id, debt);
      return establish(id, `-${minor}`, undefined, -1, more);
    };
    const missing = (id: string) => `I6 set against arrears of ${id}, which are not there for it`;
    owed('C1', 700n);
    expect(overpay('C2', '300', undefined, against('C1', '300'))).toEqual([]);
    expect(overpay('C3', '100', '100')).toEqual([
      'I6 an overpayment is owed beside arrears that it was not set against',
    ]);
    expect(overpay('C4', '900', '400', against('C1', '500'))).toEqual([
      missing('C1'),
      'I6 an overpayment is owed beside arrears that it was not set against',
    ]);
    expect(overpay('C5', '10', undefined, against('C9', '10'))).toEqual([missing('C9')]);
    expect(overpay('C6', '900', '400', against('C1', '400'))).toEqual([
      'I6 500 of an overpayment is owed, which nobody is asked to give back',
    ]);
    expect(carry('0', ['C1'])).toEqual(['I6 arrears of C1, which are not on the account']);
    owed('C7', 50n);
    carry('50', ['C7']);
    expect(overpay('C8', '20', '20')).toEqual([]);
    expect(overpay('C10', '20', undefined, against('C7', '20'))).toEqual([missing('C7')]);
    expect(release('50')).toEqual([]);
    propose('C11', 5n);
    expect(establish('C11', '5', undefined, -2, against('C7', '1'))).toEqual([
      'I6 arrears set against arrears',
    ]);
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
