import type { EventStore } from '../../adapters/event-store/port.js';
import { cycleId as cycleIdOf, partsOfCycle } from '../../kernel/ids.js';
import { localDateOf, parseLocalDate } from '../../kernel/time.js';
import {
  DEFAULT_CALENDAR,
  requireMeant,
  warningsOfDate,
  type Warning,
} from '../../programme/calendar.rule.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { monthsPassedOver } from './cycle-order.rule.js';
import { cyclesOf, readCycle } from '../../cycle/cycle-reader.js';
import { monthsPaidBy } from '../households/months-paid.rule.js';
import { policiesPaid } from './version-paid.js';

/** When a bank is to execute, and whether that day is meant however odd it is. */
export interface ExecutionDay {
  readonly executionDate: string;
  readonly anyDay?: boolean | undefined;
}

/**
 * The versions marked as not verified that a cycle pays months under: its own, and where it pays
 * back those of earlier months. Its payments are read only where an earlier version is marked so.
 */
async function unverified(
  store: EventStore,
  month: Parameters<typeof policiesPaid>[1] & { readonly period: string },
): Promise<Warning[]> {
  const { programmeId, period } = month;
  const policies = await policiesPaid(store, month);
  const { version } = policies.policyOf(period);
  const found = new Map<number, string>();
  if (policies.isUnverified(version)) found.set(version, '');
  const earlier = new Set(
    Array.from({ length: version - 1 }, (_, i) => i + 1).filter(policies.isUnverified),
  );
  const payments = pagesOf(store, `payment-${cycleIdOf(programmeId, period)}-`);
  if (earlier.size > 0)
    for await (const page of payments)
      for (const paid of new Set(page.flatMap(({ events }) => monthsPaidBy(events, false)))) {
        const under = policies.policyOf(paid).version;
        if (earlier.delete(under)) found.set(under, `, which ${paid} is paid under,`);
      }
  return [...found].map(([number, months]) => ({
    code: 'POLICY_UNVERIFIED',
    detail: `Version ${number} of the policy${months} is marked as not verified.`,
  }));
}

/**
 * What whoever decides on a cycle should know before: that its policy is marked as not verified,
 * that months before it are paid by no cycle, that nobody compares the accounts of its payees, and
 * what is odd about the day on which the bank is to execute. An odd day is refused unless it is
 * meant, before anything is released; where the programme set no calendar, banks are closed on
 * Saturdays and Sundays.
 * @param now UTC instant
 * @throws DomainError EXECUTION_DATE_ODD, INVALID_DATE, PROGRAMME_NOT_FOUND, NO_POLICY_FOR_PERIOD
 */
export async function warningsOf(
  store: EventStore,
  cycleId: string,
  day?: ExecutionDay,
  now = '',
): Promise<readonly Warning[]> {
  const { programmeId, period } = partsOfCycle(cycleId);
  const [programme, cycle, others] = await Promise.all([
    new PolicyReader(store).programme(programmeId),
    readCycle(store, cycleId),
    cyclesOf(store, programmeId),
  ]);
  // Of what is not there, whoever asked is told when it is decided on.
  const warnings: Warning[] =
    cycle.status === 'none' && day ? [] : await unverified(store, { programmeId, period, cycle });
  const passedOver = monthsPassedOver(others, { cycleId, period });
  if (passedOver.length > 0)
    warnings.push({
      code: 'MONTHS_PASSED_OVER',
      detail:
        `No cycle pays ${[...new Set([passedOver[0], passedOver.at(-1)])].join(' to ')}: prepare what is ` +
        'missing before this one, or have a correction find what was due.',
    });
  if (!programme.rules.some(({ check }) => check === 'shared-account'))
    warnings.push({
      code: 'ACCOUNTS_NOT_COMPARED',
      detail:
        'The programme has no check of accounts that several payees share: a household that was ' +
        'taken in under two spellings of its identity is paid for both.',
    });
  if (!day) return warnings;
  const executionDate = parseLocalDate(day.executionDate, 'executionDate');
  const today = localDateOf(now, programme.definition.timeZone);
  const odd = warningsOfDate(executionDate, today, programme.calendar ?? DEFAULT_CALENDAR);
  if (day.anyDay !== true) requireMeant(odd);
  return [...warnings, ...odd];
}
