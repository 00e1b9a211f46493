import { expect, test } from '@jest/globals';
import { requireParty } from '../../src/programme/paying-party.rule.js';

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
