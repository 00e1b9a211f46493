import { hash64 } from '../kernel/text-hash.js';

/**
 * Strings to dense numbers (0, 1, 2 …) in 24 bytes or fewer a string: it keeps 64 bits of hash
 * instead of the string. Two of ten million strings share one with a chance of three in a million,
 * and would then show as a violation, never hide one.
 */
export class KeyTable {
  #slots = new Int32Array(1 << 12).fill(-1);
  #high = new Int32Array(1 << 11);
  #low = new Int32Array(1 << 11);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of a string, or -1. */
  find(key: string): number {
    const [high, low] = hash64(key);
    return this.#slots[this.#slot(high, low)]!;
  }

  /** The number of a string, which is `size` before the call where the string is new. */
  add(key: string): number {
    const [high, low] = hash64(key);
    let slot = this.#slot(high, low);
    const found = this.#slots[slot]!;
    if (found >= 0) return found;
    if ((this.#size + 1) * 2 > this.#slots.length) {
      this.#grow();
      slot = this.#slot(high, low);
    }
    const index = this.#size;
    this.#high[index] = high;
    this.#low[index] = low;
    this.#slots[slot] = index;
    this.#size += 1;
    return index;
  }

  #slot(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = (high ^ Math.imul(low, 0x9e3779b1)) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!;
      if (index < 0 || (this.#high[index] === high && this.#low[index] === low)) return slot;
    }
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    this.#high = grown(this.#high, slots.length / 2);
    this.#low = grown(this.#low, slots.length / 2);
    this.#slots = slots;
    for (let index = 0; index < this.#size; index += 1)
      slots[this.#slot(this.#high[index]!, this.#low[index]!)] = index;
  }
}

const grown = (array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> => {
  const copy = new Int32Array(length);
  copy.set(array);
  return copy;
};
