import { RailError } from '../adapters/payment-rail/port.js';
import { VaultError } from '../adapters/vault/port.js';
import { DomainError, StoreError } from '../kernel/errors.js';
import { unwritable } from './unwritable.js';

/** What a rail refuses whenever it is asked, by what the payment or the message says. */
const OF_CONTENT: readonly RailError['code'][] = [
  'INSTRUCTION_INVALID',
  'LIMIT_EXCEEDED',
  'CONTROL_SUM_DIFFERS',
  'MESSAGE_DIFFERS',
  'SCHEMA_REFUSES',
];

/** A stream that was cut stays so until a person restores it; what is about others goes on. */
const isOfOneStream = (error: unknown): boolean =>
  error instanceof StoreError && error.code === 'LOG_CORRUPT' && error.stream !== undefined;

/**
 * Whether a failure is a decision about what was to be done, which asking again does not change as
 * long as nothing else does.
 */
export const isRefusal = (error: unknown): boolean =>
  (error instanceof DomainError && error.kind !== 'unavailable' && error.kind !== 'too-many') ||
  (error instanceof RailError && OF_CONTENT.includes(error.code)) ||
  isOfOneStream(error) ||
  unwritable(error) !== undefined;

/** What a system call failed with, ECONNREFUSED for example; undefined for any other failure. */
export function systemCodeOf(error: unknown): string | undefined {
  const { code } = error instanceof Error ? (error as { readonly code?: unknown }) : {};
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : undefined;
}

/**
 * Whether a failure is of what we stand on (a disk, a server, a network): it says nothing about the
 * event, and is tried until it passes.
 */
export const isOutage = (error: unknown): boolean =>
  !isRefusal(error) &&
  (error instanceof DomainError ||
    error instanceof RailError ||
    error instanceof StoreError ||
    error instanceof VaultError ||
    systemCodeOf(error) !== undefined ||
    (error instanceof Error && (error.name === 'PostgresError' || error.name === 'ContractError')));
