import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Role } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { verifyAccounts, type AccountName } from '../../src/use-cases/persons/verify-accounts.js';
import type { JobContext } from '../../src/write-side/context.js';
import { enrolled, PROGRAMME } from './month.js';
import { unverifiedIn } from './unverified.js';
import { job, newWorld, type World } from './world.js';

let world: World;
let there: readonly AccountName[];
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 6);
  there = await unverifiedIn(world.engine);
});
afterAll(() => world.end());

const NOBODY = uuidOf('nobody');
const limited = (role: Role): JobContext => ({
  ...job(world.engine, 'supervisor'),
  actor: { id: 'limited', role, regions: ['MA-99'] },
});
async function* page<T>(...items: readonly T[]): AsyncGenerator<readonly T[]> {
  yield items;
}

/** What a limited person is told of each, without its id. */
async function told(
  ask: (onRefused: (refusals: readonly { code: string; reason: string }[]) => void) => unknown,
): Promise<readonly string[]> {
  const all: string[] = [];
  await ask((refusals) => all.push(...refusals.map(({ code, reason }) => `${code} ${reason}`)));
  return all;
}
const ELSEWHERE =
  'REGION_NOT_ALLOWED Your role is limited to MA-99; there is nothing of this name there.';

test('who verifies many accounts is told the same of those elsewhere, verified or not, and of none', async () => {
  const [first, second] = there;
  const accounts = [first!, second!, { ...second!, accountId: NOBODY }];
  const nowhere = { personId: NOBODY, accountId: NOBODY };
  const seen = (
    which: readonly AccountName[],
    base: JobContext,
    onRefused?: Parameters<typeof verifyAccounts>[1]['onRefused'],
  ) =>
    verifyAccounts(
      world.engine,
      { accounts: page(...which), method: 'seen', ...(onRefused ? { onRefused } : {}) },
      base,
    );
  expect(await seen([first!], job(world.engine, 'supervisor'))).toMatchObject({ verified: 1 });
  expect(await seen([first!], job(world.engine, 'supervisor'))).toMatchObject({
    unchanged: 1,
    refused: 0,
  });
  expect(
    await told((onRefused) => seen([...accounts, nowhere], limited('supervisor'), onRefused)),
  ).toEqual(Array(4).fill(ELSEWHERE));
});

test('who decides applications by their names is told the same of those elsewhere and of none', async () => {
  const submitted = (await world.engine.store.readCategory('application-', { limit: 1 }))[0]!;
  const names = [submitted.stream.slice('application-'.length), NOBODY];
  const said = await told((onRefused) =>
    decideApplications(
      world.engine,
      { programmeId: PROGRAMME, action: 'approve', applicationIds: names, onRefused },
      limited('supervisor'),
    ),
  );
  expect(new Set(said).size).toBeLessThan(2);
});
