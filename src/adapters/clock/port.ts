/** UTC instants as ISO strings with milliseconds. The only place that time comes from. */
export interface Clock {
  now(): string;
  /** Tells of an instant that somebody wrote: what is written from now on is not before it. */
  saw?(instant: string): void;
}
export const CLOCK = Symbol('Clock');

/** How far a machine's clock may be off the newest instant that was written. */
export interface ClockLimits {
  readonly behindMs: number;
  readonly aheadDays: number;
}
