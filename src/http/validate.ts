import { validateSync, type ValidationError } from 'class-validator';
import { DomainError } from '../kernel/errors.js';
import { quotable } from '../kernel/text.js';

/**
 * One thing wrong with a request. `field` is a JSON pointer without the leading slash; the value is
 * never quoted.
 */
export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly detail: string;
}

/** A request that does not have the form that its endpoint documents. */
export class InvalidRequest extends DomainError {
  constructor(readonly errors: readonly FieldError[]) {
    const first = errors[0]!;
    super(
      first.code,
      errors.length === 1 ? first.detail : `${first.detail} ${errors.length - 1} more in errors.`,
      'invalid',
      first.field,
    );
    this.name = 'InvalidRequest';
  }
}

type Class<T> = new () => T;
const NESTED = Symbol('nested');

/** Notes that a property holds an object, or a list of objects, of a class. */
export function nest(target: object, property: string, type: () => Class<object>): void {
  const own = Object.hasOwn(target, NESTED)
    ? (Reflect.get(target, NESTED) as Map<string, () => Class<object>>)
    : new Map(Reflect.get(target, NESTED) as Map<string, () => Class<object>> | undefined);
  own.set(property, type);
  Object.defineProperty(target, NESTED, { value: own, configurable: true });
}

/**
 * Gives plain JSON the prototypes of its classes, so that the decorators on them apply. Copies one
 * level a class; checks nothing.
 */
function instantiate<T extends object>(type: Class<T>, plain: object): T {
  const instance = Object.assign(new type(), plain);
  const nested = Reflect.get(type.prototype as object, NESTED) as
    Map<string, () => Class<object>> | undefined;
  if (nested) {
    for (const [property, typeOf] of nested) {
      const value: unknown = Reflect.get(instance, property);
      if (Array.isArray(value))
        Reflect.set(
          instance,
          property,
          value.map((item: unknown) => (isObject(item) ? instantiate(typeOf(), item) : item)),
        );
      else if (isObject(value)) Reflect.set(instance, property, instantiate(typeOf(), value));
    }
  }
  return instance;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const OPTIONS = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
} as const;

/**
 * JSON to an instance of its class. Unknown fields are refused, wherever they are.
 * @throws InvalidRequest with every field at fault
 */
export function validated<T extends object>(type: Class<T>, plain: unknown): T {
  if (!isObject(plain))
    throw new InvalidRequest([
      { field: '', code: 'BODY_NOT_AN_OBJECT', detail: 'The body must be one JSON object.' },
    ]);
  const instance = instantiate(type, plain);
  const found = validateSync(instance, OPTIONS);
  if (found.length > 0)
    throw new InvalidRequest(found.flatMap((error) => flatten(error, '')).slice(0, 50));
  return instance;
}

/** Codes of the checks that have one of their own; the others are INVALID_FIELD. */
const CODES: Readonly<Record<string, string>> = {
  whitelistValidation: 'UNKNOWN_FIELD',
  amount: 'INVALID_AMOUNT',
  currency: 'UNKNOWN_CURRENCY',
  period: 'INVALID_PERIOD',
  localDate: 'INVALID_DATE',
  iban: 'INVALID_ACCOUNT',
  uuidText: 'INVALID_ID',
  fittingText: 'INVALID_TEXT',
  personalData: 'PERSONAL_DATA_IN_TEXT',
};

function flatten(error: ValidationError, parent: string): FieldError[] {
  const name = quotable(error.property);
  const field = parent === '' ? name : `${parent}/${name}`;
  const own = Object.entries(error.constraints ?? {}).map(([check, message]): FieldError => ({
    field,
    code: CODES[check] ?? 'INVALID_FIELD',
    detail:
      check === 'whitelistValidation'
        ? `${field} is not a field of this request.`
        : `${field} ${message}.`,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, field))];
}
