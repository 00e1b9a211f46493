import type { AutomationState, FoundState } from './set-aside.js';

/**
 * Where the runner was; losing it costs a walk over the log, never correctness: what was done is
 * told by the streams.
 */
export interface Checkpoint {
  /** Up to which all have acted; -1 where nothing was kept. */
  load(): Promise<number>;
  save(position: number): Promise<void>;
  /** Of each by itself. Undefined: an earlier version kept one position for all. */
  loadState?(): Promise<FoundState | undefined>;
  saveState?(state: AutomationState): Promise<void>;
}

/** A checkpoint for tests and for jobs that start where the log ends. */
export const checkpointInMemory = (start = -1): Checkpoint => {
  let position = start;
  let state: AutomationState | undefined;
  return {
    load: async () => position,
    save: async (next) => {
      position = next;
    },
    loadState: async () => state,
    saveState: async (next) => {
      state = next;
    },
  };
};
