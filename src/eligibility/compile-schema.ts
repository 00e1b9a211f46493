import { Ajv, type ValidateFunction } from 'ajv';
import { LRUCache } from 'lru-cache';

/** Schemas that are remembered, those met last; a job meets those of one programme. */
const REMEMBERED = 64;
const known = new LRUCache<string, ValidateFunction>({ max: REMEMBERED });

/**
 * A check of what somebody sent against a schema, as strict as Ajv is, that stops at the first
 * fault. Compiling takes longer than reading a page of the log, so that what was compiled is
 * remembered.
 */
export function compileSchema(schema: object): ValidateFunction {
  const text = JSON.stringify(schema);
  const remembered = known.get(text);
  if (remembered) return remembered;
  const check = compiled(schema);
  known.set(text, check);
  return check;
}

const compiled = (schema: object): ValidateFunction =>
  new Ajv({
    allErrors: false,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    ownProperties: true,
  }).compile(schema);
