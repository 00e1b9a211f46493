import type { EventData } from '../../events/generated.js';
import { contentHash } from '../kernel/canonical.js';
import type { Draft } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { addDays, dayOfWeek, parseLocalDate } from '../kernel/time.js';

/** Days on which banks do not execute. */
export type Calendar = Pick<EventData['CalendarSet'], 'weekend' | 'holidays'>;

/** Of a programme that set none. */
export const DEFAULT_CALENDAR: Calendar = { weekend: ['saturday', 'sunday'], holidays: [] };

const DAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const satisfies readonly Calendar['weekend'][number][];

/** Something that whoever decides should know, and that refuses nothing. */
export interface Warning {
  readonly code: string;
  readonly detail: string;
}

/** @throws DomainError INVALID_FIELD, INVALID_DATE */
export function parseCalendar(weekend: readonly string[], holidays: readonly string[]): Calendar {
  const days = DAYS.filter((day) => weekend.includes(day));
  if (days.length !== weekend.length)
    throw new DomainError(
      'INVALID_FIELD',
      `weekend has days of the week, each once: ${DAYS.join(', ')}.`,
      'invalid',
      'weekend',
    );
  requireHolidays(holidays);
  return { weekend: days, holidays: [...new Set(holidays)].sort() };
}

/** @throws DomainError INVALID_DATE for a holiday that no calendar has */
function requireHolidays(holidays: readonly string[]): void {
  holidays.forEach((day, i) => parseLocalDate(day, `holidays/${i}`));
}

const weekdayOf = (date: string): (typeof DAYS)[number] => DAYS[dayOfWeek(date)]!;

const closedOn = ({ weekend, holidays }: Calendar, date: string): string | undefined => {
  const day = weekdayOf(date);
  if (holidays.includes(date)) return 'a holiday';
  return weekend.includes(day) ? `a ${day[0]!.toUpperCase()}${day.slice(1)}` : undefined;
};

/** The log has years of four digits. */
const LAST_DAY = '9999-12-31';

/**
 * The day itself or the first after it on which banks execute.
 * @throws DomainError INVALID_DATE where the calendar ends before one
 */
export function bankingDay(calendar: Calendar, date: string): string {
  let day = date;
  // A weekend has six days at most, and holidays are a thousand at most.
  while (closedOn(calendar, day) !== undefined) {
    if (day >= LAST_DAY)
      throw new DomainError(
        'INVALID_DATE',
        `Banks execute on no day from ${date} to the end of the calendar.`,
        'invalid',
        'executionDate',
      );
    day = addDays(day, 1);
  }
  return day;
}

/**
 * Days after today beyond which a day is rather a mistyped year: what is released comes back to
 * nobody.
 */
const DAYS_AHEAD = 92;

/** What is odd about a date on which a bank is to execute, told before it is. */
export function warningsOfDate(
  executionDate: string,
  today: string,
  calendar: Calendar,
): readonly Warning[] {
  const warnings: Warning[] = [];
  if (executionDate < today)
    warnings.push({
      code: 'EXECUTION_DATE_PAST',
      detail: `${executionDate} is before today, ${today}.`,
    });
  if (executionDate > addDays(today, DAYS_AHEAD))
    warnings.push({
      code: 'EXECUTION_DATE_FAR',
      detail: `${executionDate} is more than ${DAYS_AHEAD} days after today, ${today}.`,
    });
  const closed = closedOn(calendar, executionDate);
  if (closed !== undefined)
    warnings.push({
      code: 'EXECUTION_DATE_CLOSED',
      detail: `${executionDate} is ${closed}; banks execute on ${bankingDay(calendar, executionDate)}.`,
    });
  return warnings;
}

/** An odd date takes somebody who means it. @throws DomainError EXECUTION_DATE_ODD */
export function requireMeant(warnings: readonly Warning[], field = 'executionDate'): void {
  const [first] = warnings;
  if (!first) return;
  throw new DomainError(
    'EXECUTION_DATE_ODD',
    `${warnings.map(({ detail }) => detail).join(' ')} Name another day, or say that it is meant (anyDay).`,
    'rule',
    field,
  );
}

export function setCalendar(
  known: Calendar | undefined,
  { programmeId, weekend, holidays }: EventData['CalendarSet'],
): readonly Draft<'CalendarSet'>[] {
  requireHolidays(holidays);
  return known && contentHash(known) === contentHash({ weekend, holidays })
    ? []
    : [{ type: 'CalendarSet', data: { programmeId, weekend, holidays } }];
}
