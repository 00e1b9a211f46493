import type { Anchor } from '../../kernel/anchor.js';
import type { TopicsLeft } from '../event-bus/port.js';

/** What the relay's position stands on. */
export interface RelayGround {
  /** The event behind which it stands; absent: it published none, or an earlier version did. */
  readonly anchor?: Anchor;
  /** How it left the topics; absent: they are taken as they are. */
  readonly left?: TopicsLeft;
}

/**
 * What the one active relay holds. It ends by `release`, or when `lost` aborts, after which `moved`
 * fails.
 */
export interface RelayHold {
  /** Position of the last event that was published for certain; -1 at first. */
  readonly position: number;
  readonly ground: RelayGround;
  readonly lost: AbortSignal;
  /** Everything up to this position was published. Rejects when the hold was lost. */
  moved(position: number, ground: RelayGround): Promise<void>;
  release(): Promise<void>;
}

/** Lets one relay of many be at work, and keeps how far it came. */
export interface RelayState {
  /** Waits until no other relay is at work; nothing when the signal aborts first. */
  hold(signal: AbortSignal): Promise<RelayHold | undefined>;
  /**
   * Sets the checkpoint back (-1: publish all again), for a topic or a log that was lost: the log
   * and the topics are taken as they are then. Refused while a relay is at work.
   * @param meanwhile done while no relay can begin to work
   */
  rewind(position: number, meanwhile?: () => Promise<void>): Promise<void>;
}
