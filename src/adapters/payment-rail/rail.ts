import { paymentFiles } from './iso20022/pain001-rail.js';
import { govstackBlock, govstackRail } from './govstack/govstack-rail.js';
import { govstackOutbox, type GovstackOutbox } from './govstack/outbox.js';
import type { GovstackBlock, GovstackSettings } from './govstack/port.js';
import { RailError, type PaymentRail } from './port.js';
import { watchedFolder, type WatchedFolder } from './iso20022/watched-folder.js';
import { schemaCheck } from './iso20022/xsd.js';

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

/**
 * The folder that is shared with the bank, where there is one. @param files where messages are kept
 * for good
 */
export const bankFolderOf = (
  files: string,
  { schemasDir, bankFolder }: RailSettings,
): WatchedFolder | undefined =>
  bankFolder === undefined ? undefined : watchedFolder(bankFolder, files, schemaCheck(schemasDir));

/**
 * What was sent to a payments building block; nothing, where none is set. @param files where what
 * is sent is kept for good
 */
export const govstackBlockOf = (files: string, { govstack }: RailSettings): GovstackBlock =>
  govstack === undefined ? NO_BLOCK : govstackBlock(files, govstack);

const none = (): RailError =>
  new RailError('RAIL_FAILED', 'No payments block is set (SANAD_GOVSTACK_URL).');
const NO_BLOCK: GovstackBlock = {
  batch: () => Promise.resolve(undefined),
  asked: () => Promise.resolve(undefined),
  batchesOf: () => {
    throw none();
  },
  details: () => {
    throw none();
  },
  validate: () => Promise.reject(none()),
};

/**
 * What sends to the payments block what is not sent yet, where there is one. @param files where
 * what is sent is kept for good
 */
export const govstackOutboxOf = (
  files: string,
  { govstack }: RailSettings,
): GovstackOutbox | undefined =>
  govstack === undefined ? undefined : govstackOutbox(files, govstack);

/**
 * The rail that payments go out by: a GovStack payments building block where one is set, else ISO
 * 20022 files.
 */
export const isoRail = (files: string, settings: RailSettings = {}): PaymentRail =>
  settings.govstack
    ? govstackRail(files, settings.govstack, settings.deferred)
    : (bankFolderOf(files, settings)?.rail ??
      paymentFiles(files, schemaCheck(settings.schemasDir)));
