import { describe, expect, test } from '@jest/globals';
import { parseJson } from '../../src/http/parse-json.js';
import { excessOfJson, JSON_LIMITS } from '../../src/kernel/json-limits.js';
import { NdjsonReader } from '../../src/tabular/records.js';

const MEBIBYTE = 1_048_576;
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const parsed = (text: string): unknown => parseJson(Buffer.from(text));

function steps(text: string): number {
  let count = 0;
  excessOfJson(text, JSON_LIMITS, () => {
    count += 1;
  });
  return count;
}

describe('JSON from outside', () => {
  test.each([
    ['brackets', '['.repeat(MEBIBYTE)],
    ['objects in objects', '{"a":'.repeat(MEBIBYTE / 5)],
    ['brackets that close', nested(MEBIBYTE / 2)],
  ])('of a mebibyte of %s is refused after its first characters', (_, text) => {
    expect(excessOfJson(text)).toBe('depth');
    expect(steps(text)).toBeLessThan(1_000);
    expect(() => parsed(text)).toThrow(expect.objectContaining({ code: 'TOO_DEEP' }));
  });
  test.each([
    ['empty lists', `[${'[],'.repeat(MEBIBYTE / 3)}[]]`],
    ['numbers', `[${'1,'.repeat(MEBIBYTE / 2)}1]`],
  ])('of a mebibyte of %s is refused before it is made', (_, text) => {
    expect(excessOfJson(text)).toBe('values');
    expect(() => parsed(text)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
  test('is looked at once, whatever it is', () => {
    for (const text of [
      `"${'\\"['.repeat(1_000)}"`,
      `"${'['.repeat(5_000)}`,
      '\\'.repeat(5_000),
      `{"a":"${'x'.repeat(5_000)}"}`,
    ])
      expect(steps(text)).toBeLessThanOrEqual(text.length);
  });
  test('has brackets and commas in its texts as it likes', () => {
    const value = { a: '['.repeat(1_000), b: ','.repeat(JSON_LIMITS.values + 1), c: '\\"[' };
    expect(parsed(JSON.stringify(value))).toEqual(value);
    const deepest = nested(JSON_LIMITS.depth);
    expect(parsed(deepest)).toEqual(JSON.parse(deepest));
    expect(excessOfJson(nested(JSON_LIMITS.depth + 1))).toBe('depth');
  });
  test.each(['{"a":["\\udc00"]}', '{"\\ud800":1}', '{"a":{"b":"x\\u0000"}}'])(
    'has no half characters and no null characters: %s',
    (text) => {
      expect(() => parsed(text)).toThrow(expect.objectContaining({ code: 'INVALID_TEXT' }));
    },
  );
  test('is held to it in each line of a table, and says so by its line', () => {
    const lines = ['{"a":1}', `{"a":${nested(100)}}`, '{"a":2}'];
    expect(new NdjsonReader().read({ first: 1, lines, bytes: 0 })).toEqual([
      { line: 1, record: { a: 1 } },
      { line: 2, reject: expect.objectContaining({ line: 2, code: 'JSON_INVALID' }) },
      { line: 3, record: { a: 2 } },
    ]);
  });
});
