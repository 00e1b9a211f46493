import { expect, test } from '@jest/globals';
import {
  bankingDay,
  DEFAULT_CALENDAR,
  parseCalendar,
  requireMeant,
  warningsOfDate,
} from '../../src/programme/calendar.rule.js';

const codes = (date: string, today: string, calendar = DEFAULT_CALENDAR): readonly string[] =>
  warningsOfDate(date, today, calendar).map(({ code }) => code);

test.each([
  ['2026-03-02', '2026-03-01', []],
  ['2026-03-01', '2026-03-01', ['EXECUTION_DATE_CLOSED']],
  ['2026-02-27', '2026-03-01', ['EXECUTION_DATE_PAST']],
  ['2026-02-28', '2026-03-01', ['EXECUTION_DATE_PAST', 'EXECUTION_DATE_CLOSED']],
  ['2026-06-01', '2026-03-01', []],
  ['2026-06-02', '2026-03-01', ['EXECUTION_DATE_FAR']],
  ['2062-03-02', '2026-03-01', ['EXECUTION_DATE_FAR']],
])('%s, asked on %s, is told as %j', (date, today, expected) => {
  expect(codes(date, today)).toEqual(expected);
});

test('a programme has its own weekend and holidays', () => {
  const calendar = parseCalendar(['saturday', 'friday'], ['2026-03-22', '2026-03-19']);
  expect(calendar).toEqual({
    weekend: ['friday', 'saturday'],
    holidays: ['2026-03-19', '2026-03-22'],
  });
  expect(codes('2026-03-22', '2026-03-01', calendar)).toEqual(['EXECUTION_DATE_CLOSED']);
  expect(codes('2026-03-29', '2026-03-01', calendar)).toEqual([]);
  expect(bankingDay(calendar, '2026-03-19')).toBe('2026-03-23');
  expect(codes('2026-03-01', '2026-03-01', parseCalendar([], []))).toEqual([]);
});

test.each([
  [['domenica'], [], 'weekend'],
  [['sunday', 'sunday'], [], 'weekend'],
  [[], ['2026-02-30'], 'holidays/0'],
])('%j with %j is no calendar', (weekend, holidays, field) => {
  expect(() => parseCalendar(weekend, holidays)).toThrow(expect.objectContaining({ field }));
});

test('a closed day at the end of the calendar is refused by its name', () => {
  const calendar = parseCalendar(['friday'], ['9999-12-30']);
  expect(bankingDay(calendar, '9999-12-29')).toBe('9999-12-29');
  for (const date of ['9999-12-30', '9999-12-31'])
    expect(() => warningsOfDate(date, '2026-03-01', calendar)).toThrow(
      expect.objectContaining({ code: 'INVALID_DATE', field: 'executionDate' }),
    );
});

test('an odd day must be meant', () => {
  const odd = warningsOfDate('2026-03-01', '2026-03-05', DEFAULT_CALENDAR);
  expect(() => requireMeant(odd)).toThrow(
    expect.objectContaining({ code: 'EXECUTION_DATE_ODD', field: 'executionDate' }),
  );
  expect(() => requireMeant([])).not.toThrow();
});
