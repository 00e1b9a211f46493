import { expect, test } from '@jest/globals';
import { PublishedPolicies } from '../../src/audit/published-policies.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { eventOf, Findings } from './direct.js';

interface Version {
  readonly version: number;
  readonly firstPaidPeriod: string;
  readonly position: number;
  readonly programmeId?: string;
  readonly effectiveFrom?: string;
}
const policy = { name: 'aid' };

function published(...versions: readonly Version[]) {
  const policies = new PublishedPolicies();
  const { said, found } = new Findings();
  for (const { position, ...said } of versions) {
    const effectiveFrom = `${said.firstPaidPeriod}-01`;
    const data = { programmeId: 'asd', effectiveFrom, policy, contentHash: contentHash(policy) };
    policies.add(eventOf('PolicyPublished', { ...data, ...said }, { position }), found);
  }
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

test('a version follows the one before it, and is paid later', () => {
  expect(published(FIRST, SECOND).said).toEqual([]);
  expect(published(FIRST, { ...SECOND, version: 3 }).said).toEqual([
    'I5 version 3 was published after version 1',
  ]);
  expect(published(FIRST, { ...SECOND, version: 1 }).said).toEqual([
    'I5 version 1 was published after version 1',
  ]);
  expect(published({ ...FIRST, version: 2 }).said).toEqual([
    'I5 version 2 was published after version 0',
  ]);
  const third = { version: 3, position: 30 };
  for (const firstPaidPeriod of ['2026-03', '2026-02'])
    expect(published(FIRST, SECOND, { ...third, firstPaidPeriod }).said).toEqual([
      `I5 first paid in ${firstPaidPeriod}; a version before it in 2026-03`,
    ]);
  expect(published(FIRST, SECOND, { ...third, firstPaidPeriod: '2026-04' }).said).toEqual([]);
  expect(published(FIRST, { ...FIRST, programmeId: 'other' }).said).toEqual([]);
});

test('a version is not paid before it takes effect', () => {
  expect(published({ ...FIRST, effectiveFrom: '2026-02-01' }).said).toEqual([
    'I5 first paid in 2026-01; in effect from 2026-02-01',
  ]);
  expect(published({ ...FIRST, effectiveFrom: '2026-01-31' }).said).toEqual([]);
});

test('a version is the policy that its hash is of', () => {
  const { said, found } = new Findings();
  const months = { firstPaidPeriod: '2026-01', effectiveFrom: '2026-01-01' };
  const data = { programmeId: 'asd', version: 1, ...months, policy, contentHash: 'other' };
  new PublishedPolicies().add(eventOf('PolicyPublished', data), found);
  expect(said).toEqual(['I5 version 1 is not the policy that its hash is of']);
});
