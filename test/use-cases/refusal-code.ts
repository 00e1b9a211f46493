import type { DomainError } from '../../src/kernel/errors.js';

/** The code that work is refused with. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no refusal',
    (error: DomainError) => error.code,
  );
