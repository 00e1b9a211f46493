import { StoreError } from '../../../kernel/errors.js';

/**
 * A call that failed. refused: the server said no, and nothing was done. deleted: the stream was
 * deleted there for good. too-large: it takes no append of that size. unclear: it may or may not
 * have been done. `message` names the kind of failure only, never what the server or the client
 * said.
 */
export class CallFailed extends Error {
  constructor(
    readonly failure: 'refused' | 'deleted' | 'too-large' | 'unclear',
    message: string,
  ) {
    super(message);
    this.name = 'CallFailed';
  }
}

/** A stream of ours that somebody deleted at the server: decided on no more. */
export const deletedAt = (stream: string, goesOn?: number): StoreError =>
  new StoreError(
    'LOG_CORRUPT',
    `${stream} was deleted at EventStoreDB${goesOn === undefined ? '' : `, and goes on at revision ${goesOn}`}. Nothing more is decided on it: restore the log from a copy (docs/operations.md).`,
    { stream },
  );
