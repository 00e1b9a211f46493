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

/** Readings of personal data, one JSON line each, in `access.ndjson` of the data folder. */
export interface AccessLog {
  /** Resolves once the line is synced: nobody sees personal data before it is noted that they did. */
  note(access: Access): Promise<void>;
  close(): Promise<void>;
}
