import { afterAll, beforeAll, expect } from '@jest/globals';
import type { EventStore, StreamWrite } from '../../src/adapters/event-store/port.js';

/** A store under test. It may hold other events already: every test uses streams of its own. */
export interface StoreUnderTest {
  readonly store: EventStore;
  close(): Promise<void>;
}

/**
 * What an adapter promises beyond the rest.
 * - gapless: positions grow by one.
 * - commitsInOrder: the groups of one call reach the log in the order of the call.
 * - atomicGroups: a group over many streams is written at once; otherwise the same group again
 *   completes what is there in part.
 */
export interface Promises {
  readonly gapless: boolean;
  readonly commitsInOrder: boolean;
  readonly atomicGroups: boolean;
}

/**
 * The store that the tests of a `describe` share, made before the first and closed after the last.
 */
export class ContractStore {
  #open: StoreUnderTest | undefined;

  constructor(
    makeStore: () => Promise<StoreUnderTest>,
    readonly promises: Promises,
  ) {
    beforeAll(async () => {
      this.#open = await makeStore();
    });
    afterAll(() => this.#open?.close());
  }

  get store(): EventStore {
    if (!this.#open)
      throw new Error('The store is made before the tests run, not while they are declared.');
    return this.#open.store;
  }

  /** Appends what must be appendable; the position of its last event. */
  readonly appended = async (...writes: readonly StreamWrite[]): Promise<number> => {
    const result = await this.store.append({ writes });
    if (result.kind !== 'appended') throw new Error(`not appended but ${result.kind}`);
    return result.position;
  };

  /** Positions of `count` events in a row after `start`. */
  readonly expectInARow = (positions: readonly number[], start: number, count: number): void => {
    expect(positions).toHaveLength(count);
    if (this.promises.gapless)
      expect(positions).toEqual(Array.from({ length: count }, (_, n) => start + 1 + n));
    for (const [index, position] of positions.entries())
      expect(position).toBeGreaterThan(index === 0 ? start : positions[index - 1]!);
  };
}
