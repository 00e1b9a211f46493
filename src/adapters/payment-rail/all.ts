import { blockRail } from './govstack/open.js';
import { bankFolderRail, openFiles } from './iso20022/open.js';
import type { OpenedRail, RailKind, Sending } from './opened-rail.js';

/**
 * Every rail that settings may ask for. A new one is its folder and a line here: what it can be told
 * is declared there, and is read, checked and printed from here.
 */
const ALL = [bankFolderRail, blockRail];

type SettingsOf<R> = R extends RailKind<infer S> ? S : never;
type Joined<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;
/** What is set of any rail; those that are not asked for have nothing here. */
export type RailSettings = Joined<SettingsOf<(typeof ALL)[number]>>;

export const RAILS: readonly RailKind<RailSettings>[] = ALL;

/**
 * The rail that payments go out by: the one that is set, else files.
 * @param files where messages are kept for good
 */
export function openRail(files: string, settings: RailSettings & Sending = {}): OpenedRail {
  for (const rail of RAILS) {
    const opened = rail.open(files, settings);
    if (opened) return opened;
  }
  return openFiles(files, settings);
}
