import { reasonOf } from './set-aside.js';
import type { Failing } from '../write-side/set-aside.js';

/** Tries in a row that fail before it is said that it lasts: some seconds. */
const LASTS_AFTER = 5;

/** Process managers that fail because something they stand on does, and why. */
export class FailingManagers {
  readonly #met = new Map<string, { readonly times: number; readonly failing: Failing }>();

  constructor(private readonly onLasting: (failing: Failing) => void = () => undefined) {}

  /** It failed once more. */
  met(manager: string, error: unknown): void {
    const times = (this.#met.get(manager)?.times ?? 0) + 1;
    const failing = { manager, reason: reasonOf(error) };
    this.#met.set(manager, { times, failing });
    if (times === LASTS_AFTER) this.onLasting(failing);
  }

  /** It goes on. */
  well(manager: string): void {
    this.#met.delete(manager);
  }

  /** Those that have failed for a while. */
  get lasting(): readonly Failing[] {
    return [...this.#met.values()].flatMap(({ times, failing }) =>
      times < LASTS_AFTER ? [] : [failing],
    );
  }
}
