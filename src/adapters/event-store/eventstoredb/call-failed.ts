/**
 * A call that failed. refused: the server said no, and nothing was done. too-large: it takes no
 * append of that size. unclear: it may or may not have been done. `message` names the kind of
 * failure only, never what the server or the client said.
 */
export class CallFailed extends Error {
  constructor(
    readonly failure: 'refused' | 'too-large' | 'unclear',
    message: string,
  ) {
    super(message);
    this.name = 'CallFailed';
  }
}
