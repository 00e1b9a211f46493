import { DomainError } from '../kernel/errors.js';

/** How far read models are, and who waits for them. Told by the thread that builds them. */
export class ProjectionProgress {
  readonly #positions = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  /** @param models names of the read models that a query may wait for */
  constructor(
    private readonly models: readonly string[],
    private readonly waitMs: number,
  ) {}

  set(name: string, position: number): void {
    this.#positions.set(name, position);
    for (const wake of [...this.#waiting]) wake();
  }

  /** Position up to which every read model is; -1 before the first event. */
  get position(): number {
    let position = Number.MAX_SAFE_INTEGER;
    for (const model of this.models)
      position = Math.min(position, this.#positions.get(model) ?? -1);
    return this.models.length === 0 ? -1 : position;
  }

  /**
   * Resolves once the read models have taken the event at a position, so that clients read their
   * own writes.
   * @throws DomainError READ_MODEL_BEHIND after the configured wait
   */
  async reached(position: number): Promise<void> {
    if (this.position >= position) return;
    await new Promise<void>((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        settle();
      };
      const look = (): void => {
        if (this.position >= position) done(resolve);
      };
      const timer = setTimeout(
        () =>
          done(() =>
            reject(
              new DomainError(
                'READ_MODEL_BEHIND',
                `The read models are at position ${this.position}; ask again for ${position} in a moment.`,
                'unavailable',
                'after',
              ),
            ),
          ),
        this.waitMs,
      );
      this.#waiting.add(look);
    });
  }
}
