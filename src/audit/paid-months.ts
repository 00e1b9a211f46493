import { settledBefore, type AsOf } from './as-of.js';

/**
 * Which cycles ordered what for each month of an enrolment, as one text of
 * "<month>><cycle's month>=<minor>@<position> " each: a fifth of the memory of objects. What the
 * cycle ordered anew since ends in "~<position>", until nothing is computed as of before that.
 */
export type PaidMonths = string;

interface PaidMonth {
  readonly cycle: string;
  readonly minor: bigint;
}
interface Order extends PaidMonth {
  readonly position: number;
}

/** The cycle in which a month was ordered last. */
export function cycleIn(paid: PaidMonths, month: string): string | undefined {
  let at = paid.indexOf(`${month}>`);
  while (at >= 0) {
    const end = paid.indexOf(' ', at);
    if (!isOver(paid.slice(at, end))) return paid.slice(at + 8, at + 15);
    at = paid.indexOf(`${month}>`, end);
  }
  return undefined;
}

/** With what a cycle orders for a month. */
export const ordered = (
  paid: PaidMonths,
  month: string,
  { cycle, minor, position }: Order,
): PaidMonths => `${month}>${cycle}=${minor}@${position} ${paid}`;

/**
 * Without what a cycle ordered for any month: it orders anew, and what it leaves out now is not paid
 * by it any more.
 */
export function orderedAnew(
  paid: PaidMonths,
  { cycle, position }: Pick<Order, 'cycle' | 'position'>,
  asOf: Pick<AsOf, 'earliest'>,
): PaidMonths {
  if (!paid.includes(`${cycle}=`)) return paid;
  const settled = settledBefore(position, asOf);
  return entriesOf(paid)
    .map((one) => (one.startsWith(`${cycle}=`, 8) && !isOver(one) ? `${one}~${position}` : one))
    .filter((one) => !isOver(one) || overAt(one) > settled)
    .map((one) => `${one} `)
    .join('');
}

/** What each cycle ordered for a month, as of a position. */
export const ordersOf = (paid: PaidMonths, month: string, asOf: number): readonly PaidMonth[] =>
  entriesOf(paid)
    .filter((one) => one.startsWith(`${month}>`) && (!isOver(one) || overAt(one) > asOf))
    .flatMap((one) => {
      const [minor, position] = one.slice(16).split(/[@~]/u);
      return Number(position) > asOf ? [] : [{ cycle: one.slice(8, 15), minor: BigInt(minor!) }];
    });

const entriesOf = (paid: PaidMonths): readonly string[] =>
  paid.split(' ').filter((one) => one !== '');
const isOver = (one: string): boolean => one.includes('~');
const overAt = (one: string): number => Number(one.slice(one.indexOf('~') + 1));
