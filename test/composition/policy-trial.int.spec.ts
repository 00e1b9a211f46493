import { createHook } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/composition/config.js';
import { policyTrial } from '../../src/composition/policy-trial.js';
import type { Served, Shell } from '../../src/composition/shell.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { type CommandPlanDeps, DEPS } from '../../src/http/command-handlers.js';
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

/** What the commands of a server are given, of either size. */
async function served(): Promise<CommandPlanDeps> {
  // Jest loads what is CommonJS of Nest only after what is not.
  await import('@nestjs/common');
  const { AppModule } = await import('../../src/composition/app.module.js');
  const nothing = { deps: {}, filesDir: '' } as Served;
  const readModels = { controllers: [], queryHandlers: [] };
  const { providers = [] } = AppModule.of(loadConfig({}), nothing, {} as Shell, readModels);
  return (
    providers.find((one) => 'provide' in one && one.provide === DEPS) as {
      readonly useValue: CommandPlanDeps;
    }
  ).useValue;
}

/** How many threads were begun meanwhile. */
async function threadsOf(work: () => Promise<unknown>): Promise<number> {
  let threads = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'WORKER') threads += 1;
    },
  }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return threads;
}

test('a server tries each policy that is published in a thread of its own, where it can be ended', async () => {
  const { requireFit } = await served();
  const fits = () => requireFit(asdVersions[0]!.policy);
  const fails = () =>
    expect(requireFit(policyOf({ expression: '1 / 0 > 0' }))).rejects.toMatchObject({
      code: 'POLICY_NO_VERDICT',
    });
  expect([await threadsOf(fits), await threadsOf(fails)]).toEqual([1, 1]);
});
