import { expect, test } from '@jest/globals';
import type { Finding } from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import {
  MAX_UNCLEAR,
  refusalOf,
  saidOn,
  tooLarge,
} from '../../src/use-cases/statements/file-refusal.rule.js';

const end = (...findings: readonly Finding[]) => ({ findings, findingCount: findings.length * 12 });
const finding: Finding = {
  code: 'SUM_DIFFERS',
  element: 'CtrlSum',
  detail: 'x'.repeat(2_000),
  place: { line: 7, column: 3 },
};

test('a file in which nothing was found is applied', () => {
  expect(refusalOf({ end: end(), unclear: MAX_UNCLEAR }, false)).toBeUndefined();
});

test('one with findings waits, and is applied once a person released it', () => {
  const found = { end: end(finding), unclear: 0 };
  const refusal = refusalOf(found, false);
  expect(refusal).toMatchObject({ code: 'SUM_DIFFERS', findings: 12 });
  expect(refusal!.detail).toMatch(/^Line 7, column 3: x+$/);
  expect(refusal!.detail).toHaveLength(1_000);
  expect(refusalOf(found, true)).toBeUndefined();
});

test('one of which too much names nobody is refused, also where a person released it', () => {
  expect(refusalOf({ end: end(), unclear: MAX_UNCLEAR + 1 }, true)).toMatchObject({
    code: 'TOO_MANY_UNCLEAR',
  });
});

test.each([
  ['2026-01-05T09:00:00', '2026-01-05'],
  ['2026-13-45T09:00:00', undefined],
  ['5 January', undefined],
  [undefined, undefined],
])('a message that gives itself the date %s is of %s', (createdAt, day) => {
  const first = { createdAt: '2026-01-02T09:00:00' };
  const second = createdAt === undefined ? {} : { createdAt };
  expect(saidOn({ messages: [first, second] })).toEqual(['2026-01-02', day]);
  expect(saidOn({ messages: [] })).toEqual([]);
});

test('one of more than an event can hold is refused: an entry, or what they come to', () => {
  const of = (debitMinor: string, creditMinor: string) => ({
    turnover: [{ currency: 'MAD', debitMinor, creditMinor }],
  });
  const most = '9'.repeat(18);
  expect(tooLarge(of(most, most), false)).toBeUndefined();
  for (const [end, isOfEntry] of [
    [of(`1${most}`, '0'), false],
    [of('0', `1${most}`), false],
    [of('0', '0'), true],
  ] as const)
    expect(tooLarge(end, isOfEntry)).toMatchObject({ code: 'AMOUNT_TOO_LARGE' });
});
