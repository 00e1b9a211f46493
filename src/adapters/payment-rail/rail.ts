import { paymentFiles } from './embedded.js';
import type { PaymentRail } from './port.js';
import { watchedFolder } from './watched-folder.js';
import { schemaCheck } from './xsd.js';

export interface RailSettings {
  /** Folder of ISO 20022 schemas; absent: messages are not held against them. */
  readonly schemasDir?: string;
  /** A folder that the bank's file transfer serves (see watchedFolder); absent: messages stay among the files of the data folder. */
  readonly bankFolder?: string;
}

/** The rail of ISO 20022 files. @param files where messages are kept for good */
export function isoRail(files: string, { schemasDir, bankFolder }: RailSettings = {}): PaymentRail {
  const options = schemaCheck(schemasDir);
  return bankFolder === undefined ? paymentFiles(files, options) : watchedFolder(bankFolder, files, options).rail;
}
