import { describe, expect, test } from '@jest/globals';
import { chosen } from '../../src/cli/commands/would-fail.js';
import { asdPolicies } from '../../src/eligibility/reference/asd.js';

const [first, second] = asdPolicies;
const none = expect.objectContaining({ code: 'INVALID_OPTION', field: 'policy-version' });

describe('the version that is tried before it is published', () => {
  test('is the one that was asked for, or the last of the file', () => {
    const policies = [first, second];
    expect(chosen({ policies }, undefined)).toBe(second);
    expect(chosen({ policies }, first!.version)).toBe(first);
    expect(() => chosen({ policies }, 9_999)).toThrow(none);
  });

  test.each([
    [undefined],
    [null],
    [{}],
    [{ policies: 5 }],
    [{ policies: [] }],
    [{ policies: [null] }],
    [{ policies: ['1'] }],
    [{ policies: [{ ...first, version: '1' }] }],
    [{ policies: [{ ...first, firstPaidPeriod: undefined }] }],
  ])('is none of a file that says %j', (said) => {
    expect(() => chosen(said, undefined)).toThrow(none);
  });
});
