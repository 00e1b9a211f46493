/** What the HTTP server needs of the configuration. */
export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly bodyLimitBytes: number;
  readonly requestTimeoutMs: number;
  /** Begins the addresses of problems; has no slash at its end. */
  readonly baseUri: string;
}
