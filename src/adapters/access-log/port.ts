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

/**
 * Readings of personal data: a JSON line each in `access.ndjson` of the data folder, or a row each
 * of the table `sanad_access`.
 */
export interface AccessLog {
  /**
   * Resolves once the line is durable: nobody sees personal data before it is noted that they did.
   */
  note(access: Access): Promise<void>;
  close(): Promise<void>;
}
