/**
 * Resolves when the event loop has read everything that had arrived. Requests that came together go
 * on together, and so travel to the log's threads in one message instead of one each.
 */
export class EventLoopBatcher {
  #next: Promise<void> | undefined;

  wait(): Promise<void> {
    this.#next ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#next = undefined;
        resolve();
      });
    });
    return this.#next;
  }
}
