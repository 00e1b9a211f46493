import { adjustmentDecider } from '../../correction/adjustment.decider.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { cycleId as cycleIdOf } from '../../kernel/ids.js';
import { monthsBetween } from '../../kernel/time.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import type { PolicyInForce } from '../../write-side/readers.js';
import { standing, type Past } from './past.rule.js';
import { differenceIn, householdOf, monthsThatDiffer } from './recompute.rule.js';
import { mayBePaid, unpaidFrom, type MonthsPaid } from './months-paid.rule.js';

type Month = ReturnType<typeof monthsThatDiffer>[number];
/** Policies by month. */
type Ruling = (period: string) => PolicyInForce | undefined;

/** What a household's months are held against. */
export interface HeldAgainst {
  readonly programmeId: string;
  /** Corrections that are being put on the accounts. */
  readonly approved: ReadonlySet<string>;
  readonly past: Past;
  /** The policy that a household is due a month under. */
  readonly rulingOf: (personId: string) => Ruling;
  /** The one that was first paid in a month. */
  readonly firstPaid: Ruling;
}

/** The events of a household. */
export interface HouseholdEvents {
  readonly personId: string;
  readonly enrolment: readonly Recorded[];
  readonly adjusted: readonly Recorded[];
  readonly owed: readonly Recorded[];
  /** Of its payments, by month. */
  readonly payments: ReadonlyMap<string, readonly Recorded[]>;
  /** What others were paid, or may have been, who had its identity. */
  readonly elsewhere?: MonthsPaid | undefined;
}

/**
 * What a household is due less what it was paid, in minor units, over all months that cycles paid
 * for good, where what is on its accounts counts as paid, and what may have been paid does too.
 * More than nothing: a correction would find arrears; less: that it was paid too much.
 * @returns undefined where the policy of a month on its account cannot be applied to its facts
 */
export function balanceOf(
  { programmeId, past, approved, rulingOf, firstPaid }: HeldAgainst,
  { personId, enrolment, adjusted, owed, payments, elsewhere }: HouseholdEvents,
): bigint | undefined {
  const ordered = [...payments].flatMap(([period, events]) => {
    const found = standing(events, past.closed.has(cycleIdOf(programmeId, period)));
    return found ? [{ ...found, isDoubted: false }] : [];
  });
  const accounts = [fold(adjustmentDecider, adjusted), fold(recoveryDecider, owed)] as const;
  // A store that writes one stream at a time may have a debt, and its account not yet.
  const pending = accounts[0].pending?.correctionId;
  if (pending !== undefined && approved.has(pending)) return undefined;
  const household = householdOf(enrolment, ...accounts, ordered);
  const [earliest] = [
    ...household.lives.map(({ startPeriod }) => startPeriod),
    ...ordered.flatMap(({ items }) => items.map(({ period }) => period)),
  ].sort();
  const { toPeriod, paidThrough } = past;
  if (earliest === undefined || toPeriod === undefined || earliest > toPeriod) return 0n;
  const elsewherePaid = elsewhere && { paid: mayBePaid(elsewhere), doubted: new Set<string>() };
  const onAccount = new Set(household.established.flatMap((one) => one.periods.map(periodOf)));
  const paid = new Set(ordered.flatMap(({ items }) => items.map(periodOf)));
  // A month that no cycle paid, and no correction found, is not due here.
  const isPaid = (month: string): boolean =>
    past.periods.includes(month) || paid.has(month) || onAccount.has(month);
  let isKnown = true;
  const months = monthsThatDiffer(
    { ...household, ...(elsewherePaid ? { elsewhere: elsewherePaid } : {}) },
    monthsBetween(earliest, toPeriod).filter(isPaid),
    rulingOf(personId),
    (period) => firstPaid(period)?.version,
    (period) => {
      isKnown &&= !onAccount.has(period);
    },
  );
  if (!isKnown) return undefined;
  const begun = unpaidFrom(enrolment, '9999-12', paidThrough);
  // What its first cycle is to pay still is not due here.
  const isDue = (month: Month): boolean => month.period < begun || differenceIn(month) < 0n;
  return months.filter(isDue).reduce((sum, month) => sum + differenceIn(month), 0n);
}

const periodOf = ({ period }: { readonly period: string }): string => period;
