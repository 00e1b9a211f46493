/**
 * Work that many ask for at once and that is done for all of them: whoever asks while it is under
 * way waits for the next, which begins later than they asked.
 */
export class SharedWork<T> {
  readonly #running = new Map<string, { readonly done: Promise<T>; next?: Promise<T> }>();

  share(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (!running) return this.#start(key, work);
    running.next ??= running.done.then(
      () => this.#start(key, work),
      () => this.#start(key, work),
    );
    return running.next;
  }

  #start(key: string, work: () => Promise<T>): Promise<T> {
    const done = work();
    const running = { done };
    this.#running.set(key, running);
    const end = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    done.then(end, end);
    return done;
  }
}
