import { join } from 'node:path';
import type { EventRegistry } from '../../events/registry.js';
import { systemClock } from '../adapters/clock/system.js';
import type { EventStore } from '../adapters/event-store/port.js';
import { messageArchive } from '../adapters/message-archive/file-system.js';
import { openRail } from '../adapters/payment-rail/all.js';
import { readBankMessageInThread } from '../adapters/payment-rail/iso20022/incoming/threaded.js';
import type { OpenedRail, RailSettings } from '../adapters/payment-rail/opened-rail.js';
import type { Vault } from '../adapters/vault/port.js';
import type { MessageDeps } from '../write-side/context.js';
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
  readonly rail: RailSettings;
  readonly messageLimitBytes?: number;
}

/** What every process, thread and command that writes works with, over whichever stores it has. */
export interface EngineDeps extends MessageDeps {
  readonly dir: string;
  readonly filesDir: string;
  /** The rail, with what it does beside sending. */
  readonly opened: OpenedRail;
}

export function engineOver(
  { dir, filesDir, store, registry, vault }: EngineParts,
  { rail, messageLimitBytes }: EngineSettings,
): EngineDeps {
  const opened = openRail(filesDir, rail);
  return {
    dir,
    filesDir,
    store,
    registry,
    vault,
    opened,
    rail: opened.rail,
    clock: systemClock,
    locks: new KeyedMutex(),
    archive: messageArchive(join(dir, 'archive'), messageLimitBytes),
    readMessage: readBankMessageInThread,
  };
}
