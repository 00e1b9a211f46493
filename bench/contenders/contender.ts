/**
 * What a contender does: its work on an empty folder, once. Set-up outside the timed part is its
 * own affair.
 */
export interface RunOptions {
  readonly writers: number;
  readonly events: number;
}
export interface RunResult {
  readonly events: number;
  readonly seconds: number;
  /**
   * Distinct (stream, revision) read back afterwards; a figure whose count is off does not count.
   */
  readonly distinct: number;
  /** The settings that make it durable, in words; absent for a contender that writes nothing. */
  readonly durable?: string;
}
export type Run = (dir: string, options: RunOptions) => Promise<RunResult>;
