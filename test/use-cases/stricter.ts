import type { EventData } from '../../events/generated.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { contentHash } from '../../src/kernel/canonical.js';

type Policy = EventData['PolicyPublished'];

const [first] = asdVersions as [Policy];
export const v1: Policy = first;

/** The second version: a household with a score of five is not eligible under it. */
export function stricterVersion(
  dates: Pick<Policy, 'announcedOn' | 'effectiveFrom' | 'firstPaidPeriod'>,
): Policy {
  const criteria = v1.policy.criteria.map((criterion) =>
    criterion.id === 'rsu-score-below-threshold'
      ? { ...criterion, expression: 'household.scoreMicro < 4000000' }
      : criterion,
  );
  const policy = { ...v1.policy, criteria };
  return { ...v1, ...dates, version: 2, policy, contentHash: contentHash(policy) };
}
