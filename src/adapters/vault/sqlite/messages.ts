import type { MessagePort } from 'node:worker_threads';
import type { HashKeys } from '../master-key.js';
import type { Sealed, VaultError } from '../port.js';

/** What a thread asks the vault's worker. Arrays run in parallel, one element a record. */
export type Ask =
  | { readonly kind: 'hello' }
  | {
      readonly kind: 'seal';
      readonly persons: readonly string[];
      readonly names: readonly string[];
      readonly plains: readonly string[];
    }
  | { readonly kind: 'open'; readonly sealed: readonly Sealed[] }
  | { readonly kind: 'erase' | 'forget'; readonly persons: readonly string[] }
  | { readonly kind: 'persons'; readonly after: string | undefined; readonly limit: number };
export type Request = Ask & { readonly id: number };

/**
 * hello: the keys for keyed hashes · seal: a SHA-256 (hex) a record · open: a JSON array with null
 * for what is not there.
 */
export type Answer =
  | { readonly id: number; readonly hashKeys: HashKeys }
  | { readonly id: number; readonly hashes: readonly string[] }
  | { readonly id: number; readonly json: string }
  | { readonly id: number; readonly persons: readonly string[] }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly code: VaultError['code']; readonly detail: string };

/** What the thread that owns the worker tells it. */
export type Control =
  { readonly kind: 'connect'; readonly port: MessagePort } | { readonly kind: 'close' };

export interface WorkerStart {
  readonly file: string;
  readonly keysDir: string;
}

/** The worker's first word to its owner: ready, or why not. */
export type Started =
  | { readonly ready: true }
  | { readonly ready: false; readonly code: VaultError['code']; readonly detail: string };
