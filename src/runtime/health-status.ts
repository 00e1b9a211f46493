/** Whether what a process does beside answering goes on. */
export interface Vitals {
  readonly alive: boolean;
  /** Why it last failed, until it goes on. */
  readonly trouble: string | undefined;
}
export const VITALS = Symbol('Vitals');
