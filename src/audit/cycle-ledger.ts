import type { EventData } from '../../events/generated.js';
import { Movements } from './movements.js';

/** Where a payment can be, in the order of the numbers that stand for it. */
export const STATUS = [
  'none',
  'ordered',
  'outstanding',
  'settled',
  'rejected',
  'returned',
  'cancelled',
] as const;
export type Status = (typeof STATUS)[number];
type Sums = Record<Status, { count: number; minor: bigint }>;

/** What the payments and the budget of a cycle add up to at the position reached. */
export interface CycleLedger {
  readonly sums: Sums;
  asOf: number;
  round: number;
  roundCount: number;
  roundMinor: bigint;
  prepared: { count: number; minor: bigint; contentHash: string } | undefined;
  released: boolean;
  instructedCount: number;
  instructedMinor: bigint;
  reservedMinor: bigint;
  spentMinor: bigint;
  /** Of payments that came back: what did not come back. */
  keptMinor: bigint;
  openBreaks: number;
  /** Where a payment of it moved last. */
  movedAt: number;
  /** Of the last reconciliation, as long as it holds. */
  figures: EventData['CycleReconciled'] | undefined;
  /** Infinity where it is not closed. */
  closedAt: number;
  /** Reserved again after the cycle closed, because settled money came back or left late. */
  reservedSinceClosed: bigint;
  readonly gained: Movements;
  readonly lost: Movements;
}

/** What an approval or a release names that is not what was prepared. */
export function ofAnotherSet(
  { prepared }: CycleLedger,
  said: {
    readonly totalMinor: string;
    readonly contentHash: string;
    readonly count?: number | undefined;
  },
): 'total' | 'set' | 'count' | undefined {
  if (prepared?.minor !== BigInt(said.totalMinor)) return 'total';
  if (prepared.contentHash !== said.contentHash) return 'set';
  return said.count !== undefined && said.count !== prepared.count ? 'count' : undefined;
}

export const isClosed = ({ closedAt }: Pick<CycleLedger, 'closedAt'>): boolean =>
  closedAt < Infinity;

const sums = (): Sums =>
  Object.fromEntries(STATUS.map((status) => [status, { count: 0, minor: 0n }])) as Sums;

/** The ledger of a cycle that nothing is known of yet. */
export function emptyLedger(): CycleLedger {
  return {
    sums: sums(),
    asOf: -1,
    round: 0,
    roundCount: 0,
    roundMinor: 0n,
    prepared: undefined,
    released: false,
    instructedCount: 0,
    instructedMinor: 0n,
    reservedMinor: 0n,
    spentMinor: 0n,
    keptMinor: 0n,
    openBreaks: 0,
    movedAt: -1,
    figures: undefined,
    closedAt: Infinity,
    reservedSinceClosed: 0n,
    gained: new Movements(),
    lost: new Movements(),
  };
}
