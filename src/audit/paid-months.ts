import { settledBefore, type AsOf } from './as-of.js';

/**
 * What cycles ordered for each month of an enrolment, as one text of "<month><kind><cycle's
 * month>=<minor>@<position> " each: a fifth of the memory of objects. Where it is not of the
 * policy, "#<round>" follows. What the cycle ordered anew since ends in "~<position>", until
 * nothing is computed as of before that.
 */
export type PaidMonths = string;

/** What the policy gives, arrears, or what is given back. */
export type Kind = '>' | 'A' | 'R';

/** What of an order the household's account has, unless it lapsed. */
export const CARRIED: Readonly<Record<Kind, 'arrears' | 'recovery' | undefined>> = {
  '>': undefined,
  A: 'arrears',
  R: 'recovery',
};

interface PaidMonth {
  readonly kind: Kind;
  readonly cycle: string;
  readonly minor: bigint;
  /** Of the cycle; 0 of what the policy gives. */
  readonly round: number;
}
interface Order extends PaidMonth {
  readonly position: number;
}

/** The cycle in which what the policy gives for a month was ordered last. */
export function cycleIn(paid: PaidMonths, month: string): string | undefined {
  let at = paid.indexOf(`${month}>`);
  while (at >= 0) {
    const end = paid.indexOf(' ', at);
    if (!isOver(paid.slice(at, end))) return paid.slice(at + 8, at + 15);
    at = paid.indexOf(`${month}>`, end);
  }
  return undefined;
}

/** The months for which a cycle orders what the policy gives, as it ordered last. */
export const monthsIn = (paid: PaidMonths, cycle: string): readonly string[] =>
  entriesOf(paid)
    .filter((one) => one.startsWith(`>${cycle}=`, 7) && !isOver(one))
    .map((one) => one.slice(0, 7))
    .sort();

/** With what a cycle orders for a month. */
export function ordered(
  paid: PaidMonths,
  month: string,
  { kind, cycle, minor, position, round }: Order,
): PaidMonths {
  const ofRound = kind === '>' ? '' : `#${round}`;
  return `${month}${kind}${cycle}=${minor}@${position}${ofRound} ${paid}`;
}

/**
 * Without what a cycle ordered for any month: it orders anew, and what it leaves out now is not
 * paid by it any more.
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
    .filter((one) => one.startsWith(month) && (!isOver(one) || overAt(one) > asOf))
    .flatMap((one) => {
      const [order] = one.slice(16).split('~');
      const [minor, position, round = '0'] = order!.split(/[@#]/u);
      if (Number(position) > asOf) return [];
      const kind = one.charAt(7) as Kind;
      return [{ kind, cycle: one.slice(8, 15), minor: BigInt(minor!), round: Number(round) }];
    });

const entriesOf = (paid: PaidMonths): readonly string[] =>
  paid.split(' ').filter((one) => one !== '');
const isOver = (one: string): boolean => one.includes('~');
const overAt = (one: string): number => Number(one.slice(one.indexOf('~') + 1));
