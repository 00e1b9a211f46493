import { describe, expect, it } from '@jest/globals';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { hashing, requestNames } from '../support/request-names.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { CommandIds } from '../../src/write-side/command-id.js';
import { part } from '../../src/write-side/unit.js';

const allot = (amountMinor: string) =>
  part('budget-asd-2026', budgetDecider, {
    type: 'AllotBudget',
    programmeId: 'asd',
    fiscalYear: 2026,
    currency: 'MAD',
    amountMinor,
    reference: 'LF',
  });
const idOf = (amountMinor: string, events: readonly Recorded[] = [], key = 'asd'): string => {
  const one = allot(amountMinor);
  return new CommandIds({ verb: 'allot', key, parts: [one] }).of(one, events);
};
const allotted: Recorded = {
  id: '00000000-0000-5000-8000-000000000001',
  stream: 'budget-asd-2026',
  revision: 0,
  position: 0,
  type: 'BudgetAllotted',
  v: 1,
  time: '2026-01-01T00:00:00.000Z',
  data: {
    programmeId: 'asd',
    fiscalYear: 2026,
    currency: 'MAD',
    amountMinor: '100',
    reference: 'LF',
  },
  meta: { actor: 'f', role: 'finance-officer', command: 'c', correlation: 'c' },
};

describe('the id of a command', () => {
  it('over HTTP is of the caller, their key and the body', () => {
    const of = (id: string, key: string, amount: string): string =>
      requestNames(hashing('one'), id, key, '/budgets', { amount }).commandId;
    expect(of('one', 'k', '1')).toBe(of('one', 'k', '1'));
    expect(new Set([of('one', 'k', '1'), of('one', 'k', '2'), of('one', 'l', '1')]).size).toBe(3);
    expect(of('two', 'k', '1')).not.toBe(of('one', 'k', '1'));
  });

  it('elsewhere is of what is done, to what, with which content, at which revision', () => {
    expect(idOf('100')).toBe(idOf('100'));
    expect(
      new Set([idOf('100'), idOf('200'), idOf('100', [allotted]), idOf('100', [], 'other')]).size,
    ).toBe(4);
  });
});
