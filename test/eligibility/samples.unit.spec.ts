import { describe, expect, test } from '@jest/globals';
import { readFactsSchema } from '../../src/eligibility/facts.js';
import { fullFacts, sampleFacts, valuesIn } from '../../src/eligibility/samples.js';

const object = (properties: Record<string, object>) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});
const modelOf = (properties: Record<string, object>) => readFactsSchema(object(properties));
/** The values of a field in all samples, each once. */
const samplesOf = (field: object): readonly unknown[] => [
  ...new Set([...sampleFacts(modelOf({ one: field }))].map(({ one }) => one)),
];
const list = (minItems: number, maxItems: number) => ({
  type: 'array',
  minItems,
  maxItems,
  items: object({ is: { type: 'boolean' }, code: { type: 'string', enum: ['a', 'b', 'c'] } }),
});
const lengthsOf = (minItems: number, maxItems: number) =>
  [...sampleFacts(modelOf({ one: list(minItems, maxItems) }))].map(
    ({ one }) => (one as readonly object[]).length,
  );

describe('samples of facts', () => {
  test('meet each value at an edge', () => {
    expect(samplesOf({ type: 'boolean' })).toEqual([false, true]);
    expect(samplesOf({ type: 'string', enum: ['a', 'b'] })).toEqual(['a', 'b']);
    expect(samplesOf({ type: 'integer', minimum: -5, maximum: 2_000 })).toEqual([
      ...[-5, 2_000, 0, 1, -1, 2, 10, 100, 1_000, 997],
    ]);
    expect(samplesOf({ type: 'integer', minimum: 1, maximum: 2 })).toEqual([1, 2]);
  });

  test('are of people of each age that a rule may ask for, in September 2025', () => {
    const months = samplesOf({ type: 'string', format: 'month' });
    const years = [2025, 2022, 2020, 2019, 2013, 2008, 2007, 2005, 2004, 1985, 1966, 1965];
    expect(months).toEqual([...years, 1960, 1935].map((year) => `${year}-09`));
    expect(samplesOf({ type: 'string', format: 'date' })).toEqual(
      months.map((month) => `${month as string}-15`),
    );
  });

  test('have lists that are empty, short and full', () => {
    expect(lengthsOf(0, 20).slice(0, 6)).toEqual([0, 1, 2, 3, 6, 20]);
    expect(lengthsOf(2, 5).slice(0, 3)).toEqual([2, 3, 5]);
    expect(new Set(lengthsOf(2, 5))).toEqual(new Set([2, 3, 5]));
  });

  test('are 64, the same each time, and mix the values of different fields', () => {
    const model = modelOf({ a: { type: 'boolean' }, b: { type: 'boolean' }, c: list(0, 6) });
    const samples = [...sampleFacts(model)];
    expect(samples).toHaveLength(64);
    expect([...sampleFacts(model)]).toEqual(samples);
    const mixes = new Set(samples.map(({ a, b }) => `${String(a)} ${String(b)}`));
    expect(mixes.size).toBe(4);
    const members = samples.flatMap(({ c }) => c as readonly { is: boolean; code: string }[]);
    expect(new Set(members.map(({ is, code }) => `${is} ${code}`)).size).toBe(6);
  });
});

test('full facts have as many members as may be, which differ as far as their values do', () => {
  const model = modelOf({ one: { type: 'integer', minimum: 3, maximum: 9 }, all: list(0, 4) });
  expect(fullFacts(model)).toEqual({
    one: 3,
    all: [
      { is: false, code: 'a' },
      { is: true, code: 'b' },
      { is: false, code: 'c' },
      { is: true, code: 'a' },
    ],
  });
  expect(valuesIn(model)).toBe(1 + 4 * 2);
});
