import type { MessagePort } from 'node:worker_threads';
import type { ClockLimits } from '../adapters/clock/port.js';
import type { Config } from './config.js';
import type { RailSettings } from '../adapters/payment-rail/all.js';

/** What the background thread is started with. */
export interface BackgroundStart {
  readonly dir: string;
  readonly files: string;
  readonly mode: Config['mode'];
  readonly rail: RailSettings;
  readonly clockLimits?: ClockLimits;
  /** Whom callers may have called back, and how long one call may take. */
  readonly callbacks: { readonly allowed: readonly string[]; readonly timeoutMs: number };
  readonly log: MessagePort;
  readonly vault: MessagePort;
}
