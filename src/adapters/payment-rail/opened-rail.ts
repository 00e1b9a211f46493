import type { TakeFile } from './iso20022/inbox.js';
import type { PaymentRail } from './port.js';

export interface RailCallbacks {
  /** Takes in a file that the payment system sent. */
  readonly take: TakeFile;
  /** Told of what failed now and is tried again. */
  onTrouble(what: string, error: unknown): void;
}

/** A way that payments go out, and where what became of them comes in. */
export interface OpenedRail {
  readonly rail: PaymentRail;
  /**
   * Sends what waits and takes in what the payment system says, until the signal aborts; absent:
   * nothing waits, and outcomes come over HTTP, by the command line or by a topic only.
   */
  attend?(callbacks: RailCallbacks, signal: AbortSignal): Promise<void>;
}

/** What holds for whichever rail it is, and is no setting: the process that opens it decides. */
export interface Sending {
  /**
   * What goes to a payments block is left to its outbox, so that a block that does not answer holds
   * up nothing else.
   */
  readonly deferred?: boolean;
}

/**
 * Opens a rail where its settings ask for it, else gives nothing.
 * @param files where messages are kept for good
 */
export type OpenWhereAsked<S extends object> = (
  files: string,
  settings: S & Sending,
) => OpenedRail | undefined;
