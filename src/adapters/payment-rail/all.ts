import { blockSettings } from './govstack/settings.js';
import { bankFolderSettings } from './iso20022/settings.js';
import type { OpenedRail, OpenWhereAsked, Sending } from './opened-rail.js';
import type { RailDeclaration } from './port.js';

/** A rail that settings may ask for. */
interface Rail<S extends object> extends RailDeclaration<S> {
  /** Loads the rail, which what is said of it above does not. */
  opener(): Promise<OpenWhereAsked<S>>;
}

const rail = <S extends object>(
  declaration: RailDeclaration<S>,
  opener: Rail<S>['opener'],
): Rail<S> => ({ ...declaration, opener });

/**
 * What every rail that settings may ask for can be told, and how it is opened: a new one is its
 * folder and a line here. Settings are read, checked and printed from it, and no rail is loaded for
 * that.
 */
const ALL = [
  rail(bankFolderSettings, async () => (await import('./iso20022/open.js')).openBankFolder),
  rail(blockSettings, async () => (await import('./govstack/open.js')).openBlock),
] as const;

type SettingsOf<R> = R extends Rail<infer S> ? S : never;
type Joined<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;
/** What is set of any rail; those that are not asked for have nothing here. */
export type RailSettings = Joined<SettingsOf<(typeof ALL)[number]>>;

export const RAILS: readonly Rail<RailSettings>[] = ALL;

/**
 * The rail that payments go out by: the one that is set, else files.
 * @param files where messages are kept for good
 */
export async function openRail(
  files: string,
  settings: RailSettings & Sending = {},
): Promise<OpenedRail> {
  for (const { opener } of RAILS) {
    const open = await opener();
    const opened = open(files, settings);
    if (opened) return opened;
  }
  const { openFiles } = await import('./iso20022/open.js');
  return openFiles(files, settings);
}
