import { DomainError } from '../kernel/errors.js';
import type { Facts, FactsModel, ListField, ScalarField } from './facts.js';

/** Nobody of whom a fact is told today was born before. */
const EARLIEST = '1900-01-01';

type Fields = ReadonlyMap<string, ScalarField | ListField>;

/**
 * Facts tell what has happened: a month or a date in them is not after the day that they are said
 * of, nor so early that it can only be a slip, unless the policy's schema gives that field limits
 * of its own. Asked of facts as they come in, and not of those that were taken before.
 * @param facts that the model's validator accepted
 * @param day civil date
 * @throws DomainError FACTS_INVALID with the field at fault, never its value
 */
export function requirePlausibleDates(model: FactsModel, facts: Facts, day: string): void {
  inFields(model, facts, day, 'facts');
}

function inFields(fields: Fields, values: Facts, day: string, place: string): void {
  for (const [name, field] of fields) {
    const at = `${place}/${name}`;
    if (field.kind === 'string') inText(field, values[name] as string, day, at);
    if (field.kind === 'list')
      for (const [index, member] of (values[name] as readonly Facts[]).entries())
        inFields(field.member, member, day, `${at}/${index}`);
  }
}

function inText(
  { form, earliest = EARLIEST, latest }: ScalarField & { readonly kind: 'string' },
  value: string,
  day: string,
  place: string,
): void {
  if (typeof form !== 'string') return;
  const { length } = value;
  const first = earliest.slice(0, length);
  const last = (latest ?? day).slice(0, length);
  if (value < first) throw outside(place, `before ${first}`);
  if (value > last) throw outside(place, `after ${last}`);
}

const outside = (place: string, limit: string): DomainError =>
  new DomainError('FACTS_INVALID', `${place} must not be ${limit}.`, 'invalid', place);
