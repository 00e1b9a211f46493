import { blockSettings } from './govstack/settings.js';
import { bankFolderSettings } from './iso20022/settings.js';
import type { RailDeclaration } from './port.js';

/**
 * What every rail that settings may ask for can be told, by its folder: it is read, checked and
 * printed from here, and no rail is loaded for it. A new one is its folder, a line here and one in
 * all.ts.
 */
const ALL = {
  iso20022: bankFolderSettings,
  govstack: blockSettings,
};

export type RailName = keyof typeof ALL;

type SettingsOf<D> = D extends RailDeclaration<infer S> ? S : never;
type Joined<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;
/** What is set of any rail; those that are not asked for have nothing here. */
export type RailSettings = Joined<SettingsOf<(typeof ALL)[RailName]>>;

export const RAILS: readonly RailDeclaration<RailSettings>[] = Object.values(ALL);
