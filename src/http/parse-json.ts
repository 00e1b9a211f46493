import { DomainError } from '../kernel/errors.js';

const MAX_DEPTH = 64;

/**
 * JSON from outside; undefined for nothing.
 * @throws DomainError MALFORMED_JSON; FORBIDDEN_FIELD for a key that would change an object's
 *   prototype; TOO_DEEP
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DomainError('MALFORMED_JSON', 'The body is not well-formed JSON.', 'invalid');
  }
  if (mayHarm(text)) refuseHarm(value, '', 0);
  return value;
}

/**
 * Cheap and on the safe side: whether the text can hold a harmful key, also an escaped one, or nest
 * too deep.
 */
function mayHarm(text: string): boolean {
  if (/proto|constructor|\\u/.test(text)) return true;
  let opened = 0;
  for (let at = text.search(/[[{]/); at >= 0 && opened <= MAX_DEPTH; opened += 1) {
    const brace = text.indexOf('{', at + 1);
    const bracket = text.indexOf('[', at + 1);
    if (brace < 0 || bracket < 0) at = Math.max(brace, bracket);
    else at = Math.min(brace, bracket);
  }
  return opened > MAX_DEPTH;
}

function refuseHarm(value: unknown, place: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH)
    throw new DomainError('TOO_DEEP', `The body nests deeper than ${MAX_DEPTH} levels.`, 'invalid');
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) refuseHarm(value[i], `${place}${i}/`, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      throw new DomainError(
        'UNKNOWN_FIELD',
        `${place}${key} is not a field of this request.`,
        'invalid',
        `${place}${key}`,
      );
    refuseHarm((value as Record<string, unknown>)[key], `${place}${key}/`, depth + 1);
  }
}
