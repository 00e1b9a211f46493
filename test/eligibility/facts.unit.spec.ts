import { describe, expect, it } from '@jest/globals';
import { factsValidator, readFactsSchema } from '../../src/eligibility/facts.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { factsSchema, household, policyOf, refusal } from './policy.fixtures.js';

describe('facts', () => {
  const compiled = compilePolicy(policyOf({}));

  it.each([
    ['a missing fact', { rural: true, members: [] }, 'facts/income'],
    ['an unknown fact', { ...household(0), extra: 1 }, 'facts/extra'],
    [
      'a prototype',
      JSON.parse('{"__proto__":{"income":1},"income":1,"rural":true,"members":[]}'),
      'facts/__proto__',
    ],
    ['inherited facts', Object.create(household(0)), 'facts/income'],
    ['a fraction', household(0, 1.5), 'facts/income'],
    ['a value out of bounds', household(0, -1), 'facts/income'],
    ['a number as text', { ...household(0), income: '5' }, 'facts/income'],
    [
      'a month that does not exist',
      { ...household(0), members: [{ birthMonth: '2015-13', role: 'child' }] },
      'facts/members/0/birthMonth',
    ],
    [
      'another code',
      { ...household(0), members: [{ birthMonth: '2015-12', role: 'king' }] },
      'facts/members/0/role',
    ],
    ['a list that is too long', household(21), 'facts/members'],
    ['no object', null, 'facts'],
  ])('refuses %s and names the field', (_, facts, field) => {
    expect(refusal(() => compiled.validateFacts(facts))).toMatchObject({
      code: 'FACTS_INVALID',
      kind: 'invalid',
      field,
    });
  });

  it('names no more than 60 characters of what is no fact', () => {
    const fact = 'f'.repeat(61);
    expect(refusal(() => compiled.validateFacts({ ...household(0), [fact]: 1 })).field).toBe(
      `facts/${fact.slice(1)}`,
    );
  });

  it('never quotes a value', () => {
    expect(
      refusal(() =>
        compiled.validateFacts({
          ...household(0),
          members: [{ birthMonth: 'Fatima', role: 'child' }],
        }),
      ).detail,
    ).not.toContain('Fatima');
  });
});

describe('the dates in facts that come in', () => {
  const born = (birthMonth: string) => ({
    ...household(0),
    members: [
      { birthMonth: '2015-06', role: 'adult' },
      { birthMonth, role: 'child' },
    ],
  });
  const { properties } = factsSchema;
  const membersWith = (birthMonth: object) => ({
    ...factsSchema,
    properties: {
      ...properties,
      members: {
        ...properties.members,
        items: {
          ...properties.members.items,
          properties: { ...properties.members.items.properties, birthMonth },
        },
      },
    },
  });
  const month = { type: 'string', format: 'month' };

  it.each(['9999-03', '2026-01', '0000-01', '1899-12'])('are not %s', (birthMonth) => {
    const compiled = compilePolicy(policyOf({}));
    expect(refusal(() => compiled.takeFacts(born(birthMonth), '2025-12-03'))).toMatchObject({
      code: 'FACTS_INVALID',
      kind: 'invalid',
      field: 'facts/members/1/birthMonth',
    });
    expect(compiled.validateFacts(born(birthMonth))).toEqual(born(birthMonth));
  });
  it.each(['2025-12', '1900-01'])('may be %s', (birthMonth) => {
    const compiled = compilePolicy(policyOf({}));
    expect(compiled.takeFacts(born(birthMonth), '2025-12-03')).toEqual(born(birthMonth));
  });
  it('may be later, or not as early, where the policy says so', () => {
    const limits = { ...month, formatMinimum: '2010-01', formatMaximum: '2030-12' };
    const compiled = compilePolicy(policyOf({ schema: membersWith(limits) }));
    expect(compiled.takeFacts(born('2030-12'), '2025-12-03')).toEqual(born('2030-12'));
    for (const birthMonth of ['2031-01', '2009-12'])
      expect(refusal(() => compiled.takeFacts(born(birthMonth), '2025-12-03'))).toMatchObject({
        code: 'FACTS_INVALID',
      });
  });
  it('have a day where the fact has one', () => {
    const schema = membersWith({ type: 'string', format: 'date' });
    const compiled = compilePolicy(policyOf({ schema }));
    const on = (date: string) => ({
      ...household(0),
      members: [{ birthMonth: date, role: 'child' }],
    });
    expect(compiled.takeFacts(on('2025-12-03'), '2025-12-03')).toEqual(on('2025-12-03'));
    expect(refusal(() => compiled.takeFacts(on('2025-12-04'), '2025-12-03'))).toMatchObject({
      field: 'facts/members/0/birthMonth',
    });
  });
  it.each(['2025', '2025-12-03', 5])('a limit is written as the fact is: %s', (formatMaximum) => {
    const schema = membersWith({ ...month, formatMaximum });
    expect(refusal(() => compilePolicy(policyOf({ schema })))).toMatchObject({
      code: 'POLICY_INVALID',
    });
  });
});

