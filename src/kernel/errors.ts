/**
 * A command that the domain refuses. It is an answer, not a fault: nothing was written.
 *
 * `code` is stable and public (SCREAMING_SNAKE_CASE); `detail` is one English sentence for a person
 * and never carries personal data; `field` names the place in the request at fault, as a JSON
 * pointer without the leading slash ("facts/children/0/birthMonth"). `kind` decides the HTTP status
 * in the one place that maps it.
 */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly kind: RefusalKind = 'rule',
    readonly field?: string,
  ) {
    super(`${code}: ${detail}`);
    this.name = 'DomainError';
  }
}

/**
 * invalid: 400 · unauthenticated: 401 · forbidden: 403 · not-found: 404 · conflict: 409 · rule: 422
 * · too-many: 429 · unavailable: 503.
 */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'rule'
  | 'too-many'
  | 'unavailable';

export type StoreErrorCode =
  | 'LOG_CORRUPT'
  | 'LOG_NEWER_VERSION'
  | 'DATA_FOLDER_HELD'
  | 'DATA_FOLDER_MISSING'
  | 'DATA_FOLDER_PRODUCTION'
  | 'CLOCK_BEHIND_LOG'
  | 'CLOCK_AHEAD_OF_LOG'
  | 'DISK_FULL'
  | 'STORE_CLOSED'
  | 'STORE_FAILED'
  | 'OUTCOME_UNKNOWN'
  | 'LIMIT_EXCEEDED'
  | 'OVERLOADED';

/**
 * A failure of the store itself, never of the domain. `detail` says what to do; `stream` is named
 * where that one fails and the others do not.
 */
export class StoreError extends Error {
  readonly stream: string | undefined;

  constructor(
    readonly code: StoreErrorCode,
    readonly detail: string,
    options: ErrorOptions & { readonly stream?: string } = {},
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'StoreError';
    this.stream = options.stream;
  }
}

/** Compile-time proof that a union was exhausted; at run time a broken invariant. */
export function never(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
