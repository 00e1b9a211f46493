import { hash64 } from './text-hash.js';

/**
 * Texts that were seen, 16 bytes each: their hashes in one table of numbers. Two texts of a million
 * have the same hash once in some thirty million times.
 */
export class HashSet {
  #size = 0;
  /** Two words a slot; both 0 for a free one. */
  #table = new Uint32Array(1 << 11);

  /** False where it was there. */
  add(text: string): boolean {
    const [high, low] = wordsOf(text);
    if (!insert(this.#table, high, low)) return false;
    this.#size += 1;
    if (this.#size * 4 > this.#table.length) this.#grow();
    return true;
  }

  has(text: string): boolean {
    const [high, low] = wordsOf(text);
    const slots = this.#table.length >> 1;
    for (let slot = low & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const at = slot << 1;
      if (this.#table[at] === high && this.#table[at + 1] === low) return true;
      if (this.#table[at] === 0 && this.#table[at + 1] === 0) return false;
    }
  }

  #grow(): void {
    const grown = new Uint32Array(this.#table.length * 2);
    for (let at = 0; at < this.#table.length; at += 2) {
      const high = this.#table[at]!;
      const low = this.#table[at + 1]!;
      if (high !== 0 || low !== 0) insert(grown, high, low);
    }
    this.#table = grown;
  }
}

function insert(table: Uint32Array, high: number, low: number): boolean {
  const slots = table.length >> 1;
  for (let slot = low & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
    const at = slot << 1;
    if (table[at] === high && table[at + 1] === low) return false;
    if (table[at] === 0 && table[at + 1] === 0) {
      table[at] = high;
      table[at + 1] = low;
      return true;
    }
  }
}

/** Two words of 32 bits, never both 0. */
function wordsOf(text: string): readonly [high: number, low: number] {
  const [high, low] = hash64(text);
  return [high >>> 0, low >>> 0 || 1];
}
