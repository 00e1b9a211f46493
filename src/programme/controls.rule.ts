import type { EventData } from '../../events/generated.js';
import type { AccountHold } from '../kernel/accounts.js';
import { contentHash } from '../kernel/canonical.js';

type Rules = EventData['ChecksConfigured']['rules'];
type Rule = Rules[number];

/**
 * Of a programme that set none: a payee's account that replaces another is paid on once a second
 * person verified it.
 */
export const DEFAULT_HOLD: AccountHold = { days: 0, verification: 'changed' };
/**
 * Months before the newest cycle that an application may be dated back to, of a programme that set
 * none.
 */
export const DEFAULT_BACKDATED_MONTHS = 12;
export const holdOf = ({
  days,
  verification = 'none',
}: Pick<EventData['AccountHoldSet'], 'days' | 'verification'>): AccountHold => ({
  days,
  verification,
});

const STRENGTH: readonly AccountHold['verification'][] = ['none', 'changed', 'every'];

/** Whether anything that was held before would be paid on now, or earlier. */
export const isWeakerHold = (before: AccountHold, after: AccountHold): boolean =>
  after.days < before.days ||
  STRENGTH.indexOf(after.verification) < STRENGTH.indexOf(before.verification);

/** Whether anything that was found, or blocked a cycle, before would pass now. */
export const areWeakerChecks = (before: Rules, after: Rules): boolean =>
  before.some((rule) => {
    const now = after.find(({ check }) => check === rule.check);
    return now === undefined || isWeaker(rule, now);
  });

/** Limits and amounts say how much is not found yet; a rule that has none finds everything. */
const isWeaker = (before: Rule, after: Rule): boolean =>
  (before.level === 'block' && after.level === 'warn') ||
  (after.limit ?? 0) > (before.limit ?? 0) ||
  BigInt(after.amountMinor ?? '0') > BigInt(before.amountMinor ?? '0');

/** Two managers say so, each with a reason of their own. */
export const CLOSING = 'closes';
export const REOPENING = 'reopens';

/** What two programme managers must say alike. */
export const contentOfPolicy = (policy: EventData['PolicyPublished']): string =>
  contentHash({ policy });
export const contentOfBackdating = ({
  months,
}: Pick<EventData['BackdatingLimitSet'], 'months'>): string => contentHash({ months });
export const contentOfTerms = (terms: EventData['PaymentTermsSet']): string =>
  contentHash({ terms });
export const contentOfHold = (hold: Parameters<typeof holdOf>[0]): string =>
  contentHash({ hold: holdOf(hold) });
export const contentOfChecks = ({ rules }: Pick<EventData['ChecksConfigured'], 'rules'>): string =>
  contentHash({ rules });
