import { DomainError } from '../../kernel/errors.js';
import type { HouseholdRow } from '../../tabular/household-row.js';

/** Why a row was not taken in; `field` is the row's field. Never quotes a value. */
export interface ImportReject {
  readonly line: number;
  readonly reference: string;
  readonly code: string;
  readonly field?: string;
  readonly reason: string;
}

/**
 * `submitted + alreadyThere + duplicates + rejected = read`; `eligible`, `ineligible`: this run's.
 */
export interface ImportSummary {
  read: number;
  submitted: number;
  alreadyThere: number;
  duplicates: number;
  rejected: number;
  eligible: number;
  ineligible: number;
}

export const emptySummary = (): ImportSummary => ({
  read: 0,
  submitted: 0,
  alreadyThere: 0,
  duplicates: 0,
  rejected: 0,
  eligible: 0,
  ineligible: 0,
});

/** That the identity of a row is somebody else's. */
export const duplicateOf = ({ line, reference }: HouseholdRow): ImportReject => ({
  line,
  reference,
  code: 'IDENTITY_ALREADY_REGISTERED',
  field: 'nationalId',
  reason: 'This national identity is registered already, under another reference.',
});

/** @throws what is no refusal, as it is */
export function refusedFor({ line, reference }: HouseholdRow, error: unknown): ImportReject {
  if (!(error instanceof DomainError)) throw error;
  const { code, field, detail: reason } = error;
  return { line, reference, code, ...(field === undefined ? {} : { field }), reason };
}
