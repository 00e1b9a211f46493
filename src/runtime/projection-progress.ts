import { DomainError } from '../kernel/errors.js';

/**
 * Where the read models are built by another process: how to learn how far they are, and how often
 * while somebody waits.
 */
export interface ProgressLook {
  /** Position of the read models as committed; -1 where that cannot be told now. */
  position(): Promise<number>;
  readonly everyMs?: number;
}

const LOOK_EVERY_MS = 10;

/**
 * How far read models are, and who waits for them, so that whoever wrote reads what they wrote.
 * Told by the thread that builds them; where another process does, it also looks for itself, every
 * few milliseconds and only while somebody waits.
 */
export class ProjectionProgress {
  readonly #positions = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #looking = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param models names of the read models that a query may wait for */
  constructor(
    private readonly models: readonly string[],
    private readonly waitMs: number,
    private readonly look?: ProgressLook,
  ) {}

  set(name: string, position: number): void {
    this.#positions.set(name, position);
    for (const wake of [...this.#waiting]) wake();
  }

  /** As `set`, where what is told may be older than what is known. */
  advance(name: string, position: number): void {
    if (position > (this.#positions.get(name) ?? -1)) this.set(name, position);
  }

  /** Position up to which every read model is; -1 before the first event. */
  get position(): number {
    let position = Number.MAX_SAFE_INTEGER;
    for (const model of this.models)
      position = Math.min(position, this.#positions.get(model) ?? -1);
    return this.models.length === 0 ? -1 : position;
  }

  /**
   * Resolves once the read models have taken the event at a position.
   * @throws DomainError READ_MODEL_BEHIND after the wait, by default the configured one
   */
  async reached(position: number, waitMs = this.waitMs): Promise<void> {
    if (this.position >= position) return;
    await new Promise<void>((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        if (this.#waiting.size === 0) clearTimeout(this.#timer);
        settle();
      };
      const wake = (): void => {
        if (this.position >= position) done(resolve);
      };
      const timer = setTimeout(() => done(() => reject(this.#behind(position))), waitMs);
      this.#waiting.add(wake);
      void this.#look();
    });
  }

  #behind(position: number): DomainError {
    return new DomainError(
      'READ_MODEL_BEHIND',
      `The read models are at position ${this.position}; ask again for ${position} in a moment.`,
      'unavailable',
      'after',
    );
  }

  async #look(): Promise<void> {
    if (!this.look || this.#looking) return;
    this.#looking = true;
    try {
      // The tables may not be there yet, or the store may be busy being replaced: the next look
      // tells.
      const position = await this.look.position().catch(() => -1);
      for (const model of this.models) this.advance(model, position);
    } finally {
      this.#looking = false;
    }
    clearTimeout(this.#timer);
    if (this.#waiting.size > 0)
      this.#timer = setTimeout(() => void this.#look(), this.look.everyMs ?? LOOK_EVERY_MS);
  }
}
