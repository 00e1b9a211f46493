/** What the one active process holds, until `release` or until `lost` aborts. */
export interface LeaseHold {
  readonly lost: AbortSignal;
  /** The log position that was saved last, by whichever holder; -1 at first. */
  load(): Promise<number>;
  /** Counts only while the lease is held; rejects when it was lost. */
  save(position: number): Promise<void>;
  /** A text that was saved last; undefined at first. */
  loadText(): Promise<string | undefined>;
  /** As `save`. */
  saveText(text: string): Promise<void>;
  release(): Promise<void>;
}

/** Lets one process of many be at work, and keeps how far it came. */
export interface Lease {
  /**
   * Waits until no other holds it; nothing when the signal aborts first. Rejects when it cannot be
   * asked for.
   */
  hold(signal: AbortSignal): Promise<LeaseHold | undefined>;
}
