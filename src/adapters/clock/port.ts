/** UTC instants as ISO strings with milliseconds. The only place that time comes from. */
export interface Clock {
  now(): string;
}
export const CLOCK = Symbol('Clock');
