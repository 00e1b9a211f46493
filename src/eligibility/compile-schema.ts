import { Ajv, type ValidateFunction } from 'ajv';

/** Schemas that are remembered, those met last; a job meets those of one programme. */
const REMEMBERED = 64;
const known = new Map<string, ValidateFunction>();

/**
 * A check of what somebody sent against a schema, as strict as Ajv is, that stops at the first fault.
 * Compiling takes longer than reading a page of the log, so that what was compiled is remembered.
 */
export function compileSchema(schema: object): ValidateFunction {
  const text = JSON.stringify(schema);
  const check = known.get(text) ?? compiled(schema);
  known.delete(text);
  known.set(text, check);
  if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
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
