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
