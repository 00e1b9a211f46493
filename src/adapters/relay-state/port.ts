/**
 * What the one active relay holds. It ends by `release`, or when `lost` aborts, after which `moved`
 * fails.
 */
export interface RelayHold {
  /** Position of the last event that was published for certain; -1 at first. */
  readonly position: number;
  readonly lost: AbortSignal;
  /** Everything up to this position was published. Rejects when the hold was lost. */
  moved(position: number): Promise<void>;
  release(): Promise<void>;
}

/** Lets one relay of many be at work, and keeps how far it came. */
export interface RelayState {
  /** Waits until no other relay is at work; nothing when the signal aborts first. */
  hold(signal: AbortSignal): Promise<RelayHold | undefined>;
  /**
   * Sets the checkpoint back (-1: publish all again), for a topic that was lost. Refused while a
   * relay is at work.
   */
  rewind(position: number): Promise<void>;
}
