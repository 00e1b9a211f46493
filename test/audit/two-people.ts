import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { TwoPeopleCheck } from '../../src/audit/two-people-check.js';
import type { Recorded, Role } from '../../src/kernel/decider.js';
import { eventOf } from './direct.js';

export const paymentId = 'asd-2026-01-00000000-0000-4000-8000-000000000001';
const payment = `payment-${paymentId}`;
export const breakId = '00000000-0000-4000-8000-000000000002';
export const base = { paymentId, attempt: 1, endToEndId: 'E1', source: 'http' };

export interface Step {
  readonly type: EventType;
  readonly by: string;
  readonly data: object;
  readonly role?: Role;
  readonly stream?: string;
  readonly v?: number;
  readonly command?: string;
}
export const step = (
  type: EventType,
  by: string,
  data: object,
  more: Partial<Step> = {},
): Step => ({
  type,
  by,
  data,
  ...more,
});

/** What the check finds in a log of these events, to its end. */
export const foundIn = (...log: readonly Step[]): string[] => foundOf(new Era(), ...log);
/** The same, of a log whose events say how their actors came. */
export const foundNow = (...log: readonly Step[]): string[] => {
  const era = new Era();
  era.add(eventOf('PersonMoved'));
  return foundOf(era, ...log);
};

function foundOf(era: Era, ...log: readonly Step[]): string[] {
  const check = new TwoPeopleCheck(era);
  const found: string[] = [];
  log.forEach((one, position) => {
    const { type, by, data, role = 'finance-officer', stream = payment, v = 2 } = one;
    const meta = { actor: by, role, command: one.command ?? String(position), correlation: '' };
    const event = { id: '', stream, revision: 0, type, v, time: '', data, meta, position };
    check.add(event as Recorded, (invariant, what) => {
      found.push(`${invariant}: ${what}`);
    });
  });
  check.finish((what) => found.push(`I4: ${what}`));
  return found;
}

/** Anything that only these rules make: from here on the log was written under them. */
export const UNDER_RULES = step(
  'PaymentOutcomeProposed',
  'somebody',
  { ...base, outcome: 'accepted' },
  { stream: 'payment-other' },
);
export const proposed = (by: string) =>
  step('PaymentOutcomeProposed', by, { ...base, outcome: 'rejected', reason: 'AC04' });
export const rejected = (by: string, more: Partial<Step> = {}, source = 'http') =>
  step('PaymentRejected', by, { ...base, source, reason: 'AC04' }, more);
export const again = (by: string) =>
  step('PaymentReinstructed', by, { ...base, attempt: 2 }, { v: 1 });
export const broken = (by: string, role: Role = 'payment-system') =>
  step(
    'PaymentBreakRecorded',
    by,
    { ...base, breakId, kind: 'settled-after-rejected', reported: 'settled' },
    { role },
  );
