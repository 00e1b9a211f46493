import { z } from 'zod';
import { optional, text, type SettingsReader } from '../../settings/port.js';
import type { RailDeclaration } from '../port.js';

/** What the environment says of ISO 20022 files. */
export interface FileSettings {
  /** Folder of ISO 20022 schemas; absent: messages are not held against them. */
  readonly schemasDir?: string;
  /**
   * A folder that the bank's file transfer serves (see watchedFolder); absent: messages stay among
   * the files of the data folder.
   */
  readonly bankFolder?: string;
}

const fileSettings = z.object({
  ISO20022_XSD_DIR: optional(
    text('folder'),
    'ISO 20022 schemas (pain.001.001.09.xsd, …); messages are held against them before they leave',
  ),
  SANAD_BANK_FOLDER: optional(
    text('folder'),
    "what the bank's file transfer serves: messages go to its OUT, the bank's come in its IN",
  ),
});

export const bankFolderSettings: RailDeclaration<FileSettings> = {
  askedBy: 'SANAD_BANK_FOLDER',
  settings: [fileSettings],
  read: readFileSettings,
  isAskedFor: (reader) => reader.read(fileSettings)?.SANAD_BANK_FOLDER !== undefined,
};

function readFileSettings(reader: SettingsReader): FileSettings | undefined {
  const read = reader.read(fileSettings);
  if (!read) return undefined;
  const { ISO20022_XSD_DIR: schemasDir, SANAD_BANK_FOLDER: bankFolder } = read;
  return {
    ...(schemasDir === undefined ? {} : { schemasDir }),
    ...(bankFolder === undefined ? {} : { bankFolder }),
  };
}
