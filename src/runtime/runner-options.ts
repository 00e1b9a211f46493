import type { Pause } from '../kernel/concurrency/pause.js';
import type { Failing, SetAside } from '../write-side/set-aside.js';

/** What whoever runs it is told. */
export interface RunnerOptions {
  readonly pageSize?: number;
  /** An event was set aside: a person has to look at it. */
  readonly onSetAside?: (entry: SetAside) => void;
  /** A manager failed now and is tried again; the others go on. */
  readonly onTrouble?: (manager: string, error: unknown) => void;
  /** It has failed for a while. */
  readonly onLasting?: (failing: Failing) => void;
  /** How long the first pause between tries is; for tests. */
  readonly firstPauseMs?: number;
  /** How it waits; absent: by the machine's clock. */
  readonly pause?: Pause;
}
