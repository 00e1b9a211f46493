/** No more than a limit, and never less than nothing. In minor units. */
export function atMost(minor: bigint, limit: bigint): bigint {
  const least = minor < limit ? minor : limit;
  return least > 0n ? least : 0n;
}
