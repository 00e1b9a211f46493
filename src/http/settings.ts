/** What the HTTP server needs of the configuration. */
export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly bodyLimitBytes: number;
  readonly requestTimeoutMs: number;
}
