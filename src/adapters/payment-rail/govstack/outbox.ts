import { Backoff } from '../../../kernel/concurrency/backoff.js';
import { pause } from '../../../kernel/concurrency/pause.js';
import { BatchFiles } from './batch-files.js';
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

/** The day that has begun: the API has no place for a day, so nothing is sent before it. In UTC. */
export const dayNow = (): string => new Date().toISOString().slice(0, 10);

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Sends the messages that a deferred rail wrote into `files`, one after the other, each from its
 * execution date on; one that the block refuses does not hold up the others.
 * @param today YYYY-MM-DD
 */
export function govstackOutbox(
  files: string,
  settings: GovstackSettings,
  today = dayNow,
): GovstackOutbox {
  const kept = new BatchFiles(files);
  const dueOn = new Map<string, string>();
  const failing = new Map<string, { readonly backoff: Backoff; readonly againAtMs: number }>();

  async function isDue(messageId: string): Promise<boolean> {
    const day = dueOn.get(messageId) ?? (await kept.executionDateOf(messageId));
    dueOn.set(messageId, day);
    return day <= today();
  }

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
        if (!(await isDue(messageId))) continue;
        await sendMessage(settings, kept, messageId, signal);
        dueOn.delete(messageId);
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
