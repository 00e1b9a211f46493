import type { z } from 'zod';
import type { SettingsReader } from '../settings/port.js';
import type { TakeFile } from './iso20022/watched-folder.js';
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

/** A rail that settings may ask for, as the registry has it. */
export interface RailKind<S extends object> {
  /** The setting that asks for it: of two that are set, payments could not go both ways. */
  readonly askedBy: string;
  /** Everything that it can be told, for the table of settings. */
  readonly settings: readonly z.ZodObject[];
  isAskedFor(reader: SettingsReader): boolean;
  /** What the environment says; undefined where something of it is wrong. */
  read(reader: SettingsReader): S | undefined;
  /**
   * Opens it where it is asked for, else gives nothing.
   * @param files where messages are kept for good
   */
  open(files: string, settings: S & Sending): OpenedRail | undefined;
}
