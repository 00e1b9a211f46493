import { Backoff } from '../../../kernel/concurrency/backoff.js';
import { pause } from '../../../kernel/concurrency/pause.js';
import { Kept } from './kept.js';
import type { GovstackSettings } from './port.js';
import { sendMessage } from './sender.js';

export interface OutboxOptions {
  /** Milliseconds between looks. Default 1,000. */
  readonly everyMs?: number;
  /**
   * Told of a message that could not be sent now: it stays, and is tried again after a growing
   * pause.
   */
  readonly onTrouble?: (what: string, error: unknown) => void;
}
export interface GovstackOutbox {
  /** Sends every message that is due; how many were sent whole, and how many failed. */
  look(
    signal: AbortSignal,
    onTrouble?: OutboxOptions['onTrouble'],
  ): Promise<{ readonly sent: number; readonly failed: number }>;
  /** Looks until the signal aborts. */
  watch(signal: AbortSignal, options?: OutboxOptions): Promise<void>;
}

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Sends the messages that a deferred rail wrote into `files`, one after the other; one that the
 * block refuses does not hold up the others.
 */
export function govstackOutbox(files: string, settings: GovstackSettings): GovstackOutbox {
  const kept = new Kept(files);
  const failing = new Map<string, { readonly backoff: Backoff; readonly againAtMs: number }>();

  async function look(
    signal: AbortSignal,
    onTrouble: OutboxOptions['onTrouble'] = () => undefined,
  ): Promise<{ sent: number; failed: number }> {
    const counts = { sent: 0, failed: 0 };
    for (const messageId of await kept.pending()) {
      signal.throwIfAborted();
      const failed = failing.get(messageId);
      if (failed && performance.now() < failed.againAtMs) continue;
      try {
        await sendMessage(settings, kept, messageId, signal);
        failing.delete(messageId);
        counts.sent += 1;
      } catch (error) {
        signal.throwIfAborted();
        const backoff = failed?.backoff ?? new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
        failing.set(messageId, { backoff, againAtMs: performance.now() + backoff.next() });
        counts.failed += 1;
        onTrouble(messageId, error);
      }
    }
    return counts;
  }

  return {
    look,
    async watch(signal, { everyMs = 1_000, onTrouble } = {}) {
      while (!signal.aborted) {
        try {
          await look(signal, onTrouble);
        } catch (error) {
          if (!signal.aborted) onTrouble?.('the outbox', error);
        }
        await pause(everyMs, signal);
      }
    },
  };
}
