type Numbers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>;

/** Room for the numbers of a few thousand streams, to begin with. */
export const FIRST_ROOM = 1 << 12;

/**
 * The same numbers in an array that has the index: the one given, or a new one of at least twice
 * its length, 0 where nothing was. An array a column, and none of a class around them: the proof
 * reads one at every event, and the engine is quickest with an array that it knows the kind of.
 */
export function withRoomFor<T extends Numbers>(
  column: T,
  index: number,
  make: new (length: number) => T,
): T {
  if (index < column.length) return column;
  const wider = new make(Math.max(index + 1, column.length * 2));
  const { buffer, byteOffset, byteLength } = column;
  new Uint8Array(wider.buffer).set(new Uint8Array(buffer, byteOffset, byteLength));
  return wider;
}
