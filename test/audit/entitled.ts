import type { EventType } from '../../events/generated.js';
import { EntitlementCheck } from '../../src/audit/entitlement-check.js';
import { Era } from '../../src/audit/era.js';
import { PublishedPolicies } from '../../src/audit/published-policies.js';
import { entitlementFor } from '../../src/eligibility/determine.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { compiledOf, factsOf, versions, type Facts } from '../simulation/model-programme.js';
import { eventOf, Findings } from './direct.js';

interface Rest {
  readonly position?: number;
  readonly stream?: string;
}
export type Step = readonly [EventType, object, Rest?];
export interface Log {
  readonly isNew?: boolean;
  /** As of which position everything is computed; by default all that came before. */
  readonly asOf?: number;
  readonly earliest?: number;
  readonly earlier?: readonly string[];
  readonly stands?: (paymentId: string, asOf?: number) => boolean;
  readonly isSent?: () => boolean;
  readonly isInDoubt?: (paymentId: string, asOf: number) => boolean;
  /** Also what is found of the months that an order is for, which most logs here leave open. */
  readonly months?: boolean;
}
const OF_MONTHS = / is (not )?ordered(,|;| by)/u;
/** The small programme: version 1 is paid from 2026-01 on, version 2 from 2026-03 on. */
export const PUBLISHED: readonly Step[] = versions.map((data) => ['PolicyPublished', data]);

/** Positions are counted by hundreds, so that there is room to be as of something between. */
export function foundIn(
  {
    isNew = true,
    asOf = 1e9,
    earliest = 0,
    earlier = [],
    stands = () => true,
    isSent = () => true,
    isInDoubt = () => false,
    months = false,
  }: Log,
  ...steps: readonly Step[]
): readonly string[] {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const policies = new PublishedPolicies();
  const earlierOf = (personId: string) => (personId === 'p' ? earlier : []);
  const check = new EntitlementCheck(policies, { earlierOf, stands, isSent, isInDoubt }, era);
  const at = { payment: () => asOf, correction: () => asOf, earliest: () => earliest };
  const { said, found } = new Findings();
  [...PUBLISHED, ...steps].forEach(([type, data, rest], index) => {
    const event = eventOf(type, data, { position: index * 100, ...rest });
    if (event.type === 'PolicyPublished') policies.add(event, found);
    check.add(event, at, found);
  });
  return months ? said : said.filter((one) => !OF_MONTHS.test(one));
}

export const FACTS = factsOf(3);
export const hashed = (facts: Facts) => ({ facts, contentHash: contentHash(facts) });
export const household = { programmeId: 'sim', personId: 'p' };
export const enrolment = 'enrolment-sim-p';
export const step = (type: EventType, data: object = {}, stream = enrolment): Step => [
  type,
  { ...household, ...data },
  { stream },
];
export const started = (data: object = {}) =>
  step('EnrolmentStarted', {
    startPeriod: '2026-01',
    region: 'R1',
    ...hashed(FACTS),
    ...data,
  });
export const STARTED = started();
export const versionOf = (month: string): number => (month < '2026-03' ? 1 : 2);
export const itemsOf = (facts: Facts, month: string) =>
  entitlementFor(compiledOf(versionOf(month)), versionOf(month), facts, month).items;
export const sumOf = (items: readonly { readonly amountMinor: string }[]): string =>
  String(items.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n));

/** What a cycle orders for its month, or for several. */
export function ordered(period: string, data: object = {}, months = [period], facts = FACTS): Step {
  const items = months.flatMap((month) => itemsOf(facts, month));
  return step('PaymentOrdered', {
    paymentId: `sim-${period}-p`,
    period,
    policyVersion: versionOf(period),
    region: 'R1',
    contentHash: contentHash(facts),
    items,
    amountMinor: sumOf(items),
    ...data,
  });
}
