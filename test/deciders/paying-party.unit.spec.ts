import { expect, test } from '@jest/globals';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { requireParty } from '../../src/programme/paying-party.rule.js';
import { paymentTerms } from '../../src/programme/payment-terms.js';
import { account, terms } from './programme.fixtures.js';

const party = { name: 'Trésorerie', bic: 'BCMAMAMC' };
const codeOf = (given: Partial<Parameters<typeof requireParty>[0]>): unknown => {
  try {
    requireParty({ ...party, ...given }, 'accounts/0/');
    return undefined;
  } catch (error) {
    const { code, field } = error as { readonly code: string; readonly field: string };
    return `${code} ${field}`;
  }
};

test('a paying account has a name that its messages can have', () => {
  for (const name of ['王小明', 'አበበ', 'Ταμείο']) {
    expect(codeOf({ name })).toBe('INVALID_TEXT accounts/0/name');
    expect(codeOf({ name, characters: 'latin' })).toBe('INVALID_TEXT accounts/0/name');
    expect(codeOf({ name, characters: 'unicode' })).toBeUndefined();
  }
  for (const name of ['الخزينة', 'ⴰⵣⵔⴼ', 'Trésorerie n° 1'])
    expect(codeOf({ name, characters: 'latin' })).toBeUndefined();
});

test('banks of payees are named as the format has it', () => {
  const payeeAgents = [{ bic: 'BCMAMAMC' }, { bic: 'A0C1MAMC' }];
  expect(codeOf({ payeeAgents, format: 'pain.001.001.09' })).toBeUndefined();
  expect(codeOf({ payeeAgents, format: 'pain.001.001.03' })).toBe(
    'INVALID_ACCOUNT accounts/0/payeeAgents/1/bic',
  );
});

// A definition says nothing of characters, and every bank takes the Latin ones.
test.each([
  ['where no terms were set', undefined],
  ['where terms were set for other regions', terms],
])('the account of a definition pays in Latin characters %s', (_when, set) => {
  const elsewhere = set && {
    ...set,
    accounts: [{ ...account, characters: 'unicode' as const, regions: ['MA-01'] }],
  };
  const { accountFor } = paymentTerms(asdProgramme, elsewhere);
  expect(accountFor('MA-06', 'rib')).toMatchObject({ accountId: '', characters: 'latin' });
  if (elsewhere) expect(accountFor('MA-01', 'rib')).toMatchObject({ characters: 'unicode' });
});
