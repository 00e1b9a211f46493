import { ContractError } from '../../events/registry.js';
import { DomainError, StoreError } from '../kernel/errors.js';

/**
 * What was decided and no log takes, because an event does not fit its contract or is too large. It
 * stays so however often it is tried: a refusal of what it is about, not a failure of the log.
 */
export class Unwritable extends DomainError {}

/** Undefined for any other failure. */
export function unwritable(error: unknown): Unwritable | undefined {
  if (error instanceof ContractError && error.code === 'EVENT_INVALID')
    return new Unwritable(
      'INVALID_FIELD',
      `${error.field} does not fit the contract of ${error.type}.`,
      'invalid',
      error.field,
    );
  return error instanceof StoreError && error.code === 'LIMIT_EXCEEDED'
    ? new Unwritable('LIMIT_EXCEEDED', error.detail, 'invalid')
    : undefined;
}
