import type { Deps } from '../../src/write-side/context.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';

/**
 * Every stream of a category with the types of its events: what must be the same however a job was
 * interrupted. A run that instructs again starts once more when it goes on.
 */
export async function shapeOf(deps: Pick<Deps, 'store'>, prefix: string): Promise<string[]> {
  const shape: string[] = [];
  for await (const page of pagesOf(deps.store, prefix))
    for (const { stream, events } of page)
      shape.push(
        `${stream}: ${events
          .map((event) => event.type)
          .filter((type, i, all) => type !== 'CycleReinstructionStarted' || all[i - 1] !== type)
          .join(' ')}`,
      );
  return shape;
}

/**
 * Runs a job again and again, each time aborted at a later progress report (1, 2, 3, 5, 8, 12…),
 * until it finishes by itself.
 */
export async function interruptedUntilDone<T>(
  job: (signal: AbortSignal, onProgress: () => void) => Promise<T>,
): Promise<{ readonly result: T; readonly interruptions: number }> {
  let interruptions = 0;
  for (let reports = 1; ; reports += Math.ceil(reports / 2)) {
    const stop = new AbortController();
    let left = reports;
    try {
      const result = await job(stop.signal, () => {
        left -= 1;
        if (left === 0) stop.abort(new Error('interrupted'));
      });
      return { result, interruptions };
    } catch (error) {
      if (!(error instanceof Error && error.message === 'interrupted')) throw error;
      interruptions += 1;
    }
  }
}
