import type { ErrorObject } from 'ajv';
import { DomainError } from '../kernel/errors.js';
import { withoutPersonal } from '../kernel/personal-text.js';
import { compileSchema } from './compile-schema.js';

/**
 * A household's facts: what a programme needs to decide, pseudonymous, months rather than days.
 * Typed by the policy's facts schema.
 */
export type Facts = Readonly<Record<string, unknown>>;

/**
 * One field without structure. `form` says which strings are allowed; free text is not: facts are
 * not for names.
 */
export type ScalarField =
  | { readonly kind: 'int'; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'bool' }
  | {
      readonly kind: 'string';
      readonly form: 'month' | 'date' | { readonly oneOf: readonly string[] };
      /** The first and the last that a month or a date may be, where the policy says so. */
      readonly earliest?: string;
      readonly latest?: string;
    };

/** A list of flat objects, for example a household's children. */
export interface ListField {
  readonly kind: 'list';
  readonly minItems: number;
  readonly maxItems: number;
  readonly member: ReadonlyMap<string, ScalarField>;
}

/** The facts schema, read: the fields by name, in the schema's order. */
export type FactsModel = ReadonlyMap<string, ScalarField | ListField>;

const MONTH = '^[0-9]{4}-(0[1-9]|1[0-2])$';
const DATE = '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$';
const NAME = /^[a-zA-Z][a-zA-Z0-9]{0,40}$/;
const ENUM_VALUE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const RESERVED = new Set([
  'prototype',
  'rank',
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
  'cel',
]);
const ANNOTATIONS = ['title', 'description', '$comment'];
const MAX_FIELDS = 50;
/** Items of an entitlement name a member by its rank, 1 to 100. */
const MAX_MEMBERS = 100;

type Json = Readonly<Record<string, unknown>>;

const refuse = (path: string, reason: string): never => {
  throw new DomainError(
    'POLICY_INVALID',
    `The facts schema at ${path} ${reason}.`,
    'invalid',
    path,
  );
};

/** A JSON object's own, plain value; anything else is refused. */
function objectAt(value: unknown, path: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(path, 'must be an object');
  return value as Json;
}

function onlyKeys(schema: Json, path: string, ...allowed: readonly string[]): void {
  for (const key of Object.keys(schema)) {
    if (!allowed.includes(key) && !ANNOTATIONS.includes(key))
      refuse(
        path,
        `has ${JSON.stringify(key)}, which is not part of the subset that facts may use`,
      );
  }
}

const safeInt = (value: unknown, fallback: number, path: string): number => {
  if (value === undefined) return fallback;
  if (!Number.isSafeInteger(value))
    return refuse(path, 'must be a whole number of at most 53 bits');
  return value as number;
};

/** Keywords of ajv-formats, and of a draft of JSON Schema before. */
const LIMITS = ['formatMinimum', 'formatMaximum'] as const;

function limits(schema: Json, form: string, path: string): { earliest?: string; latest?: string } {
  const [earliest, latest] = LIMITS.map((keyword) => {
    const limit = schema[keyword];
    if (limit !== undefined && !(typeof limit === 'string' && new RegExp(form).test(limit)))
      return refuse(`${path}/${keyword}`, 'must be written as the fact is');
    return limit;
  });
  return {
    ...(earliest === undefined ? {} : { earliest }),
    ...(latest === undefined ? {} : { latest }),
  };
}

function scalar(schema: Json, path: string): ScalarField {
  switch (schema['type']) {
    case 'boolean':
      onlyKeys(schema, path, 'type');
      return { kind: 'bool' };
    case 'integer': {
      onlyKeys(schema, path, 'type', 'minimum', 'maximum');
      const minimum = safeInt(schema['minimum'], Number.MIN_SAFE_INTEGER, `${path}/minimum`);
      const maximum = safeInt(schema['maximum'], Number.MAX_SAFE_INTEGER, `${path}/maximum`);
      if (minimum > maximum) refuse(path, 'has a minimum above its maximum');
      return { kind: 'int', minimum, maximum };
    }
    case 'string': {
      onlyKeys(schema, path, 'type', 'enum', 'format', 'pattern', ...LIMITS);
      if (schema['enum'] !== undefined) {
        const values: unknown = schema['enum'];
        if (!Array.isArray(values) || values.length === 0 || values.length > 100)
          return refuse(`${path}/enum`, 'must list 1 to 100 values');
        const texts = values.filter(
          (value): value is string => typeof value === 'string' && ENUM_VALUE.test(value),
        );
        if (texts.length !== values.length || new Set(texts).size !== texts.length)
          refuse(`${path}/enum`, 'must list distinct codes of letters, digits, dots and dashes');
        return { kind: 'string', form: { oneOf: texts } };
      }
      if (schema['format'] === 'month' || schema['pattern'] === MONTH)
        return { kind: 'string', form: 'month', ...limits(schema, MONTH, path) };
      if (schema['format'] === 'date' || schema['pattern'] === DATE)
        return { kind: 'string', form: 'date', ...limits(schema, DATE, path) };
      return refuse(
        path,
        'is free text; a string fact takes "enum", or "format": "month" or "date"',
      );
    }
    default:
      return refuse(`${path}/type`, 'must be "boolean", "integer" or "string" here');
  }
}

/**
 * Reads `{ type: object, required: every property, additionalProperties: false, properties }` field
 * by field.
 */
