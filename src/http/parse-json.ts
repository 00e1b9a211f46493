import { isUtf8 } from 'node:buffer';
import { DomainError } from '../kernel/errors.js';
import { harmOfJson, type Harm } from '../kernel/json-harm.js';
import { excessOfJson, JSON_LIMITS, lossOfJson } from '../kernel/json-limits.js';

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
  const harm = harmOfJson(text, value);
  if (harm !== undefined) throw harmful(harm);
  return value;
}

const malformed = (why: string): DomainError =>
  new DomainError('MALFORMED_JSON', `The body ${why}.`, 'invalid');

const harmful = ({ kind, place }: Harm): DomainError =>
  kind === 'field'
    ? new DomainError('UNKNOWN_FIELD', `${place} is not a field of this request.`, 'invalid', place)
    : new DomainError(
        'INVALID_TEXT',
        `${place} has half a character or a null character.`,
        'invalid',
        place,
      );

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
