import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { DomainError } from '../kernel/errors.js';
import { personalIn } from '../kernel/personal-text.js';
import { scaleOf } from '../kernel/money.js';
import { REGION } from '../kernel/region.js';
import { faultOfName, faultOfText, tidyName } from '../kernel/text.js';
import { parseInstant, parseLocalDate, parsePeriod } from '../kernel/time.js';
import { nest } from './validate.js';

/**
 * Decorators of request fields: each says once what is checked (class-validator) and what is
 * documented (OpenAPI). Messages complete the sentence "<field> …" and never quote a value.
 */
type Field = (target: object, property: string) => void;
interface Common {
  readonly optional?: boolean;
  /** Where an optional field may be null besides; else null is a value, and refused. */
  readonly nullable?: boolean;
  readonly description?: string;
  readonly example?: unknown;
}

function field(
  common: Common,
  schema: ApiPropertyOptions,
  ...checks: readonly PropertyDecorator[]
): Field {
  return (target, property) => {
    const { optional, nullable, ...documented } = common;
    const isAbsent = (value: unknown): boolean =>
      value === undefined || (nullable === true && value === null);
    if (optional) ValidateIf((_, value) => !isAbsent(value))(target, property);
    for (const check of checks) check(target, property);
    ApiProperty({ ...schema, ...documented, required: optional !== true } as ApiPropertyOptions)(
      target,
      property,
    );
  };
}

/**
 * A check by a kernel parser that throws DomainError: one definition of what a period, a date, an
 * amount is.
 */
function parsed(
  name: string,
  message: string,
  parse: (text: string) => unknown,
): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate(value: unknown) {
        if (typeof value !== 'string') return false;
        try {
          parse(value);
          return true;
        } catch (error) {
          if (error instanceof DomainError) return false;
          throw error;
        }
      },
      defaultMessage: () => message,
    },
  });
}
const matching = (name: string, message: string, pattern: RegExp): PropertyDecorator =>
  ValidateBy({
    name,
    validator: {
      validate: (value) => typeof value === 'string' && pattern.test(value),
      defaultMessage: () => message,
    },
  });

/** Text by one of the kernel's rules; what is wrong with it is the message. */
const fitting = (fault: (text: string) => string | undefined, each = false): PropertyDecorator =>
  ValidateBy(
    {
      name: 'fittingText',
      validator: {
        validate: (value) => typeof value === 'string' && fault(value) === undefined,
        defaultMessage: (about) => {
          const values: unknown[] = [about?.value].flat();
          return (
            values
              .map((value) => (typeof value === 'string' ? fault(value) : undefined))
              .find((found) => found !== undefined) ?? 'must be text'
          );
        },
      },
    },
    { each },
  );

/**
 * Characters as JSON Schema counts them, and so the contracts of events: code points. (isLength of
 * validator counts a variation selector with the character before it.)
 */
const lengthOf = (min: number, max: number): PropertyDecorator =>
  ValidateBy({
    name: 'textLength',
    validator: {
      validate: (value) => typeof value === 'string' && hasLength(value, min, max),
      defaultMessage: () => `must have ${min} to ${max} characters`,
    },
  });

/** No character has more than two units. */
function hasLength(text: string, min: number, max: number): boolean {
  if (text.length > 2 * max) return false;
  const length = Array.from(text).length;
  return length >= min && length <= max;
}

const texts = (
  { max, min, ...common }: Common & { readonly max: number; readonly min: number },
  fault: (text: string) => string | undefined,
): Field =>
  field(
    common,
    { type: String, minLength: min, maxLength: max },
    IsString({ message: 'must be text' }),
    lengthOf(min, max),
    fitting(fault),
  );

interface Lengths {
  readonly max?: number;
  readonly min?: number;
}
/** Text of one or more lines, by kernel/text. */
export const Text = ({ max = 1_000, min = 1, ...common }: Common & Lengths = {}): Field =>
  texts({ max, min, ...common }, (text) => faultOfText(text));
/** Text that stands on one line of a message. */
export const Line = ({ max = 1_000, min = 1, ...common }: Common & Lengths = {}): Field =>
  texts({ max, min, ...common }, (text) => faultOfText(text, 'one'));
/** The name of somebody or something, as a payment message can have it. */
export const Name = (common: Common = {}): Field =>
  texts({ max: 140, min: 1, ...common }, (text) => faultOfName(tidyName(text)));

/** People's own words, which are recorded: refused where they carry what is somebody's. */
export const FreeText = (given: Parameters<typeof Text>[0] = {}): Field => {
  const text = Text(given);
  const check = ValidateBy({
    name: 'personalData',
    validator: {
      validate: (value) => typeof value !== 'string' || personalIn(value) === undefined,
      defaultMessage: () =>
        'carries a number of an identity, an account or a telephone, which would stay for ever',
    },
  });
  return (target, property) => {
    text(target, property);
    check(target, property);
  };
};

export const Pattern = (pattern: RegExp, what: string, common: Common = {}): Field =>
  field(
    common,
    { type: String, pattern: pattern.source },
    IsString({ message: 'must be text' }),
    Matches(pattern, { message: `must be ${what}` }),
  );

/**
 * Decimal string in major units; the currency's decimals are checked where the currency is known.
 */
