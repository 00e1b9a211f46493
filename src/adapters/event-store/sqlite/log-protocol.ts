import type { MessagePort } from 'node:worker_threads';
import type { AppendResult, KeptReceipt, Receipt } from '../port.js';
import type { StoreErrorCode } from '../../../kernel/errors.js';

/**
 * What the threads of the log say to each other. Groups travel as flat arrays of strings and
 * numbers, because the structured clone of nested objects costs more than inserting them.
 */

/** Revision that stands for "no such stream". */
export const NO_STREAM = -1;

/**
 * Independent groups, in order. `writes[g]` writes of group g follow each other in streams,
 * expected and counts; `counts[w]` lines in lines.
 */
export interface WireBatch {
  readonly id: number;
  /** Bulk work waits behind single commands and is spread over transactions. */
  readonly bulk: boolean;
  readonly writes: number[];
  readonly streams: string[];
  /** Exact revision, or NO_STREAM. */
  readonly expected: number[];
  readonly counts: number[];
  readonly lines: string[];
  /** Absent where no group has one. */
  readonly receipts?: (Receipt | null)[];
}

/** An appended group is its last position; anything else is said in full. */
export type WireResult = number | Exclude<AppendResult, { kind: 'appended' }>;

export interface WireFailure {
  readonly code: StoreErrorCode;
  readonly detail: string;
}

export type ToWriter =
  | { readonly kind: 'append'; readonly batches: readonly WireBatch[] }
  /** Say once when something after this position was committed. */
  | { readonly kind: 'watch'; readonly after: number }
  | { readonly kind: 'connect'; readonly port: MessagePort }
  | { readonly kind: 'close' };

export type FromWriter =
  | { readonly kind: 'open'; readonly logId: string; readonly last: number }
  | { readonly kind: 'refused'; readonly failure: WireFailure }
  | {
      readonly kind: 'done';
      readonly last: number;
      readonly done: readonly { readonly id: number; readonly results: readonly WireResult[] }[];
    }
  | {
      readonly kind: 'failed';
      readonly failed: readonly { readonly id: number; readonly failure: WireFailure }[];
    }
  | { readonly kind: 'committed'; readonly last: number };

/** Rows of the log as parallel arrays. */
export interface Rows {
  readonly positions: number[];
  readonly streams: string[];
  readonly revisions: number[];
  readonly lines: string[];
}

export interface ReadStreamArgs {
  readonly stream: string;
  readonly from: number | undefined;
  readonly backwards: boolean;
  readonly limit: number;
  readonly asOf: number;
}
export interface ReadCategoryArgs {
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
  readonly asOf: number;
  readonly types: readonly string[] | undefined;
}

/**
 * Events in commit order as one JSON array, each already checked against its row: cheap to hand
 * over and to parse.
 */
export interface TextPage {
  readonly text: string;
  readonly count: number;
  readonly end: boolean;
}

/** What a reader can be asked; the same calls whether it is in this thread or in its own. */
export interface ReadCalls {
  stream(args: ReadStreamArgs): Rows;
  streams(args: { readonly streams: readonly string[]; readonly asOf: number }): Rows;
  category(args: ReadCategoryArgs): Rows;
  page(args: { readonly after: number; readonly limit: number }): {
    readonly rows: Rows;
    readonly end: boolean;
  };
  text(args: { readonly after: number; readonly limit: number }): TextPage;
  last(args: undefined): number;
  receipt(args: { readonly key: string }): KeptReceipt | undefined;
}
export type ReadCall = keyof ReadCalls;

export interface ReadRequest {
  readonly id: number;
  readonly call: ReadCall;
  readonly args: unknown;
}
export type ReadReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: WireFailure };
