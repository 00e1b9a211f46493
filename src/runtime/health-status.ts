import type { AutomationHealth } from '../write-side/set-aside.js';
import type { Clock } from '../adapters/clock/port.js';

/** Whether what a process does beside answering goes on. */
export interface HealthStatus {
  readonly alive: boolean;
  /** Why it last failed, until it goes on. */
  readonly trouble: string | undefined;
  /** Absent where the process runs none. */
  readonly automation?: AutomationHealth | undefined;
  /** Where roles are processes of their own: what of this one follows the log. */
  readonly followers?: {
    readonly standingBy: readonly string[];
    readonly lags: Readonly<Record<string, number>>;
  };
  /**
   * Where the log is a server that may be silent: its last position as it was read a moment ago.
   * Absent: it is asked.
   */
  readonly logEnd?: { readonly position: number | undefined };
  /** Read models that cannot answer yet; absent where the process asks none. */
  unbuilt?(): Promise<readonly string[]>;
}
export const HEALTH_STATUS = Symbol('HealthStatus');

/**
 * The same, and whether this machine's clock is believed.
 * @param unbuilt where the process answers queries: read models that cannot answer yet
 * @param logEnd where the log is read now and then, not when somebody asks
 */
export const withClock = (
  status: HealthStatus,
  clock: Clock,
  unbuilt?: () => Promise<readonly string[]>,
  logEnd?: HealthStatus['logEnd'],
): HealthStatus => ({
  get alive() {
    return status.alive;
  },
  get trouble() {
    return clockTrouble(clock) ?? status.trouble;
  },
  get automation() {
    return status.automation;
  },
  ...(status.followers ? { followers: status.followers } : {}),
  ...(unbuilt ? { unbuilt } : {}),
  ...(logEnd ? { logEnd } : {}),
});

function clockTrouble(clock: Clock): string | undefined {
  try {
    clock.now();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
