/**
 * Which cycles ordered what for each month of an enrolment, as one text of
 * "<month>><cycle's month>=<minor>@<position> " each: a fifth of the memory of objects.
 */
export type PaidMonths = string;

interface PaidMonth {
  readonly cycle: string;
  readonly minor: bigint;
  readonly position: number;
}

/** The cycle in which a month was ordered last. */
export function cycleIn(paid: PaidMonths, month: string): string | undefined {
  const at = paid.indexOf(`${month}>`);
  return at < 0 ? undefined : paid.slice(at + 8, at + 15);
}

/** With the order of a month by a cycle, in the place of what that cycle ordered before for it. */
export function ordered(
  paid: PaidMonths,
  month: string,
  { cycle, minor, position }: PaidMonth,
): PaidMonths {
  const at = paid.indexOf(`${month}>${cycle}=`);
  const others = at < 0 ? paid : paid.slice(0, at) + paid.slice(paid.indexOf(' ', at) + 1);
  return `${month}>${cycle}=${minor}@${position} ${others}`;
}

/** What each cycle ordered for a month. */
export const ordersOf = (paid: PaidMonths, month: string): readonly PaidMonth[] =>
  paid
    .split(' ')
    .filter((one) => one.startsWith(`${month}>`))
    .map((one) => {
      const [minor, position] = one.slice(16).split('@');
      return { cycle: one.slice(8, 15), minor: BigInt(minor!), position: Number(position) };
    });
