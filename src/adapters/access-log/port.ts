/** Who read personal data of whom, and what for. Never the data. */
export interface Access {
  readonly time: string;
  readonly actor: string;
  readonly role: string;
  readonly what: string;
  readonly of: string;
  readonly count: number;
  readonly correlation: string;
}

/** Filters add up. */
export interface AccessFilter {
  readonly actor?: string;
  readonly of?: string;
  /** UTC instants with milliseconds, inclusive and exclusive. */
  readonly from?: string;
  readonly to?: string;
}

/**
 * Some readings, in the order in which they were noted. There may be fewer than were asked for, or
 * none, though there are more: only so much is looked through for one page.
 */
export interface AccessPage {
  readonly items: readonly Access[];
  /** Place to go on from; undefined once all was looked through. */
  readonly next: number | undefined;
}

/**
 * Readings of personal data: a JSON line each in `access.ndjson` of the data folder, or a row each
 * of the table `sanad_access`.
 */
export interface AccessLog {
  /**
   * Resolves once the line is durable: nobody sees personal data before it is noted that they did.
   */
  note(access: Access): Promise<void>;
  /**
   * @param from a place that a page before gave as `next`; 0 for the first
   * @param limit readings at most; at least 1
   */
  list(filter: AccessFilter, from: number, limit: number): Promise<AccessPage>;
  close(): Promise<void>;
}

/** Whether a reading is among those that are asked for. */
export const isAmong = (
  { actor, of, from, to }: AccessFilter,
  { time, actor: reader, of: read }: Access,
): boolean =>
  (actor === undefined || actor === reader) &&
  (of === undefined || of === read) &&
  (from === undefined || time >= from) &&
  (to === undefined || time < to);
