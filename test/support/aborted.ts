import { once } from 'node:events';

/** Resolves when the signal aborts, or at once where it has. */
export const aborted = (signal: AbortSignal): Promise<unknown> =>
  signal.aborted ? Promise.resolve() : once(signal, 'abort');
