import { describe, expect, test } from '@jest/globals';
import { withRoomFor } from '../../src/audit/growing-column.js';

describe('room for an index', () => {
  test('is the same array where it has the index', () => {
    const column = new Uint16Array(4);
    expect(withRoomFor(column, 3, Uint16Array)).toBe(column);
  });

  test('is one of twice the length for the next, with the same numbers and 0 after them', () => {
    const wider = withRoomFor(Uint16Array.of(1, 2, 65_535), 3, Uint16Array);
    expect(wider).toEqual(Uint16Array.of(1, 2, 65_535, 0, 0, 0));
  });

  test('reaches an index that is far beyond', () => {
    const wider = withRoomFor(Int32Array.of(-1), 9, Int32Array);
    expect(wider).toHaveLength(10);
    expect(wider[0]).toBe(-1);
  });

  test('keeps amounts of 64 bits whole', () => {
    const amounts = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n);
    expect(withRoomFor(amounts, 2, BigInt64Array)).toEqual(
      BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n, 0n),
    );
  });
});
