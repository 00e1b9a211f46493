/** How the process managers are: events set aside for a person, and managers that fail now. */
export interface AutomationHealth {
  readonly setAside: number;
  readonly behind: number;
}

/** Whether what a process does beside answering goes on. */
export interface HealthStatus {
  readonly alive: boolean;
  /** Why it last failed, until it goes on. */
  readonly trouble: string | undefined;
  /** Absent where the process runs none. */
  readonly automation?: AutomationHealth;
}
export const HEALTH_STATUS = Symbol('HealthStatus');
