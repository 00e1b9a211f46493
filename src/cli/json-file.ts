import { readFileSync } from 'node:fs';
import { DomainError } from '../kernel/errors.js';
import { JsonRefused, parseWithinLimits } from '../kernel/json-limits.js';

/** What a JSON file says. @throws DomainError FILE_UNREADABLE, MALFORMED_JSON, which quote nothing of it */
export function readJsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new DomainError('FILE_UNREADABLE', `The file ${path} cannot be read.`, 'invalid', 'file');
  }
  try {
    return parseWithinLimits(text);
  } catch (error) {
    throw new DomainError(
      'MALFORMED_JSON',
      `${path} ${error instanceof JsonRefused ? error.why : 'cannot be read'}.`,
      'invalid',
      'file',
    );
  }
}
