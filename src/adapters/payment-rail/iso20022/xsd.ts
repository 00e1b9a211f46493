import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RailError, type Format } from '../port.js';

/**
 * Holds a whole message against the published schema of its format. @throws RailError
 * SCHEMA_REFUSES, SCHEMA_MISSING
 */
export type SchemaCheck = (format: Format, xml: string) => Promise<void>;

/**
 * The check by `<dir>/<format>.xsd`, read once. libxml2 (WebAssembly, some 5 MB) is loaded with the
 * first message; it builds a tree of some ten times the text, so callers check a piece of a few
 * hundred transfers at a time between the message's own head and end: the schema has no rule that
 * reaches from one transfer to another, so each piece fits exactly when the whole does.
 */
export function isoSchemas(dir: string): SchemaCheck {
  const validators = new Map<Format, ReturnType<typeof validatorOf>>();
  return async (format, xml) => {
    const validator = validators.get(format) ?? validatorOf(dir, format);
    validators.set(format, validator);
    const validate = await validator;
    validate(xml);
  };
}

/** The option of `paymentFiles` for a folder of schemas; without one, messages are not checked. */
export const schemaCheck = (dir: string | undefined): { readonly check?: SchemaCheck } =>
  dir === undefined ? {} : { check: isoSchemas(dir) };

async function validatorOf(dir: string, format: Format): Promise<(xml: string) => void> {
  const { XmlDocument, XmlLibError, XsdValidator } = await import('libxml2-wasm');
  let validator: InstanceType<typeof XsdValidator>;
  try {
    using schema = XmlDocument.fromBuffer(await readFile(join(dir, `${format}.xsd`)));
    validator = XsdValidator.fromDoc(schema);
  } catch (error) {
    throw new RailError(
      'SCHEMA_MISSING',
      `There is no readable schema ${format}.xsd in the folder that ISO20022_XSD_DIR names.`,
      { cause: error },
    );
  }
  return (xml) => {
    try {
      using document = XmlDocument.fromString(xml);
      validator.validate(document);
    } catch (error) {
      if (error instanceof XmlLibError)
        throw new RailError(
          'SCHEMA_REFUSES',
          `The message does not fit ${format}${elementIn(error.message)}.`,
        );
      throw error;
    }
  };
}

/** libxml2's words quote the value at fault, which may be a name; only the element is told. */
function elementIn(message: string): string {
  const element = /Element '(?:\{[^}']*\})?([A-Za-z]+)'/.exec(message)?.[1];
  return element === undefined ? '' : ` at ${element}`;
}
