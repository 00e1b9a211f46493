import { toldWithin, type Actor } from '../kernel/decider.js';
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

/** As who asked for it is told: who is limited to regions does not learn what is elsewhere. */
export const refusalTo = (actor: Actor, id: string, error: DomainError): Refusal =>
  refusal(id, toldWithin(actor, error));
