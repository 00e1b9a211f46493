import { paymentFiles } from './embedded.js';
import type { PaymentRail } from './port.js';
import { watchedFolder, type WatchedFolder } from './watched-folder.js';
import { schemaCheck } from './xsd.js';

export interface RailSettings {
  /** Folder of ISO 20022 schemas; absent: messages are not held against them. */
  readonly schemasDir?: string;
  /** A folder that the bank's file transfer serves (see watchedFolder); absent: messages stay among the files of the data folder. */
  readonly bankFolder?: string;
}

/** The folder that is shared with the bank, where there is one. @param files where messages are kept for good */
export const bankFolderOf = (files: string, { schemasDir, bankFolder }: RailSettings): WatchedFolder | undefined =>
  (bankFolder === undefined ? undefined : watchedFolder(bankFolder, files, schemaCheck(schemasDir)));

/** The rail of ISO 20022 files. */
export const isoRail = (files: string, settings: RailSettings = {}): PaymentRail =>
  bankFolderOf(files, settings)?.rail ?? paymentFiles(files, schemaCheck(settings.schemasDir));
