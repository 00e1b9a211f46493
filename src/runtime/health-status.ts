/** Whether what a process does beside answering goes on. */
export interface HealthStatus {
  readonly alive: boolean;
  /** Why it last failed, until it goes on. */
  readonly trouble: string | undefined;
}
export const HEALTH_STATUS = Symbol('HealthStatus');
