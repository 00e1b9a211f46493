import { canonicalJson } from '../../kernel/canonical.js';

/**
 * What makes two tries the same event. When, by whom and after what it was tried again does not.
 */
export interface Identified {
  readonly id: string;
  readonly type: string;
  readonly v: number;
  readonly data: unknown;
}

/** True where one event is there already as the other: the same id, type, version and data. */
export const isSameEvent = (one: Identified, other: Identified): boolean =>
  one.id === other.id &&
  one.type === other.type &&
  one.v === other.v &&
  canonicalJson(one.data) === canonicalJson(other.data);

/** The same for two stored lines. */
export const isSameLine = (one: string, other: string): boolean =>
  one === other || isSameEvent(JSON.parse(one) as Identified, JSON.parse(other) as Identified);
