import { setTimeout as wait } from 'node:timers/promises';

/** The one place of the tests that knows a clock; eslint.config.mjs forbids it everywhere else. */
const LOOK_EVERY_MS = 20;
/** Longer than any machine needs: a test that fails by it waits for what never comes. */
const PATIENCE_MS = 240_000;

/**
 * Looks until there is something: what `look` gives, unless it is false or undefined.
 * @param running what works meanwhile; where it fails, the test fails with it
 * @throws Error that names what did not come
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  running: readonly Promise<unknown>[] = [],
): Promise<Exclude<T, false | undefined>> {
  let failed: { readonly error: unknown } | undefined;
  for (const one of running)
    one.catch((error: unknown) => {
      failed = { error };
    });
  for (const end = performance.now() + PATIENCE_MS; ;) {
    const found = await look();
    if (found !== false && found !== undefined) return found as Exclude<T, false | undefined>;
    if (failed) throw failed.error;
    if (performance.now() > end) throw new Error(`this did not come: ${what}`);
    await wait(LOOK_EVERY_MS);
  }
}

/**
 * Makes something slow or away for a while: a disk, a line, a worker. Nothing may be concluded from
 * how long it took.
 */
export const simulatedDelay = (ms: number, signal?: AbortSignal): Promise<void> =>
  wait(ms, undefined, signal ? { signal } : {}).catch(() => undefined);

/**
 * Milliseconds since now, to choose moments by; a test that expects something of them counts on a
 * time.
 */
export function stopwatch(): () => number {
  const startMs = performance.now();
  return () => performance.now() - startMs;
}

/** Lets everything that is ready go on, so often. */
export async function eventLoopTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}
