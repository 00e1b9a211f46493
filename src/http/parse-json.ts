import { isUtf8 } from 'node:buffer';
import { DomainError } from '../kernel/errors.js';
import { excessOfJson, JSON_LIMITS, lossOfJson } from '../kernel/json-limits.js';
import { quotable } from '../kernel/text.js';

/**
 * JSON from outside; undefined for nothing.
 * @throws DomainError MALFORMED_JSON; FORBIDDEN_FIELD for a key that would change an object's
 *   prototype; INVALID_TEXT; TOO_DEEP, LIMIT_EXCEEDED
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  // Else its name would be kept, and written to a bank, with characters that stand for lost ones.
  if (!isUtf8(body)) throw malformed('is not UTF-8 text');
  const text = body.toString('utf8');
  requireWithinLimits(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('is not well-formed JSON');
  }
  const loss = lossOfJson(text, value);
  if (loss !== undefined) throw malformed(loss);
  if (mayHarm(text)) refuseHarm(value, '');
  return value;
}

const malformed = (why: string): DomainError =>
  new DomainError('MALFORMED_JSON', `The body ${why}.`, 'invalid');

/** Cheap and on the safe side: whether the text can hold a harmful key or text, or an escaped one. */
const mayHarm = (text: string): boolean => /proto|constructor|\\u/.test(text);

function refuseHarm(value: unknown, place: string): void {
  if (typeof value === 'string') requireWhole(value, place);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) refuseHarm(value[i], `${place}${i}/`);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    const name = quotable(key);
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      throw new DomainError(
        'UNKNOWN_FIELD',
        `${place}${name} is not a field of this request.`,
        'invalid',
        `${place}${name}`,
      );
    requireWhole(key, place);
    refuseHarm(one, `${place}${name}/`);
  }
}

/** Before anything is made of it. */
function requireWithinLimits(text: string): void {
  const excess = excessOfJson(text);
  if (excess === 'depth')
    throw new DomainError(
      'TOO_DEEP',
      `The body nests deeper than ${JSON_LIMITS.depth} levels.`,
      'invalid',
    );
  if (excess === 'values')
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `The body has more than ${JSON_LIMITS.values} values.`,
      'invalid',
    );
}

/** Half a character, or none at all, is text for nobody, and PostgreSQL keeps neither. */
function requireWhole(text: string, place: string): void {
  const field = place.replace(/\/$/, '');
  if (!text.isWellFormed() || text.includes('\u0000'))
    throw new DomainError(
      'INVALID_TEXT',
      `${field} has half a character or a null character.`,
      'invalid',
      field,
    );
}