function fields<T>(
  schema: Json,
  path: string,
  read: (field: Json, path: string) => T,
  extra: readonly string[] = [],
): Map<string, T> {
  if (schema['type'] !== 'object') refuse(`${path}/type`, 'must be "object"');
  onlyKeys(schema, path, 'type', 'required', 'additionalProperties', 'properties', ...extra);
  if (schema['additionalProperties'] !== false)
    refuse(
      `${path}/additionalProperties`,
      'must be false: a fact that nobody declared has no meaning',
    );
  const properties = objectAt(schema['properties'], `${path}/properties`);
  const names = Object.keys(properties);
  if (names.length === 0 || names.length > MAX_FIELDS)
    refuse(`${path}/properties`, `must declare 1 to ${MAX_FIELDS} facts`);
  const required: unknown = schema['required'];
  const missing = names.find((name) => !Array.isArray(required) || !required.includes(name));
  if (missing !== undefined || !Array.isArray(required) || required.length !== names.length) {
    refuse(
      `${path}/required`,
      `must list every property${missing === undefined ? '' : `; ${JSON.stringify(missing)} is missing`}`,
    );
  }
  const result = new Map<string, T>();
  for (const name of names) {
    const place = `${path}/properties/${name}`;
    if (!NAME.test(name) || RESERVED.has(name) || Object.hasOwn(Object.prototype, name))
      refuse(place, 'is not a name that a fact may have');
    result.set(name, read(objectAt(properties[name], place), place));
  }
  return result;
}

function list(schema: Json, path: string): ListField {
  onlyKeys(schema, path, 'type', 'items', 'minItems', 'maxItems');
  const minItems = safeInt(schema['minItems'], 0, `${path}/minItems`);
  const maxItems = safeInt(schema['maxItems'], MAX_MEMBERS + 1, `${path}/maxItems`);
  if (maxItems < 1 || maxItems > MAX_MEMBERS || minItems < 0 || minItems > maxItems) {
    refuse(`${path}/maxItems`, `must be stated, from 1 to ${MAX_MEMBERS}, and not below minItems`);
  }
  return {
    kind: 'list',
    minItems,
    maxItems,
    member: fields(objectAt(schema['items'], `${path}/items`), `${path}/items`, scalar),
  };
}

/**
 * Reads a facts schema. The subset of JSON Schema (draft-07) that facts may use: an object whose
 * properties are integers (`minimum`, `maximum`), booleans, strings (`enum`, or `format` "month"
 * YYYY-MM or "date" YYYY-MM-DD, with `formatMinimum` and `formatMaximum`) or arrays (`minItems`,
 * `maxItems` ≤ 100) of flat objects of these; every property required and `additionalProperties:
 * false` throughout, so that an expression never meets an absent fact.
 * @throws DomainError POLICY_INVALID with the place in the schema
 */
export function readFactsSchema(schema: unknown, path = 'policy/factsSchema'): FactsModel {
  return fields<ScalarField | ListField>(
    objectAt(schema, path),
    path,
    (field, place) => (field['type'] === 'array' ? list(field, place) : scalar(field, place)),
    ['$schema', '$id'],
  );
}

function scalarSchema(field: ScalarField): object {
  switch (field.kind) {
    case 'bool':
      return { type: 'boolean' };
    case 'int':
      return { type: 'integer', minimum: field.minimum, maximum: field.maximum };
    case 'string':
      if (typeof field.form !== 'string') return { enum: field.form.oneOf };
      return { type: 'string', pattern: field.form === 'month' ? MONTH : DATE };
  }
}

function objectSchema(model: ReadonlyMap<string, ScalarField | ListField>): object {
  const properties = Object.fromEntries(
    [...model].map(([name, field]) => [
      name,
      field.kind === 'list'
        ? {
            type: 'array',
            minItems: field.minItems,
            maxItems: field.maxItems,
            items: objectSchema(field.member),
          }
        : scalarSchema(field),
    ]),
  );
  return { type: 'object', additionalProperties: false, required: [...model.keys()], properties };
}

/** What is wrong, without the value: facts are about people. */
function describe(error: ErrorObject): { place: string; reason: string } {
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'additionalProperties':
      return {
        place: `${error.instancePath}/${withoutPersonal(String(params['additionalProperty']).slice(0, 60))}`,
        reason: 'is not a fact of this policy',
      };
    case 'required':
      return {
        place: `${error.instancePath}/${String(params['missingProperty'])}`,
        reason: 'is missing',
      };
    case 'enum':
      return {
        place: error.instancePath,
        reason: `must be one of ${(params['allowedValues'] as readonly string[]).join(', ')}`,
      };
    case 'pattern':
      return {
        place: error.instancePath,
        reason:
          params['pattern'] === MONTH ? 'must be a month YYYY-MM' : 'must be a date YYYY-MM-DD',
      };
    default:
      return { place: error.instancePath, reason: error.message ?? error.keyword };
  }
}

/**
 * A check of facts against a model.
 * @returns a function that hands the facts back, typed, or throws DomainError FACTS_INVALID with
 *   the field ("facts/children/0/birthMonth") and the reason
 */
export function factsValidator(model: FactsModel): (facts: unknown) => Facts {
  const check = compileSchema(objectSchema(model));
  return (facts) => {
    if (check(facts)) return facts as Facts;
    const { place, reason } = describe(check.errors![0]!);
    const field = `facts${place}`;
    throw new DomainError('FACTS_INVALID', `${field} ${reason}.`, 'invalid', field);
  };
}
