import type { MessageArchive } from '../../src/adapters/message-archive/port.js';
import type { Vault } from '../../src/adapters/vault/port.js';
import type { Checkpoints } from '../../src/composition/background-work.js';
import type { LogOfHistory } from './log.js';
import type { Owner } from './scheduler.js';

/** What a process reaches besides the log, its jobs and the bank. */
export interface Parts {
  readonly vault: Vault;
  readonly archive: MessageArchive;
  readonly checkpoints: Checkpoints;
}

/** What outlives the processes of a history: in memory, or in a data folder. */
export interface Places {
  readonly log: LogOfHistory;
  /** Each call of one of them is one that the scheduler lets go on. */
  partsOf(owner: Owner): Parts;
  /** Of these persons, those whose key is not there (any more). */
  withoutKey(personIds: readonly string[]): Promise<ReadonlySet<string>>;
}
