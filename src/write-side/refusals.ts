import type { DomainError } from '../kernel/errors.js';

/** One item of a bulk job that was refused, by the id that the caller knows it under. */
export interface Refusal {
  readonly id: string;
  readonly code: string;
  readonly reason: string;
  readonly field?: string;
}

export const refusal = (id: string, error: DomainError): Refusal => ({
  id,
  code: error.code,
  reason: error.detail,
  ...(error.field === undefined ? {} : { field: error.field }),
});
