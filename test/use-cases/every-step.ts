import { expect } from '@jest/globals';
import type { Deps } from '../../src/write-side/context.js';
import type { TestEventStoreDb } from '../support/eventstoredb-server.js';
import type { World } from './world.js';

/**
 * What is tried: from a state of its own, a piece of work that may be cut off, and what must be
 * true once it was finished.
 */
export interface Scene {
  readonly on: TestEventStoreDb;
  readonly world: World;
  run(deps: Deps): Promise<unknown>;
  check(deps: Deps, step: number): Promise<void>;
  between?(deps: Deps): Promise<void>;
}

/**
 * Cuts the first try off before or after its n-th append, until a try gets through; each time
 * another process finishes.
 * @returns how many appends the work takes
 */
export async function everyStep(
  engineOn: (world: World, on: TestEventStoreDb, patienceMs?: number) => Promise<Deps>,
  scene: () => Promise<Scene>,
): Promise<number> {
  for (let step = 0; ; step += 1) {
    for (const fault of ['reset-before', 'reset-after'] as const) {
      const { on, world, run, check, between } = await scene();
      const dying = await engineOn(world, on, 200);
      await on.fault({ on: 'append', fault, skip: step, times: 1 });
      await on.fault({ on: 'append', fault: 'unavailable', skip: step, times: -1 });
      const failed = await run(dying).then(
        () => undefined,
        (error: unknown) => error,
      );
      const through = failed === undefined;
      if (!through) expect(failed).toMatchObject({ name: 'StoreError', code: 'OUTCOME_UNKNOWN' });
      await on.heal();
      const finishing = await engineOn(world, on);
      await between?.(finishing);
      await run(finishing);
      await check(finishing, step);
      // Where it was the last append, and was written, the first try found that out by reading.
      if (through && fault === 'reset-before') return step;
    }
  }
}
