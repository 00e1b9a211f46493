import { Ajv, type ValidateFunction } from 'ajv';

/** A check of what somebody sent against a schema, as strict as Ajv is, that stops at the first fault. */
export const compileSchema = (schema: object): ValidateFunction =>
  new Ajv({
    allErrors: false,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    ownProperties: true,
  }).compile(schema);
