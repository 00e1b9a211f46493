interface Closable {
  close(): Promise<void>;
}

/** Closes what was opened, the last first. */
export class OpenedParts {
  readonly #parts: Closable[] = [];

  keep<Part extends Closable>(part: Part): Part {
    this.#parts.unshift(part);
    return part;
  }

  async close(): Promise<void> {
    for (const part of this.#parts.splice(0)) await part.close();
  }
}
