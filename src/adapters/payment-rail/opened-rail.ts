import type { GovstackSettings } from './govstack/port.js';
import type { TakeFile } from './iso20022/watched-folder.js';
import type { PaymentRail } from './port.js';

export interface RailSettings {
  /** Folder of ISO 20022 schemas; absent: messages are not held against them. */
  readonly schemasDir?: string;
  /**
   * A folder that the bank's file transfer serves (see watchedFolder); absent: messages stay among
   * the files of the data folder.
   */
  readonly bankFolder?: string;
  /** A payments building block; absent: payments go out as ISO 20022 files. */
  readonly govstack?: GovstackSettings;
  /**
   * What goes to a payments block is left to its outbox, so that a block that does not answer holds
   * up nothing else.
   */
  readonly deferred?: boolean;
}

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

/**
 * Opens a rail where the settings ask for it, else gives nothing.
 * @param files where messages are kept for good
 */
export type OpenRail = (files: string, settings: RailSettings) => OpenedRail | undefined;
