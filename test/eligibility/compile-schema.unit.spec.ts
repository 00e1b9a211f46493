import { expect, test } from '@jest/globals';
import { compileSchema } from '../../src/eligibility/compile-schema.js';

test('a schema that was compiled is remembered by what it says', () => {
  const schema = () => ({ type: 'object', properties: { one: { type: 'boolean' } } });
  expect(compileSchema(schema())).toBe(compileSchema(schema()));
  expect(compileSchema({ type: 'object' })).not.toBe(compileSchema(schema()));
});

test('a keyword that nobody knows is refused, a property that is only required is not', () => {
  expect(() => compileSchema({ type: 'object', propertees: {} })).toThrow();
  const check = compileSchema({ required: ['one'], properties: { two: { minimum: 1 } } });
  expect(check({ one: 1, two: 1 })).toBe(true);
  expect(check({ one: 1, two: 0 })).toBe(false);
  expect(check({ two: 1 })).toBe(false);
});

test('what somebody sent has what it has by itself', () => {
  expect(compileSchema({ required: ['one'] })(Object.create({ one: 1 }))).toBe(false);
});
