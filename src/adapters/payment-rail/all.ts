import { openBlock } from './govstack/open.js';
import { openBankFolder, openFiles } from './iso20022/open.js';
import type { OpenedRail, OpenWhereAsked, Sending } from './opened-rail.js';
import type { RailName, RailSettings } from './settings.js';

/** How each rail of settings.ts is opened. */
const OPEN: Readonly<Record<RailName, OpenWhereAsked<RailSettings>>> = {
  iso20022: openBankFolder,
  govstack: openBlock,
};

/**
 * The rail that payments go out by: the one that is set, else files.
 * @param files where messages are kept for good
 */
export function openRail(files: string, settings: RailSettings & Sending = {}): OpenedRail {
  for (const open of Object.values(OPEN)) {
    const opened = open(files, settings);
    if (opened) return opened;
  }
  return openFiles(files, settings);
}
