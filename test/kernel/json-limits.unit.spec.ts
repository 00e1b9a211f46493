import { describe, expect, test } from '@jest/globals';
import { parseJson } from '../../src/http/parse-json.js';
import { textOfJson } from '../../src/cli/json-file.js';
import {
  excessOfJson,
  JSON_LIMITS,
  JsonRefused,
  lossOfJson,
  parseAsMeant,
} from '../../src/kernel/json-limits.js';
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
  test.each([
    ['a field twice', '{"amount":"500.00","amount":"5.00"}'],
    ['a field twice, one spelled with an escape', '{"amount":"1.00","a\\u006dount":"2.00"}'],
    ['a field twice far inside', '{"a":[1,{"b":{"c":1,"d":":","c":1}}]}'],
  ])('that says one thing twice is refused: %s', (_, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(() => parsed(text)).toThrow(expect.objectContaining({ code: 'MALFORMED_JSON' }));
    expect(new NdjsonReader().read({ first: 7, lines: [text], bytes: 0 })).toEqual([
      { line: 7, reject: expect.objectContaining({ line: 7, code: 'JSON_INVALID' }) },
    ]);
    expect(() => parseAsMeant(text)).toThrow(JsonRefused);
  });
  test.each([
    ['more digits than a number holds', '{"amount":500.0000000000000001}'],
    ['a whole number that no number holds', '{"score":9007199254740993}'],
    ['a number that becomes nothing', '{"score":1e-400}'],
    ['a number without an end', '{"score":1e400}'],
    ['a number of a thousand digits', `{"score":0.${'0'.repeat(1_000)}1}`],
  ])('that would be read as another number is refused: %s', (_, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(() => parsed(text)).toThrow(expect.objectContaining({ code: 'MALFORMED_JSON' }));
    const [line] = new NdjsonReader().read({ first: 7, lines: [text], bytes: 0 });
    expect(Object.values((line as { record: object }).record)).toEqual([NaN]);
    expect(() => parseAsMeant(text)).toThrow(JsonRefused);
  });
  test('of every number that is exact, and of fields that only look alike, is read', () => {
    const text =
      '{"a":9007199254740991,"b":-0.000001,"c":1e3,"d":500.0000000000000000000,"e":0.0,"h":1500.3000000000002,"i":-1.5E+2,"A":":,1e400","f":{"a":1},"g":[{"a":1},{"a":2}]}';
    expect(parsed(text)).toEqual(JSON.parse(text));
    expect(lossOfJson(text, JSON.parse(text))).toBeUndefined();
  });
  test('that is not UTF-8 is refused, and no name with lost characters is made of it', () => {
    const latin1 = Buffer.from('{"name":"Jos\u00e9"}', 'latin1');
    expect(() => parseJson(latin1)).toThrow(expect.objectContaining({ code: 'MALFORMED_JSON' }));
    expect(() => textOfJson(latin1)).toThrow(JsonRefused);
    expect(textOfJson(Buffer.from('\ufeff{"name":"Jos\u00e9"}'))).toBe('{"name":"Jos\u00e9"}');
  });
  test('is held to it in each line of a table, and says so by its line', () => {
    const lines = ['{"a":1}', `{"a":${nested(100)}}`, '{"a":2}'];
    expect(new NdjsonReader().read({ first: 1, lines, bytes: 0 })).toEqual([
      { line: 1, record: { a: 1 } },
      { line: 2, reject: expect.objectContaining({ line: 2, code: 'JSON_INVALID' }) },
      { line: 3, record: { a: 2 } },
    ]);
  });
});
