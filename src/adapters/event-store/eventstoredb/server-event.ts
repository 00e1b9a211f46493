/** An event as the server gives it. Data and metadata are what JSON.parse made of them. */
export interface ServerEvent {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
  /** Commit position: of the event's record in the server's log. */
  readonly position: number;
}
export interface NewServerEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: object;
}

/** What the server does not say is missing. `revision`: of the last event. */
export type ServerAppend =
  | {
      readonly kind: 'written';
      readonly position: number | undefined;
      readonly revision: number | undefined;
    }
  | { readonly kind: 'wrong-version' };
