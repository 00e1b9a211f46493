/**
 * The order of texts by UTF-16 code units, or of whole numbers, as `<` has it: the same on every
 * machine and in every language.
 */
export function inOrder<T extends string | bigint>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
