import { hash } from 'node:crypto';

/**
 * JSON with object keys sorted by code unit and no white space (RFC 8785 for the values that events
 * have: strings, safe integers, booleans, null, arrays, objects). The same value gives the same
 * bytes, wherever it was made.
 * @throws Error for a fraction, an unsafe integer, undefined or a function: they have no place in
 *   an event
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Error(`no canonical form for the number ${value}`);
    return String(value);
  }
  // Loops and one growing string: half the time of map and join, and every household's facts come
  // through here.
  if (Array.isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i += 1)
      text += i === 0 ? canonicalJson(value[i]) : `,${canonicalJson(value[i])}`;
    return `${text}]`;
  }
  if (typeof value === 'object') {
    const record = value as Record<string, unknown>;
    let text = '{';
    for (const key of Object.keys(record).sort()) {
      const field = record[key];
      if (field !== undefined)
        text += `${text.length > 1 ? ',' : ''}${JSON.stringify(key)}:${canonicalJson(field)}`;
    }
    return `${text}}`;
  }
  throw new Error(`no canonical form for a ${typeof value}`);
}

/** The same, and '' for what is not there: equal where both values are, or are missing. */
export const canonicalIfAny = (value: unknown): string =>
  value === undefined ? '' : canonicalJson(value);

/** SHA-256 in lower-case hex. */
export const sha256Hex = (bytes: string | Uint8Array): string => hash('sha256', bytes, 'hex');

/** The content hash that people approve: SHA-256 of the canonical JSON. */
export const contentHash = (value: unknown): string => sha256Hex(canonicalJson(value));
