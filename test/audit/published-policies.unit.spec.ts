import { expect, test } from '@jest/globals';
import { PublishedPolicies } from '../../src/audit/published-policies.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { eventOf, Findings } from './direct.js';

interface Version {
  readonly version: number;
  readonly firstPaidPeriod: string;
  readonly position: number;
  readonly programmeId?: string;
}
const policy = { name: 'aid' };

function published(...versions: readonly Version[]) {
  const policies = new PublishedPolicies();
  const { said, found } = new Findings();
  for (const { position, programmeId = 'asd', ...data } of versions)
    policies.add(
      eventOf(
        'PolicyPublished',
        { ...data, programmeId, policy, contentHash: contentHash(policy) },
        { position },
      ),
      found,
    );
  const inForce = (month: string, asOf: number): number | undefined =>
    policies.inForce('asd', month, asOf)?.data.version;
  return { policies, said, inForce };
}
const FIRST = { version: 1, firstPaidPeriod: '2026-01', position: 10 };
const SECOND = { version: 2, firstPaidPeriod: '2026-03', position: 20 };

test('a month is paid under the newest version that is paid from then on or sooner', () => {
  const { said, inForce } = published(FIRST, SECOND);
  expect(said).toEqual([]);
  expect(inForce('2025-12', 99)).toBeUndefined();
  expect(['2026-01', '2026-02', '2026-03', '2027-01'].map((month) => inForce(month, 99))).toEqual([
    1, 1, 2, 2,
  ]);
  expect(published(SECOND, { ...FIRST, position: 30 }).inForce('2026-03', 99)).toBe(2);
});

test('of those that were published up to a position, that position included', () => {
  const { inForce } = published(FIRST, SECOND);
  expect([9, 10, 19, 20].map((asOf) => inForce('2026-03', asOf))).toEqual([undefined, 1, 1, 2]);
});

test('each programme has its own, and one that published none has none', () => {
  const { policies, inForce } = published(FIRST, { ...SECOND, programmeId: 'other' });
  expect(inForce('2026-03', 99)).toBe(1);
  expect(policies.of('asd').map(({ data, position }) => [data.version, position])).toEqual([
    [1, 10],
  ]);
  expect(policies.of('none')).toEqual([]);
  expect(policies.inForce('none', '2026-03', 99)).toBeUndefined();
});

test('a version is the policy that its hash is of', () => {
  const { said, found } = new Findings();
  const data = { programmeId: 'asd', version: 3, policy, contentHash: 'other' };
  new PublishedPolicies().add(eventOf('PolicyPublished', data), found);
  expect(said).toEqual(['I5 version 3 is not the policy that its hash is of']);
});
