const PREFACE_BYTES = 24;
const HEADER_BYTES = 9;
const RST_STREAM = 3;

/** Follows the frames that an HTTP/2 client sends, and tells of each RST_STREAM (RFC 9113, 4.1). */
export class ResetCount {
  #header: number[] = [];
  #skip = PREFACE_BYTES;

  constructor(private readonly reset: () => void) {}

  see(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      this.#header.push(chunk[at]!);
      at += 1;
      if (this.#header.length < HEADER_BYTES) continue;
      const [high, middle, low, type] = this.#header as [number, number, number, number];
      this.#skip = high * 65_536 + middle * 256 + low;
      if (type === RST_STREAM) this.reset();
      this.#header = [];
    }
  }
}
