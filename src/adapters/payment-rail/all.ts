import { openGovstack } from './govstack/open.js';
import { openBankFolder, openFiles } from './iso20022/open.js';
import type { OpenedRail, OpenRail, RailSettings } from './opened-rail.js';

/** Every rail that settings may ask for. A new one is its folder and a line here. */
const RAILS: readonly OpenRail[] = [openGovstack, openBankFolder];

/**
 * The rail that payments go out by: the first that is set, else files.
 * @param files where messages are kept for good
 */
export function openRail(files: string, settings: RailSettings = {}): OpenedRail {
  for (const open of RAILS) {
    const opened = open(files, settings);
    if (opened) return opened;
  }
  return openFiles(files, settings);
}