describe('a facts schema', () => {
  const object = (properties: Record<string, unknown>) => ({
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
  });
  const read = (properties: Record<string, unknown>) => readFactsSchema(object(properties), 'at');
  const field = (of: unknown) => read({ one: of }).get('one');
  const refusedAt = (place: string, schema: unknown) =>
    expect(refusal(() => readFactsSchema(schema, 'at'))).toMatchObject({
      code: 'POLICY_INVALID',
      kind: 'invalid',
      field: `at${place}`,
    });
  const fieldRefusedAt = (place: string, of: unknown) =>
    refusedAt(`/properties/one${place}`, object({ one: of }));
  const members = object({ a: { type: 'boolean' } });
  const MONTH = '^[0-9]{4}-(0[1-9]|1[0-2])$';
  const DATE = '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$';

  it('is read field by field', () => {
    expect(field({ type: 'boolean' })).toEqual({ kind: 'bool' });
    expect(field({ type: 'integer' })).toEqual({
      kind: 'int',
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
    });
    expect(field({ type: 'integer', minimum: 3, maximum: 3 })).toEqual({
      kind: 'int',
      minimum: 3,
      maximum: 3,
    });
    expect(field({ type: 'string', enum: ['a', 'b'] })).toEqual({
      kind: 'string',
      form: { oneOf: ['a', 'b'] },
    });
    expect(field({ type: 'array', maxItems: 1, items: members })).toEqual({
      kind: 'list',
      minItems: 0,
      maxItems: 1,
      member: new Map([['a', { kind: 'bool' }]]),
    });
    expect(field({ type: 'array', minItems: 100, maxItems: 100, items: members })).toMatchObject({
      minItems: 100,
      maxItems: 100,
    });
  });

  it.each([
    ['month', { format: 'month' }],
    ['month', { pattern: MONTH }],
    ['date', { format: 'date' }],
    ['date', { pattern: DATE }],
  ])('has a %s by %j', (form, given) => {
    expect(field({ type: 'string', ...given })).toEqual({ kind: 'string', form });
  });

  it('has the first and the last of its months and dates, as they are written', () => {
    const month = { type: 'string', format: 'month' };
    expect(field({ ...month, formatMinimum: '2000-01' })).toEqual({
      kind: 'string',
      form: 'month',
      earliest: '2000-01',
    });
    expect(field({ ...month, formatMaximum: '2000-12' })).toEqual({
      kind: 'string',
      form: 'month',
      latest: '2000-12',
    });
    const date = { type: 'string', format: 'date' };
    expect(field({ ...date, formatMinimum: '2000-01-31' })).toMatchObject({
      form: 'date',
      earliest: '2000-01-31',
    });
    fieldRefusedAt('/formatMinimum', { ...month, formatMinimum: '2000-13' });
    fieldRefusedAt('/formatMaximum', { ...date, formatMaximum: '2000-01-32' });
    fieldRefusedAt('/formatMaximum', { ...date, formatMaximum: 20_000_101 });
    fieldRefusedAt('/formatMaximum', { ...month, formatMaximum: ['2000-12'] });
  });

  it('may say what a field is for', () => {
    const said = { title: 'One', description: 'What it is', $comment: 'Why' };
    expect(field({ type: 'boolean', ...said })).toEqual({ kind: 'bool' });
    const whole = { ...object({ one: { type: 'boolean' } }), $schema: 'x', $id: 'y', ...said };
    expect([...readFactsSchema(whole).keys()]).toEqual(['one']);
  });

  it.each([
    ['a keyword of another type', '', { type: 'boolean', minimum: 0 }],
    ['a keyword that nobody knows', '', { type: 'string', format: 'date', minLength: 1 }],
    ['a keyword of a list that nobody knows', '', { type: 'array', uniqueItems: true }],
    ['a fraction as its least', '/minimum', { type: 'integer', minimum: 0.5 }],
    ['a fraction as its most', '/maximum', { type: 'integer', maximum: 0.5 }],
    ['half a member as its least', '/minItems', { type: 'array', minItems: 0.5 }],
    ['half a member as its most', '/maxItems', { type: 'array', maxItems: 0.5 }],
    ['a least above its most', '', { type: 'integer', minimum: 2, maximum: 1 }],
    ['no code at all', '/enum', { type: 'string', enum: [] }],
    ['something that is no list of codes', '/enum', { type: 'string', enum: 'a' }],
    ['a code twice', '/enum', { type: 'string', enum: ['a', 'a'] }],
    ['a code that is a number', '/enum', { type: 'string', enum: ['a', 1] }],
    ['a code with a blank', '/enum', { type: 'string', enum: ['a b'] }],
    ['nothing that is an object', '', null],
    ['a text for an object', '', 'integer'],
    ['a list for an object', '', []],
    ['no type', '/type', {}],
    ['a list of nothing', '/maxItems', { type: 'array', maxItems: 0, items: members }],
    ['a list that is too long', '/maxItems', { type: 'array', maxItems: 101, items: members }],
    [
      'a list of fewer than none',
      '/maxItems',
      { type: 'array', minItems: -1, maxItems: 5, items: members },
    ],
    [
      'a list whose least is above its most',
      '/maxItems',
      { type: 'array', minItems: 6, maxItems: 5, items: members },
    ],
    ['a list without members', '/items', { type: 'array', maxItems: 5 }],
    [
      'a list in a list',
      '/items/properties/a/type',
      { type: 'array', maxItems: 5, items: object({ a: { type: 'array' } }) },
    ],
  ])('is refused with %s', (_, place, of) => {
    fieldRefusedAt(place, of);
  });

  it('has at most 100 codes of a fact', () => {
    const codes = (count: number) => Array.from({ length: count }, (_, at) => `c${at}`);
    expect(field({ type: 'string', enum: codes(100) })).toMatchObject({ kind: 'string' });
    fieldRefusedAt('/enum', { type: 'string', enum: codes(101) });
  });

  it('declares 1 to 50 facts', () => {
    const facts = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, { type: 'boolean' }]));
    expect(read(facts(50)).size).toBe(50);
    refusedAt('/properties', object(facts(51)));
    refusedAt('/properties', object({}));
  });

  it('is a closed object that requires every fact', () => {
    const good = object({ one: { type: 'boolean' } });
    refusedAt('/type', { ...good, type: 'array' });
    refusedAt('/required', { ...good, required: 'one' });
    refusedAt('/required', { ...good, required: undefined });
    refusedAt('/required', { ...good, required: ['two'] });
    refusedAt('/required', { ...good, required: ['one', 'two'] });
    refusedAt('/properties', { ...good, properties: ['one'] });
    refusedAt('', { ...good, surplus: true });
    fieldRefusedAt('/items', { type: 'array', maxItems: 5, items: { ...members, $id: 'x' } });
  });

  it.each([
    ...['prototype', 'rank', 'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue'],
    ...['else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return'],
    ...['var', 'void', 'while', 'cel', 'toString', 'two words', '1st'],
  ])('has no fact of the name %s', (name) => {
    refusedAt(`/properties/${name}`, object({ [name]: { type: 'boolean' } }));
  });

  it.each([
    ['boolean', { type: 'boolean' }, [true, false], ['true', 1]],
    ['number', { type: 'integer', minimum: 1, maximum: 2 }, [1, 2], [0, 3, 1.5, '1']],
    ['code', { type: 'string', enum: ['a', 'b'] }, ['a', 'b'], ['c', 1]],
    ['month', { type: 'string', format: 'month' }, ['2025-12'], ['2025-13', '2025-12-01', 202_512]],
    ['date', { type: 'string', format: 'date' }, ['2025-12-31'], ['2025-12', '2025-12-32']],
    [
      'list',
      { type: 'array', minItems: 1, maxItems: 2, items: members },
      [[{ a: true }], [{ a: true }, { a: false }]],
      [[], [{ a: true }, { a: true }, { a: true }], {}],
    ],
  ])('takes of a %s what it allows', (_, of, good, bad) => {
    const validate = factsValidator(read({ one: of }));
    for (const one of good) expect(validate({ one })).toEqual({ one });
    for (const one of bad)
      expect(refusal(() => validate({ one }))).toMatchObject({
        code: 'FACTS_INVALID',
        field: 'facts/one',
      });
    expect(refusal(() => validate({}))).toMatchObject({ field: 'facts/one' });
  });
});
