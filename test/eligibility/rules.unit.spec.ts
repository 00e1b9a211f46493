import { expect, test } from '@jest/globals';
import {
  ARREARS_ITEM,
  CEILING_ITEM,
  FLOOR_ITEM,
  isOfPolicy,
  RECOVERY_ITEM,
} from '../../src/eligibility/rules.js';

test('the items that the engine writes have the names that stored entitlements have', () => {
  expect([FLOOR_ITEM, CEILING_ITEM, ARREARS_ITEM, RECOVERY_ITEM]).toEqual([
    'floor',
    'ceiling',
    'arrears',
    'recovery',
  ]);
});

test('what a correction carries or keeps back is of no policy, all else is', () => {
  const given = ['floor', 'ceiling', 'child', 'arrears', 'recovery'].map((code) =>
    isOfPolicy({ code }),
  );
  expect(given).toEqual([true, true, true, false, false]);
});
