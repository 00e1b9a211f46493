import type { OpenedRail, OpenWhereAsked } from '../opened-rail.js';
import { paymentFiles } from './pain001-rail.js';
import type { FileSettings } from './settings.js';
import { watchedFolder, type WatchedFolder } from './watched-folder.js';
import { schemaCheck } from './xsd.js';

/**
 * The folder that is shared with the bank, where there is one.
 * @param files where messages are kept for good
 */
export const bankFolderOf = (
  files: string,
  { schemasDir, bankFolder }: FileSettings,
): WatchedFolder | undefined =>
  bankFolder === undefined ? undefined : watchedFolder(bankFolder, files, schemaCheck(schemasDir));

/** Files that the bank's file transfer fetches and brings. */
export const openBankFolder: OpenWhereAsked<FileSettings> = (files, settings) => {
  const folder = bankFolderOf(files, settings);
  return (
    folder && {
      rail: folder.rail,
      attend: ({ take, onTrouble }, signal) =>
        folder.watch(take, signal, {
          onTrouble: (what, error) => onTrouble(`bank folder: ${what}`, error),
        }),
    }
  );
};

/** Files that somebody carries to the bank; always there. */
export const openFiles = (files: string, { schemasDir }: FileSettings): OpenedRail => ({
  rail: paymentFiles(files, schemaCheck(schemasDir)),
});
