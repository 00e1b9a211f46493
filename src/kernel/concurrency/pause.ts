/** How something waits; a simulation gives another clock's. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Waits so many milliseconds, or until the signal aborts; it resolves either way. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
