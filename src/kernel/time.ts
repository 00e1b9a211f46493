import { DomainError } from './errors.js';

const PERIOD = /^[0-9]{4}-(0[1-9]|1[0-2])$/;
/** ISO 8601 has a year 0000; the dates of XML Schema, and so of banks' messages, have none. */
const DATE = /^(?!0000)([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;

/** @throws DomainError INVALID_PERIOD */
export function parsePeriod(text: string, field = 'period'): string {
  if (typeof text !== 'string' || !PERIOD.test(text))
    throw new DomainError('INVALID_PERIOD', `${field} is not a month YYYY-MM.`, 'invalid', field);
  return text;
}

/** @throws DomainError INVALID_DATE also for days that the calendar does not have */
export function parseLocalDate(text: string, field = 'date'): string {
  const match = typeof text === 'string' ? DATE.exec(text) : null;
  if (!match || Number(match[3]) > daysInMonth(Number(match[1]), Number(match[2]))) {
    throw new DomainError(
      'INVALID_DATE',
      `${field} is not a civil date YYYY-MM-DD.`,
      'invalid',
      field,
    );
  }
  return text;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) {
    const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return isLeapYear ? 29 : 28;
  }
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Months since year 0; periods compare and subtract as these. */
export const monthIndex = (period: string): number =>
  Number(period.slice(0, 4)) * 12 + Number(period.slice(5, 7)) - 1;

export function periodOfIndex(index: number): string {
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}
export const addMonths = (period: string, months: number): string =>
  periodOfIndex(monthIndex(period) + months);

/** The periods from one to another, both included; none where the first is later. */
export function monthsBetween(fromPeriod: string, toPeriod: string): readonly string[] {
  const months: string[] = [];
  for (let month = fromPeriod; month <= toPeriod; month = addMonths(month, 1)) months.push(month);
  return months;
}

/** Last civil day of a period. */
export const lastDayOf = (period: string): string =>
  `${period}-${String(daysInMonth(Number(period.slice(0, 4)), Number(period.slice(5, 7)))).padStart(2, '0')}`;

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** 0 for a Sunday to 6 for a Saturday. */
export const dayOfWeek = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();

/** Whether a text is an instant in UTC, as the log has them. */
export const isInstant = (text: string): boolean =>
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$/.test(text) &&
  !Number.isNaN(Date.parse(text));

const LOGGED =
  /^(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8]|(29|30|31))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$/;

/** Whether a text is an instant in the one form that the log writes, of a day that there is. */
export function isLoggedInstant(text: string): boolean {
  const match = LOGGED.exec(text);
  if (!match) return false;
  return match[1] === undefined || isDay(text.slice(0, 10), Number(match[1]));
}

const isDay = (date: string, day: number): boolean =>
  day <= daysInMonth(Number(date.slice(0, 4)), Number(date.slice(5, 7)));

/**
 * An instant as the log writes it, with milliseconds, so that the two compare as texts.
 * @throws DomainError INVALID_INSTANT also for days that the calendar does not have
 */
export function parseInstant(text: string, field = 'instant'): string {
  const instant = isInstant(text) ? new Date(text).toISOString() : '';
  // A clock shows no second 60 and no hour 24; Date carries them over, and 30 February besides.
  if (instant === '' || instant.slice(0, 19) !== text.slice(0, 19))
    throw new DomainError(
      'INVALID_INSTANT',
      `${field} is not a UTC instant such as 2026-03-01T08:00:00Z.`,
      'invalid',
      field,
    );
  return instant;
}

/** The instant so many days of 24 hours earlier. */
export const daysBefore = (instant: string, days: number): string =>
  `${addDays(instant.slice(0, 10), -days)}${instant.slice(10)}`;

/** Whole days of 24 hours from an instant to another; 0 where the other is before it. */
export const daysBetween = (from: string, to: string): number =>
  Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000));

/** The civil date of a UTC instant in an IANA time zone. */
export function localDateOf(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date(instant));
}

/**
 * Completed years from a birth month (YYYY-MM) at the end of a period (YYYY-MM). Negative before
 * birth.
 */
export const ageInYears = (birthMonth: string, period: string): number =>
  Math.floor((monthIndex(period) - monthIndex(birthMonth)) / 12);
