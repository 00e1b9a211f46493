import { quotable } from './text.js';

/**
 * What nobody means in JSON from outside, and where: a field that would change an object's
 * prototype, or half a character or a null character in a text, which PostgreSQL does not keep.
 */
export interface Harm {
  readonly kind: 'field' | 'text';
  /** A JSON pointer without the leading slash. */
  readonly place: string;
}

/**
 * Cheap and on the safe side: whether the text can hold a harmful key or text, or an escaped one.
 */
const mayHarm = (json: string): boolean => /proto|constructor|\\u/.test(json);

/** The first harm of a value that was read from this text; undefined where there is none. */
export const harmOfJson = (json: string, value: unknown): Harm | undefined =>
  mayHarm(json) ? harmIn(value, '') : undefined;

function harmIn(value: unknown, place: string): Harm | undefined {
  if (typeof value === 'string') return harmOfText(value, place);
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) {
      const harm = harmIn(value[i], `${place}${i}/`);
      if (harm) return harm;
    }
    return undefined;
  }
  for (const [key, one] of Object.entries(value)) {
    const name = `${place}${quotable(key)}`;
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      return { kind: 'field', place: name };
    const harm = harmOfText(key, place) ?? harmIn(one, `${name}/`);
    if (harm) return harm;
  }
  return undefined;
}

const harmOfText = (text: string, place: string): Harm | undefined =>
  text.isWellFormed() && !text.includes('\u0000')
    ? undefined
    : { kind: 'text', place: place.replace(/\/$/, '') };
