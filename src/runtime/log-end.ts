/** What was read longer ago says nothing of now. */
export const OLD_AFTER_MS = 5_000;

/**
 * Where the log ended when it was read last. Probes and scrapes are answered from it: a server that
 * says nothing lets a read wait for longer than they do.
 */
export class LogEnd {
  #read: { readonly position: number; readonly atMs: number } | undefined;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** It was read now. */
  keep(position: number): void {
    this.#read = { position, atMs: this.nowMs() };
  }

  /** The log's last position, -1 where it is empty; undefined where it was not read for a while. */
  get position(): number | undefined {
    const read = this.#read;
    return read && this.nowMs() - read.atMs <= OLD_AFTER_MS ? read.position : undefined;
  }
}
