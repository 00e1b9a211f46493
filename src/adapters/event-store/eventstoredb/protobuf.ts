/** Protocol Buffers' wire format, as much of it as appends and reads take. */

const LENGTH_DELIMITED = 2;
const FIXED_64 = 1;
const FIXED_32 = 5;

function varint(value: number): Buffer {
  if (value < 0x80) return Buffer.from([value]);
  const digits: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) digits.push((left % 0x80) | 0x80);
  digits.push(left);
  return Buffer.from(digits);
}

/** A whole number, not negative, that is exact in JavaScript. */
export const number = (field: number, value: number): Buffer =>
  Buffer.concat([varint(field << 3), varint(value)]);
export const flag = (field: number, value: boolean): Buffer => number(field, value ? 1 : 0);
export const bytes = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(value.length), value]);
export const text = (field: number, value: string): Buffer =>
  bytes(field, Buffer.from(value, 'utf8'));

export function message(field: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(length), ...parts]);
}

/** Goes through the fields of a message. */
export class Fields {
  #at: number;
  #wire = 0;

  constructor(
    private readonly from: Buffer,
    start = 0,
    private readonly end = from.length,
  ) {
    this.#at = start;
  }

  /** Number of the next field; 0 after the last. Its value is to be taken, or skipped. */
  next(): number {
    if (this.#at >= this.end) return 0;
    const key = this.number();
    this.#wire = key & 7;
    return key >>> 3;
  }

  /** Beyond what is exact in JavaScript: no safe integer. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const digit = this.#byte();
      value += (digit & 0x7f) * factor;
      if (digit < 0x80) return value;
    }
  }

  uint64(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const digit = this.#byte();
      value |= BigInt(digit & 0x7f) << shift;
      if (digit < 0x80) return BigInt.asUintN(64, value);
    }
  }

  bytes(): Buffer {
    const start = this.#span();
    return this.from.subarray(start, this.#at);
  }

  text(): string {
    const start = this.#span();
    return this.from.toString('utf8', start, this.#at);
  }

  message(): Fields {
    const start = this.#span();
    return new Fields(this.from, start, this.#at);
  }

  skip(): void {
    if (this.#wire === LENGTH_DELIMITED) this.#span();
    else if (this.#wire === FIXED_64) this.#at += 8;
    else if (this.#wire === FIXED_32) this.#at += 4;
    else this.number();
  }

  mark(): number {
    return this.#at;
  }

  reset(mark: number): void {
    this.#at = mark;
  }

  #byte(): number {
    const digit = this.from[this.#at];
    if (digit === undefined) throw new RangeError('A message ends in the middle of a field');
    this.#at += 1;
    return digit;
  }

  /** Goes behind a value with a length, and gives its start. */
  #span(): number {
    const length = this.number();
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.end) throw new RangeError('A field is longer than its message');
    return start;
  }
}
