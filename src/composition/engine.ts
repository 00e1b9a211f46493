import { join } from 'node:path';
import type { EventRegistry } from '../../events/registry.js';
import { heldClock, type HeldClock } from '../adapters/clock/held.js';
import type { ClockLimits } from '../adapters/clock/port.js';
import { systemClock } from '../adapters/clock/system.js';
import type { EventStore } from '../adapters/event-store/port.js';
import { messageArchive } from '../adapters/message-archive/file-system.js';
import { openRail, type RailSettings } from '../adapters/payment-rail/all.js';
import { readBankMessageInThread } from '../adapters/payment-rail/iso20022/incoming/threaded.js';
import type { OpenedRail, Sending } from '../adapters/payment-rail/opened-rail.js';
import type { Vault } from '../adapters/vault/port.js';
import type { MessageDeps } from '../write-side/context.js';
import type { Recorded } from '../kernel/decider.js';
import type { Config } from './config.js';
import { KeyedMutex } from '../kernel/concurrency/keyed-mutex.js';

export interface EngineParts {
  /** The data folder, and its folder of files to and from banks. */
  readonly dir: string;
  readonly filesDir: string;
  readonly store: EventStore;
  readonly registry: EventRegistry;
  readonly vault: Vault;
}

export interface EngineSettings {
  /** In production a bank's file that a person hands over waits for another one. */
  readonly mode?: Config['mode'];
  readonly rail: RailSettings & Sending;
  readonly messageLimitBytes?: number;
  /** How far the machine's clock may be off. */
  readonly clockLimits?: ClockLimits;
}

/** What every process, thread and command that writes works with, over whichever stores it has. */
export interface EngineDeps extends MessageDeps {
  readonly dir: string;
  readonly filesDir: string;
  /** The rail, with what it does beside sending. */
  readonly opened: OpenedRail;
  readonly clock: HeldClock;
}

export async function engineOver(
  { dir, filesDir, store, registry, vault }: EngineParts,
  { mode, rail, messageLimitBytes, clockLimits }: EngineSettings,
): Promise<EngineDeps> {
  const opened = await openRail(filesDir, rail);
  return {
    dir,
    filesDir,
    store,
    registry,
    vault,
    opened,
    rail: opened.rail,
    clock: heldClock(systemClock, clockLimits),
    locks: new KeyedMutex(),
    archive: messageArchive(join(dir, 'archive'), messageLimitBytes),
    readMessage: readBankMessageInThread,
    filesTakeTwo: mode === 'production',
  };
}

/** Events at the log's end that are looked at, where positions count events. */
const TAIL = 1_000;

/**
 * Looks at the log's end: what a newer program wrote is met here, and not by the first reader, and
 * the clock learns when the newest events were written.
 * @throws StoreError LOG_NEWER_VERSION, LOG_CORRUPT, CLOCK_BEHIND_LOG
 */
export async function lookAtEnd({
  store,
  clock,
}: Pick<EngineDeps, 'store' | 'clock'>): Promise<void> {
  for (const { time } of await newestOf(store)) clock.saw(time);
  clock.now();
}

async function newestOf(store: EventStore): Promise<readonly Recorded[]> {
  if (store.lastEvent) {
    const last = await store.lastEvent();
    return last ? [last] : [];
  }
  const last = await store.lastPosition();
  return (await store.readAll(Math.max(-1, last - TAIL), TAIL)).events;
}
