import { describe, expect, test } from '@jest/globals';
import { policyTrial } from '../../src/composition/policy-trial.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { policyOf } from '../eligibility/policy.fixtures.js';

const thread = new URL('./never-ends.worker.js', import.meta.url);

describe('the trial of a policy, in a thread of its own', () => {
  test('takes what fits, and refuses what does not as compiling it does', async () => {
    const requireFit = policyTrial();
    await expect(requireFit(asdVersions[0]!.policy)).resolves.toBeUndefined();
    await expect(requireFit(policyOf({ expression: '1 / 0 > 0' }))).rejects.toMatchObject({
      code: 'POLICY_NO_VERDICT',
      kind: 'invalid',
      field: 'policy/criteria/0/expression',
    });
  });

  test.each([
    ['does not end', 'loop', { deadlineMs: 100 }],
    ['takes memory without end', 'memory', { memoryMb: 32 }],
  ])('is ended where it %s, and names the rule', async (_, what, limits) => {
    const requireFit = policyTrial({ ...limits, thread });
    await expect(requireFit(policyOf({ expression: what }))).rejects.toMatchObject({
      code: 'POLICY_TOO_COSTLY',
      field: 'policy/criteria/0',
      detail: expect.stringMatching(/^Criterion a: /),
    });
  });
});
