import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { DomainError } from '../kernel/errors.js';
import { JsonRefused, parseAsMeant } from '../kernel/json-limits.js';

/**
 * Of bytes in UTF-8, with or without its mark; of no others, in which a name would come out as another.
 * @throws JsonRefused
 */
export function textOfJson(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new JsonRefused('is not UTF-8 text; save it as UTF-8');
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

/** What a JSON file says. @throws DomainError FILE_UNREADABLE, MALFORMED_JSON, which quote nothing of it */
export function readJsonFile(path: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new DomainError('FILE_UNREADABLE', `The file ${path} cannot be read.`, 'invalid', 'file');
  }
  try {
    return parseAsMeant(textOfJson(bytes));
  } catch (error) {
    throw new DomainError(
      'MALFORMED_JSON',
      `${path} ${error instanceof JsonRefused ? error.why : 'cannot be read'}.`,
      'invalid',
      'file',
    );
  }
}
