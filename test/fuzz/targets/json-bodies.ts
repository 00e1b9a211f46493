import { isDeepStrictEqual } from 'node:util';
import { validated } from '../../../src/http/validate.js';
import { parseJson } from '../../../src/http/parse-json.js';
import { FEATURES } from '../../../src/composition/features.js';
import { DomainError } from '../../../src/kernel/errors.js';
import { bodyClasses, valid } from '../bodies.js';
import { holds, refusedWell, type FuzzTarget } from '../target.js';

const CLASSES = bodyClasses(FEATURES.flatMap(({ controllers }) => controllers));
if (CLASSES.length < 20) throw new Error('the forms of requests are not found');

/** Numbers, as written, of well-formed JSON; texts are left out. */
const numbersIn = (text: string): readonly string[] =>
  [...text.replace(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)].map(
    ([number]) => number,
  );

/** A decimal without what does not count, decided here anew: digits and the place of the point. */
function plain(number: string): string {
  const [, sign = '', whole = '', decimals = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number)!;
  const digits = (whole + decimals).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${BigInt(power) - BigInt(decimals.length) + BigInt(digits.length - significant.length)}`;
}

function requireRead(text: string, value: unknown): void {
  holds(isDeepStrictEqual(JSON.parse(text), value), 'it is read as something else');
  const written = JSON.stringify(value);
  // A zero that is negative is written as zero.
  const again = JSON.stringify(parseJson(Buffer.from(written)));
  holds(again === written, 'written and read again it is something else');
  for (const number of numbersIn(text))
    holds(plain(String(Number(number))) === plain(number), `${number} lost digits`);
}

/** Every request that somebody may send, held against each form. */
function takenBy(value: unknown): number {
  let taken = 0;
  for (const type of CLASSES)
    try {
      const request = validated(type, value);
      holds(request instanceof type, `${type.name} is something else`);
      taken += 1;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refusedWell(error);
    }
  return taken;
}

export const jsonBodies: FuzzTarget = {
  seeds: CLASSES.map((type) => JSON.stringify(valid(type))),
  words: ['"amount":"500.00"', '1e400', '"a":1,"a":2', '\\ud83d', '[[[[', '9'.repeat(30)],
  check(input) {
    let value: unknown;
    try {
      value = parseJson(input);
    } catch (error) {
      if (error instanceof DomainError) return refusedWell(error);
      throw error;
    }
    if (value === undefined) return 'nothing';
    requireRead(input.toString('utf8'), value);
    return takenBy(value) > 0 ? 'taken' : 'refused by each form';
  },
};