export const Amount = (common: Common = {}): Field =>
  field(
    { example: '500.00', ...common },
    {
      type: String,
      pattern: '^(0|[1-9][0-9]{0,14})(\\.[0-9]{1,3})?$',
      description: 'Decimal string in major units of the currency.',
    },
    matching(
      'amount',
      'must be a decimal string such as "500.00": not negative, not a number, no more decimals than the currency has',
      /^(0|[1-9][0-9]{0,14})(\.[0-9]{1,3})?$/,
    ),
  );

export const SignedAmount = (common: Common = {}): Field =>
  field(
    { example: '-500.00', ...common },
    {
      type: String,
      pattern: '^-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,3})?$',
      description: 'Signed decimal string in major units of the currency.',
    },
    matching(
      'amount',
      'must be a signed decimal string such as "-500.00", not a number',
      /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,3})?$/,
    ),
  );

export const Currency = (common: Common = {}): Field =>
  field(
    { example: 'MAD', ...common },
    { type: String, pattern: '^[A-Z]{3}$' },
    parsed('currency', 'must be an ISO 4217 code that Sanad pays in', scaleOf),
  );

export const Period = (common: Common = {}): Field =>
  field(
    { example: '2025-12', ...common },
    { type: String, pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' },
    parsed('period', 'must be a month YYYY-MM', (text) => parsePeriod(text)),
  );

export const Day = (common: Common = {}): Field =>
  field(
    { example: '2025-12-01', ...common },
    { type: String, format: 'date' },
    parsed('localDate', 'must be a day YYYY-MM-DD that the calendar has', (text) =>
      parseLocalDate(text),
    ),
  );

export const Instant = (common: Common = {}): Field =>
  field(
    { example: '2026-03-01T08:00:00Z', ...common },
    { type: String, format: 'date-time' },
    parsed('instant', 'must be a UTC instant such as 2026-03-01T08:00:00Z', (text) =>
      parseInstant(text),
    ),
  );

export const Uuid = (common: Common = {}): Field =>
  field(
    { ...common },
    { type: String, format: 'uuid' },
    matching(
      'uuidText',
      'must be a UUID in lower case',
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    ),
  );

/** Who acts, as tokens and the log name them. */
export const Subject = (common: Common = {}): Field =>
  Pattern(/^[A-Za-z0-9][A-Za-z0-9._@:-]{0,99}$/, 'the subject of an account', {
    example: 'f.elfassi',
    ...common,
  });
export const Hash = (common: Common = {}): Field =>
  Pattern(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex', common);
export const ProgrammeCode = (common: Common = {}): Field =>
  Pattern(/^[a-z][a-z0-9]{1,30}$/, 'a programme code: 2 to 31 small letters and digits', {
    example: 'asd',
    ...common,
  });
export const Region = (common: Common = {}): Field =>
  Pattern(REGION, 'an ISO 3166-2 code', { example: 'MA-06', ...common });

/** That an odd day of execution is meant. */
export const AnyDay = (): Field =>
  Flag({
    optional: true,
    description:
      'That day is meant, though it is past, more than 92 days away or one on which banks are closed.',
  });

export const OneOf = (values: readonly string[], common: Common = {}): Field =>
  field(
    common,
    { type: String, enum: [...values] },
    IsIn(values, { message: `must be one of ${values.join(', ')}` }),
  );

export const Whole = (min: number, max: number, common: Common = {}): Field =>
  field(
    common,
    { type: 'integer', minimum: min, maximum: max },
    IsInt({ message: 'must be a whole number' }),
    Min(min, { message: `must be at least ${min}` }),
    Max(max, { message: `must be at most ${max}` }),
  );

export const Flag = (common: Common = {}): Field =>
  field(common, { type: Boolean }, IsBoolean({ message: 'must be true or false' }));

/** Free JSON that something else checks by its own schema (facts, a policy). */
export const Json = (common: Common = {}): Field =>
  field(
    common,
    { type: 'object', additionalProperties: true },
    IsObject({ message: 'must be an object' }),
  );

export const Nested =
  (type: () => new () => object, common: Common = {}): Field =>
  (target, property) => {
    nest(target, property, type);
    field(
      common,
      { type: type() },
      IsObject({ message: 'must be an object' }),
      ValidateNested(),
    )(target, property);
  };

export const ListOf =
  (
    type: () => new () => object,
    max: number,
    { min = 1, ...common }: Common & { readonly min?: 0 | 1 } = {},
  ): Field =>
  (target, property) => {
    nest(target, property, type);
    field(
      common,
      { type: type(), isArray: true, minItems: min, maxItems: max } as ApiPropertyOptions,
      IsArray({ message: 'must be a list' }),
      ArrayMinSize(min, { message: 'must not be empty' }),
      ArrayMaxSize(max, { message: `must have at most ${max} items` }),
      IsObject({ each: true, message: 'must be a list of objects' }),
      ValidateNested({ each: true }),
    )(target, property);
  };

export const ListOfText = (
  max: number,
  {
    each = /^/,
    what = 'texts',
    ...common
  }: Common & { readonly each?: RegExp; readonly what?: string } = {},
): Field =>
  field(
    common,
    { type: String, isArray: true, minItems: 1, maxItems: max } as ApiPropertyOptions,
    IsArray({ message: 'must be a list' }),
    ArrayMinSize(1, { message: 'must not be empty' }),
    ArrayMaxSize(max, { message: `must have at most ${max} items` }),
    IsString({ each: true, message: 'must be a list of texts' }),
    fitting((text) => faultOfText(text, 'one'), true),
    Matches(each, { each: true, message: `must be a list of ${what}` }),
  );
