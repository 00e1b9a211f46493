import { addMonths } from '../kernel/time.js';
import type { Facts, FactsModel, ListField, ScalarField } from './facts.js';

/** The month in which samples are tried; ages in the samples are relative to it. */
export const SAMPLE_PERIOD = '2025-09';
const SAMPLES = 64;
const AGES_IN_YEARS = [0, 3, 5, 6, 12, 17, 18, 20, 21, 40, 59, 60, 65, 90];

/** Values at and around the edges of what the schema allows. */
function valuesOf(field: ScalarField): readonly unknown[] {
  switch (field.kind) {
    case 'bool':
      return [false, true];
    case 'int':
      return [
        ...new Set([
          field.minimum,
          field.maximum,
          0,
          1,
          -1,
          2,
          10,
          100,
          1_000,
          Math.floor((field.minimum + field.maximum) / 2),
        ]),
      ].filter(
        (value) => Number.isSafeInteger(value) && value >= field.minimum && value <= field.maximum,
      );
    case 'string': {
      if (typeof field.form !== 'string') return field.form.oneOf;
      const months = AGES_IN_YEARS.map((years) => addMonths(SAMPLE_PERIOD, -12 * years));
      return field.form === 'month' ? months : months.map((month) => `${month}-15`);
    }
  }
}

function lengthsOf(field: ListField): readonly number[] {
  return [...new Set([field.minItems, 1, 2, 3, 6, field.maxItems])].filter(
    (length) => length >= field.minItems && length <= field.maxItems,
  );
}

/** Facts whose lists are full, and whose members differ as far as their values do. */
export const fullFacts = (model: FactsModel): Facts =>
  Object.fromEntries(
    [...model].map(([name, field]) => {
      if (field.kind !== 'list') return [name, valuesOf(field)[0]];
      const members = [...field.member].map(
        ([memberName, memberField]) => [memberName, valuesOf(memberField)] as const,
      );
      return [
        name,
        Array.from({ length: field.maxItems }, (_, at) =>
          Object.fromEntries(
            members.map(([memberName, values]) => [memberName, values[at % values.length]]),
          ),
        ),
      ];
    }),
  );

/** Values in the facts of one household whose lists are full. */
export function valuesIn(model: FactsModel): number {
  let values = 0;
  for (const field of model.values())
    values += field.kind === 'list' ? field.maxItems * field.member.size : 1;
  return values;
}

/**
 * Facts that a schema allows, chosen to meet every boundary value at least once and to mix them:
 * the same for the same schema. Lists come empty, short and full. Made one after the other, as far
 * as they are asked for.
 */
export function* sampleFacts(model: FactsModel): Generator<Facts, void, undefined> {
  // A multiplicative sequence modulo a prime: it visits every remainder, so values of different
  // fields meet in many mixes.
  let state = 1;
  const pick = <T>(values: readonly T[]): T => {
    state = (state * 48_271) % 2_147_483_647;
    return values[state % values.length]!;
  };
  for (let index = 0; index < SAMPLES; index += 1)
    yield Object.fromEntries(
      [...model].map(([name, field]) => {
        if (field.kind !== 'list') {
          const values = valuesOf(field);
          return [name, index < values.length ? values[index] : pick(values)];
        }
        const lengths = lengthsOf(field);
        const members = [...field.member].map(
          ([memberName, memberField]) => [memberName, valuesOf(memberField)] as const,
        );
        const length = index < lengths.length ? lengths[index]! : pick(lengths);
        return [
          name,
          Array.from({ length }, () =>
            Object.fromEntries(members.map(([memberName, values]) => [memberName, pick(values)])),
          ),
        ];
      }),
    );
}
