import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { DomainError } from '../kernel/errors.js';
import { harmOfJson, type Harm } from '../kernel/json-harm.js';
import { JsonRefused, parseAsMeant } from '../kernel/json-limits.js';

/**
 * Of bytes in UTF-8, with or without its mark; of no others, in which a name would come out as
 * another.
 * @throws JsonRefused
 */
export function textOfJson(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new JsonRefused('is not UTF-8 text; save it as UTF-8');
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

function harmful({ kind, place }: Harm): DomainError {
  if (kind === 'field')
    return new DomainError('UNKNOWN_FIELD', `${place} in the file is no field.`, 'invalid', place);
  return new DomainError(
    'INVALID_TEXT',
    `${place === '' ? 'The file' : `${place} in the file`} has half a character or a null character.`,
    'invalid',
    place === '' ? 'file' : place,
  );
}

/**
 * What a JSON file says; as a request's body, nothing in it is half a character or changes a
 * prototype.
 * @throws DomainError FILE_UNREADABLE, MALFORMED_JSON, which quote nothing of it; UNKNOWN_FIELD,
 *   INVALID_TEXT with the place
 */
export function readJsonFile(path: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new DomainError('FILE_UNREADABLE', `The file ${path} cannot be read.`, 'invalid', 'file');
  }
  let said: { readonly value: unknown; readonly harm: Harm | undefined };
  try {
    const text = textOfJson(bytes);
    const value = parseAsMeant(text);
    said = { value, harm: harmOfJson(text, value) };
  } catch (error) {
    throw new DomainError(
      'MALFORMED_JSON',
      `${path} ${error instanceof JsonRefused ? error.why : 'cannot be read'}.`,
      'invalid',
      'file',
    );
  }
  if (said.harm) throw harmful(said.harm);
  return said.value;
}
