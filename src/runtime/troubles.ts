/**
 * What fails is tried again, and says so each time: pauses are half a minute at most, and so is a
 * server that does not answer. What was not said again for so long is over.
 */
const LASTS_MS = 90_000;

/** What fails now, by what it is, until it is known to go on or was not said again for a while. */
export class Troubles {
  readonly #told = new Map<string, { readonly detail: string; readonly atMs: number }>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  tell(what: string, detail: string): void {
    this.#told.set(what, { detail, atMs: this.nowMs() });
  }

  /** Something that goes on was seen of it. */
  well(what: string): void {
    this.#told.delete(what);
  }

  /** The one that has lasted longest. */
  get first(): string | undefined {
    for (const [what, { detail, atMs }] of this.#told) {
      if (this.nowMs() - atMs <= LASTS_MS) return `${what}: ${detail}`;
      this.#told.delete(what);
    }
    return undefined;
  }
}
