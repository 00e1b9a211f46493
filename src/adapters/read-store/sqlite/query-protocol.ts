import type { ReadStoreError } from '../port.js';

/** A compiled query on its way to the query thread. */
export interface QueryRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type QueryAnswer =
  | { readonly id: number; readonly rows: Record<string, unknown>[] }
  | { readonly id: number; readonly code: ReadStoreError['code']; readonly detail: string };
